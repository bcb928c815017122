/* plane.c - see plane.h. */
#include "plane.h"

lp_status lp_plane_check(const char *key, int64_t value, int64_t least) {
  return value >= least && value <= INT32_MAX
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' is %lld, expected %lld to %lld", key,
                       (long long)value, (long long)least, (long long)INT32_MAX);
}

lp_status lp_plane_check_entries(const char *key, const lp_tuple *tuple, int fewest, int most,
                                 int64_t least) {
  const int count = tuple->count < 0 ? 0 : tuple->count;
  if (count < fewest || count > most) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' has %d entries, expected %d to %d", key,
                   count, fewest, most);
  }
  for (int i = 0; i < count; i++) {
    LP_TRY(lp_plane_check(key, tuple->values[i], least));
  }
  return LP_OK;
}

lp_status lp_plane_check_part(const char *key, double value) {
  return value >= 0.0 && value <= 1.0
             ? LP_OK
             : lp_fail(LP_ERROR_ATTRIBUTE, "attribute '%s' is %g, expected 0 to 1", key, value);
}

lp_status lp_plane_input(const lp_infer *infer, int i) {
  const lp_shape open =
      lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[i], &open));
  for (int axis = 2; axis < 4; axis++) {
    const int64_t size = infer->in[i].dim[axis];
    if (size == 0 || size > INT32_MAX) {
      return lp_infer_fail(infer, "input %d has the %s %lld, expected 1 to %lld", i,
                           axis == 2 ? "height" : "width", (long long)size, (long long)INT32_MAX);
    }
  }
  return LP_OK;
}

lp_status lp_plane_output(const lp_infer *infer, int64_t channels, int64_t height, int64_t width) {
  const bool same = channels == LP_PLANE_SAME;
  const lp_shape out =
      lp_shape_4(infer->in[0].dim[0], same ? infer->in[0].dim[1] : channels, height, width);
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  const lp_shape back =
      lp_shape_4(infer->out[0].dim[0], same ? infer->out[0].dim[1] : LP_DIM_UNKNOWN,
                 LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  return lp_infer_merge(infer, &infer->in[0], &back);
}

lp_status lp_plane_maps(const lp_infer *infer, int i) {
  const lp_shape maps =
      lp_shape_2(infer->out[0].ndim > 0 ? infer->out[0].dim[0] : LP_DIM_UNKNOWN, 6);
  return lp_infer_merge(infer, &infer->in[i], &maps);
}

bool lp_plane_possible(const lp_query *query) {
  const lp_dtype dtype = query->in[0].dtype;
  return lp_query_no_epilogue(query) && query->out[0].dtype == dtype &&
         (dtype == LP_FLOAT32 || lp_dtype_is(dtype, LP_FLOAT64));
}

double lp_plane_cost(const lp_query *query) { return lp_plane_cost_of(query, 1.0, false); }

double lp_plane_cost_of(const lp_query *query, double each, bool blocked) {
  return lp_plane_possible(query) &&
                 (!blocked || (query->block > 1 && query->in[0].dtype == LP_FLOAT32))
             ? 1000.0 + each * lp_query_elements(query)
             : LP_COST_REJECT;
}

lp_threads *lp_plane_threads(const lp_call *call, int64_t least) {
  return lp_shape_size(&call->out[0].shape) > least ? call->threads : NULL;
}
