/**
 * What a harness can declare, and which calls each declaration stands for. A harness that declares
 * nothing must know the calls without a feature; cases that need more are skipped for it.
 */

import type { CaseSpec } from "./case-format.js";
import { caseSteps } from "./case-steps.js";

/** The calls behind each feature of part one of the header. */
const featureCalls: Readonly<Record<string, readonly string[]>> = {
  types: ["MXPredCreateEx"],
  "partial-output": ["MXPredCreatePartialOut"],
  multithread: ["MXPredCreateMultiThread"],
  reshape: ["MXPredReshape"],
  "partial-forward": ["MXPredPartialForward"],
  monitor: ["MXPredSetMonitorCallback"],
  ndlist: ["MXNDListCreate", "MXNDListGet", "MXNDListFree"],
};

/**
 * Every feature. Besides those of part one: `lp`, the harness knows the LP* calls; `pointers`, it
 * passes NULL and wrong sizes on to the library.
 */
export const features: readonly string[] = [...Object.keys(featureCalls), "lp", "pointers"];

const featureOfCall = new Map(
  Object.entries(featureCalls).flatMap(([feature, calls]) =>
    calls.map((call) => [call, feature] as const),
  ),
);

/** The features that a harness must declare to be given a case, in the order of {@link features}. */
export function neededFeatures(item: CaseSpec): string[] {
  const needed = new Set(item.needs);
  for (const { call } of caseSteps(item)) {
    const feature = call.startsWith("LP") ? "lp" : featureOfCall.get(call);
    if (feature !== undefined) {
      needed.add(feature);
    }
  }
  return features.filter((feature) => needed.has(feature));
}
