/** The graph of a predictor as the engine describes it (`LPPredDescribe`). */
import type { DType } from "@libpredict/core";

/** One output of a node. */
export interface DescribedOutput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** One node: an operator, or a variable (`op` is `null`). */
export interface DescribedNode {
  readonly name: string;
  readonly op: string;
  /** What the graph's file says, as it says it. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Where inputs come from: node and number of its output. */
  readonly inputs: readonly (readonly [number, number])[];
  readonly outputs: readonly DescribedOutput[];
  /** Elements of the parameters that this node is the first to use. */
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly multiplyAdds: number;
  /** Whether it is an input of the model. */
  readonly input: boolean;
}
