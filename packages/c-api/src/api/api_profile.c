/* api_profile.c - stopping a forward, and what its nodes took. */
#include <string.h>

#include "../format/text_writer.h"
#include "api_guard.h"

int LPPredCancel(PredictorHandle handle) {
  lp_predictor *predictor = lp_guard_predictor("LPPredCancel", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_flag_write(&predictor->cancelled, 1);
  return 0;
}

int LPPredSetProfiling(PredictorHandle handle, int enable) {
  lp_predictor *predictor = lp_guard_predictor("LPPredSetProfiling", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = LP_OK;
  if (!LP_WITH_REPORTS) {
    status = lp_guard_left_out("LPPredSetProfiling", "LP_WITH_REPORTS");
  } else if (enable != 0) {
    status = lp_profile_begin(&predictor->profile, predictor->plan.num_steps);
  } else {
    lp_profile_end(&predictor->profile);
  }
  return lp_guard_return_for(predictor, status);
}

static double api_profile_bytes(const lp_tensor *tensors, int count) {
  double bytes = 0;
  for (int i = 0; i < count; i++) {
    size_t size = 0;
    if (tensors[i].shape.ndim >= 0 &&
        lp_shape_bytes(&tensors[i].shape, lp_dtype_size(tensors[i].dtype), &size)) {
      bytes += (double)size;
    }
  }
  return bytes;
}

static double api_profile_multiply_adds(const lp_call *call, lp_pool *pool) {
  lp_infer infer;
  memset(&infer, 0, sizeof infer);
  lp_shape *in = lp_pool_array(pool, (size_t)call->num_inputs, sizeof *in);
  if (in == NULL || call->op->family->multiply_adds == NULL || call->num_outputs < 1) {
    return 0;
  }
  for (int i = 0; i < call->num_inputs; i++) {
    in[i] = call->in[i].shape;
  }
  lp_shape out = call->out[0].shape;
  infer.op = call->op;
  infer.param = call->param;
  infer.num_inputs = call->num_inputs;
  infer.num_outputs = 1;
  infer.in = in;
  infer.out = &out;
  return call->op->family->multiply_adds(&infer);
}

static void api_profile_node(lp_text_writer *text, const lp_predictor *predictor, uint32_t i,
                             double total, lp_pool *pool) {
  const lp_plan_step *step = &predictor->plan.steps[i];
  const lp_profile_entry *entry = &predictor->profile.entries[i];
  const double mean = (double)entry->sum / (double)predictor->profile.runs;
  double multiply_adds = 0, bytes = 0;
  for (const lp_call *call = &step->call; call != NULL; call = call->before) {
    multiply_adds += api_profile_multiply_adds(call, pool);
    bytes += api_profile_bytes(call->in, call->num_inputs) +
             api_profile_bytes(call->out, call->num_outputs);
    if (call->before != NULL) {
      bytes -= 2.0 * api_profile_bytes(call->in, 1); /* what is between is not written */
    }
  }
  lp_text_string(text, "{\"name\":");
  lp_text_quote(text, step->name);
  lp_text_string(text, ",\"op\":");
  lp_text_quote(text, step->call.op->name);
  lp_text_string(text, ",\"algorithm\":");
  lp_text_quote(text, step->algorithm->name);
  lp_text_format(text, ",\"min_ns\":%.0f,\"mean_ns\":%.0f,\"share\":%.6f",
                 (double)entry->least, mean, total > 0 ? mean / total : 0.0);
  lp_text_format(text, ",\"multiply_adds\":%.0f,\"bytes\":%.0f}", multiply_adds, bytes);
}

static lp_status api_profile_report(const lp_predictor *predictor, char *report, size_t capacity,
                                    size_t *size) {
  const lp_profile *profile = &predictor->profile;
  LP_TRY(lp_guard_pointer("LPPredGetNodeProfile", "report_size", size));
  LP_TRY(lp_guard_buffer("LPPredGetNodeProfile", "report", report, capacity));
  if (!LP_WITH_REPORTS) {
    return lp_guard_left_out("LPPredGetNodeProfile", "LP_WITH_REPORTS");
  }
  if (profile->runs == 0 || profile->entries == NULL) {
    return lp_fail(LP_ERROR_STATE,
                   "LPPredGetNodeProfile: nothing was measured yet; call LPPredSetProfiling, then "
                   "MXPredForward");
  }
  lp_pool pool = {0};
  lp_text_writer text = {report, capacity, 0};
  double total = 0;
  for (uint32_t i = 0; i < profile->count; i++) {
    total += (double)profile->entries[i].sum / (double)profile->runs;
  }
  lp_text_format(&text, "{\"runs\":%llu,\"total_ns\":%.0f,\"nodes\":[",
                 (unsigned long long)profile->runs, total);
  for (uint32_t i = 0; i < profile->count; i++) {
    lp_text_string(&text, i == 0 ? "\n" : ",\n");
    api_profile_node(&text, predictor, i, total, &pool);
  }
  lp_text_string(&text, "]}");
  lp_pool_free(&pool);
  lp_text_end(&text, size);
  return LP_OK;
}

int LPPredGetNodeProfile(PredictorHandle handle, char *report, size_t report_capacity,
                         size_t *report_size) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetNodeProfile", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor, api_profile_report(predictor, report,
                                                                 report_capacity, report_size));
}
