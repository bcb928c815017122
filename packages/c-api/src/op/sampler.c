/* sampler.c - see sampler.h. */
#include "sampler.h"

lp_status lp_sampler_check_target(const lp_tuple *target) {
  if (target->count != 2) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'target_shape' has %d entries, expected 2",
                   target->count < 0 ? 0 : target->count);
  }
  for (int i = 0; i < 2; i++) {
    if (target->values[i] < 1 || target->values[i] > INT32_MAX) {
      return lp_fail(LP_ERROR_ATTRIBUTE,
                     "attribute 'target_shape' has the entry %lld, expected 1 to %lld",
                     (long long)target->values[i], (long long)INT32_MAX);
    }
  }
  return LP_OK;
}

lp_status lp_sampler_merge_maps(const lp_infer *infer, int maps, lp_shape *shape) {
  lp_shape map = lp_shape_2(LP_DIM_UNKNOWN, 6);
  LP_TRY(lp_infer_merge(infer, &infer->in[maps], &map));
  shape->dim[0] = infer->in[maps].dim[0];
  LP_TRY(lp_infer_merge(infer, &infer->out[0], shape));
  map.dim[0] = infer->out[0].dim[0];
  return lp_infer_merge(infer, &infer->in[maps], &map);
}

double lp_sampler_cost(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return lp_query_no_epilogue(query) && lp_query_all(query, dtype) &&
                 (dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64))
             ? 1000.0 + 3.0 * lp_query_elements(query)
             : LP_COST_REJECT;
}
