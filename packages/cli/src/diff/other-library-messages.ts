/** What passes between `diff` and the process that runs the other library. */
import type { DType, ElementData } from "@libpredict/core";
import type { ModelFiles } from "../inspect/open-model.js";

/** A model: its files, or their content. */
export type SentModel =
  | { readonly files: ModelFiles }
  | { readonly symbol: Uint8Array; readonly params?: Uint8Array };

/** A tensor without its class, as it survives the way between processes. */
export interface SentTensor {
  readonly data: ElementData;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** What is asked of the process, one thing at a time. */
export type OtherRequest =
  | { readonly kind: "load"; readonly library: string; readonly model: SentModel }
  | {
      readonly kind: "run";
      readonly feeds: Readonly<Record<string, SentTensor>>;
      /** Full names, such as `fc_output`; none: the model's own outputs. */
      readonly outputs: readonly string[];
    };

/** What it answers. */
export type OtherReply =
  | { readonly kind: "loaded"; readonly selects: "every" | "single" }
  | { readonly kind: "tensors"; readonly tensors: readonly SentTensor[] }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
