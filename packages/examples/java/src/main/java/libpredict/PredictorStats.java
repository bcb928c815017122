package libpredict;

import libpredict.capi.LPStats;

/**
 * What a predictor and its model occupy.
 *
 * @param graphNodes nodes of the graph before any pass, variables not counted
 * @param planNodes nodes that a run executes
 * @param threads threads that a run may use
 * @param weightsBytes one copy of the model's parameters, shared by its predictors
 * @param packedBytes what the model holds beyond that copy, shared
 * @param arenaBytes activations, inputs and outputs of this predictor
 * @param scratchBytes temporary memory of this predictor's kernels
 * @param planBytes everything else of this predictor
 */
public record PredictorStats(
    long graphNodes,
    long planNodes,
    long threads,
    long weightsBytes,
    long packedBytes,
    long arenaBytes,
    long scratchBytes,
    long planBytes) {
  static PredictorStats of(LPStats s) {
    return new PredictorStats(
        s.graph_nodes(),
        s.plan_nodes(),
        s.num_threads(),
        s.weights_bytes(),
        s.packed_bytes(),
        s.arena_bytes(),
        s.scratch_bytes(),
        s.plan_bytes());
  }
}
