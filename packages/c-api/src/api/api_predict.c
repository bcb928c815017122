/* api_predict.c - functions that set inputs, run and read outputs. */
#include <string.h>

#include "api_guard.h"

static lp_status api_predict_output(lp_predictor *predictor, uint32_t index, const char *text) {
  if (index >= predictor->selection.num_heads) {
    return lp_fail(LP_ERROR_INDEX, "%s: output %u, there are %u", text, (unsigned)index,
                   (unsigned)predictor->selection.num_heads);
  }
  return LP_OK;
}

static const lp_shape *api_predict_output_shape(const lp_predictor *predictor, uint32_t index) {
  lp_entry head = predictor->selection.heads[index];
  return &predictor->shapes[predictor->model->graph.nodes[head.node].first_entry + head.output];
}

static lp_dtype api_predict_output_dtype(const lp_predictor *predictor, uint32_t index) {
  lp_entry head = predictor->selection.heads[index];
  return predictor->dtypes[predictor->model->graph.nodes[head.node].first_entry + head.output];
}

static size_t api_predict_bytes(const lp_shape *shape, lp_dtype dtype) {
  size_t bytes = 0;
  (void)lp_shape_bytes(shape, lp_dtype_size(dtype), &bytes);
  return bytes;
}

static lp_status api_predict_size(const char *name, const lp_shape *shape, uint64_t size) {
  uint64_t expected = (uint64_t)lp_shape_size(shape);
  lp_shape_text text;
  if (size != expected) {
    return lp_fail(LP_ERROR_SIZE,
                   "Memory size do not match: '%.200s' of shape %s has %llu elements, given %llu",
                   name, lp_shape_print(shape, &text), (unsigned long long)expected,
                   (unsigned long long)size);
  }
  return LP_OK;
}

static lp_status api_predict_size_bytes(const char *name, const lp_shape *shape, lp_dtype dtype,
                                        size_t size) {
  size_t expected = api_predict_bytes(shape, dtype);
  lp_shape_text text;
  if (size != expected) {
    return lp_fail(LP_ERROR_SIZE,
                   "Memory size do not match: '%.200s' of shape %s and type %s has %zu bytes, "
                   "given %zu",
                   name, lp_shape_print(shape, &text), lp_dtype_name(dtype), expected, size);
  }
  return LP_OK;
}

static lp_status api_predict_dtype(const char *name, lp_dtype expected, int given) {
  if (lp_dtype_size(given) == 0) {
    return lp_fail(LP_ERROR_ARGUMENT, "%d is no element type; 0 to %d are", given,
                   LP_DTYPE_COUNT - 1);
  }
  if (given != expected) {
    return lp_fail(LP_ERROR_DTYPE, "'%.200s' has type %s, given %s", name, lp_dtype_name(expected),
                   lp_dtype_name(given));
  }
  return LP_OK;
}

static lp_status api_predict_computed(const lp_predictor *predictor) {
  return predictor->forwarded ? LP_OK
                              : lp_fail(LP_ERROR_STATE,
                                        "there is no output yet: call MXPredForward first");
}

/* ---- inputs ---------------------------------------------------------------------- */

static lp_status api_predict_set(lp_predictor *predictor, const char *key, const float *data,
                                 uint32_t size) {
  uint32_t node;
  LP_TRY(lp_guard_pointer("MXPredSetInput", "key", key));
  LP_TRY(lp_guard_pointer("MXPredSetInput", "data", data));
  LP_TRY(lp_predictor_find_argument(predictor, key, &node));
  LP_TRY(api_predict_size(key, lp_predictor_shape(predictor, node), size));
  return lp_predictor_set(predictor, node, data);
}

int MXPredSetInput(PredictorHandle handle, const char *key, const float *data, uint32_t size) {
  lp_predictor *predictor = lp_guard_predictor("MXPredSetInput", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor, api_predict_set(predictor, key, data, size));
}

static lp_status api_predict_set_typed(lp_predictor *predictor, const char *key, int dtype,
                                       const void *data, size_t size_bytes) {
  uint32_t node;
  LP_TRY(lp_guard_pointer("LPPredSetInput", "key", key));
  if (size_bytes != 0) {
    LP_TRY(lp_guard_pointer("LPPredSetInput", "data", data));
  }
  LP_TRY(lp_predictor_find_argument(predictor, key, &node));
  lp_dtype expected = lp_predictor_dtype(predictor, node);
  LP_TRY(api_predict_dtype(key, expected, dtype));
  LP_TRY(api_predict_size_bytes(key, lp_predictor_shape(predictor, node), expected, size_bytes));
  return lp_predictor_set(predictor, node, data);
}

int LPPredSetInput(PredictorHandle handle, const char *key, int dtype, const void *data,
                   size_t size_bytes) {
  lp_predictor *predictor = lp_guard_predictor("LPPredSetInput", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor, api_predict_set_typed(predictor, key, dtype, data,
                                                                    size_bytes));
}

int LPPredGetInputCount(PredictorHandle handle, uint32_t *count) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetInputCount", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = lp_guard_pointer("LPPredGetInputCount", "count", count);
  if (status == LP_OK) {
    *count = predictor->num_inputs;
  }
  return lp_guard_return_for(predictor, status);
}

static lp_status api_predict_info_pointers(const char *function, const void *name,
                                           const void *dtype, const void *dims,
                                           const void *ndim) {
  LP_TRY(lp_guard_pointer(function, "name", name));
  LP_TRY(lp_guard_pointer(function, "dtype", dtype));
  LP_TRY(lp_guard_pointer(function, "dims", dims));
  return lp_guard_pointer(function, "ndim", ndim);
}

int LPPredGetInputInfo(PredictorHandle handle, uint32_t index, const char **name, int *dtype,
                       const int64_t **dims, uint32_t *ndim) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetInputInfo", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = api_predict_info_pointers("LPPredGetInputInfo", name, dtype, dims, ndim);
  if (status == LP_OK && index >= predictor->num_inputs) {
    status = lp_fail(LP_ERROR_INDEX, "LPPredGetInputInfo: input %u, there are %u", (unsigned)index,
                     (unsigned)predictor->num_inputs);
  }
  if (status == LP_OK) {
    uint32_t node = predictor->inputs[index];
    const lp_shape *shape = lp_predictor_shape(predictor, node);
    *name = predictor->model->graph.nodes[node].name;
    *dtype = lp_predictor_dtype(predictor, node);
    *dims = shape->dim;
    *ndim = (uint32_t)shape->ndim;
  }
  return lp_guard_return_for(predictor, status);
}

/* ---- running --------------------------------------------------------------------- */

int MXPredForward(PredictorHandle handle) {
  lp_predictor *predictor = lp_guard_predictor("MXPredForward", handle);
  return predictor == NULL ? -1
                           : lp_guard_return_for(predictor, lp_predictor_forward(predictor));
}

int MXPredPartialForward(PredictorHandle handle, int step, int *step_left) {
  lp_predictor *predictor = lp_guard_predictor("MXPredPartialForward", handle);
  if (predictor == NULL) {
    return -1;
  }
  uint32_t left = 0;
  lp_status status = lp_guard_pointer("MXPredPartialForward", "step_left", step_left);
  if (status == LP_OK) {
    status = lp_predictor_forward_step(predictor, (uint32_t)step, &left);
  }
  if (status == LP_OK) {
    *step_left = (int)left;
  }
  return lp_guard_return_for(predictor, status);
}

int MXPredSetMonitorCallback(PredictorHandle handle, PredMonitorCallback callback,
                             void *callback_handle, bool monitor_all) {
  lp_predictor *predictor = lp_guard_predictor("MXPredSetMonitorCallback", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_monitor monitor = {callback, callback_handle, monitor_all};
  lp_predictor_set_monitor(predictor, &monitor);
  return 0;
}

/* ---- outputs --------------------------------------------------------------------- */

static lp_status api_predict_get_shape(lp_predictor *predictor, uint32_t index,
                                       uint32_t **shape_data, uint32_t *shape_ndim) {
  LP_TRY(lp_guard_pointer("MXPredGetOutputShape", "shape_data", shape_data));
  LP_TRY(lp_guard_pointer("MXPredGetOutputShape", "shape_ndim", shape_ndim));
  LP_TRY(api_predict_output(predictor, index, "Index exceed number of outputs"));
  const lp_shape *shape = api_predict_output_shape(predictor, index);
  for (int i = 0; i < shape->ndim; i++) {
    if (shape->dim[i] > UINT32_MAX) {
      return lp_fail(LP_ERROR_SIZE,
                     "MXPredGetOutputShape: dimension %d is %lld and does not fit 32 bits; use "
                     "LPPredGetOutputInfo",
                     i, (long long)shape->dim[i]);
    }
    predictor->dims[i] = (uint32_t)shape->dim[i];
  }
  *shape_data = predictor->dims;
  *shape_ndim = (uint32_t)shape->ndim;
  return LP_OK;
}

int MXPredGetOutputShape(PredictorHandle handle, uint32_t index, uint32_t **shape_data,
                         uint32_t *shape_ndim) {
  lp_predictor *predictor = lp_guard_predictor("MXPredGetOutputShape", handle);
  return predictor == NULL ? -1
                           : lp_guard_return_for(predictor,
                                                 api_predict_get_shape(predictor, index, shape_data,
                                                                       shape_ndim));
}

int MXPredGetOutputType(PredictorHandle handle, uint32_t out_index, int *out_dtype) {
  lp_predictor *predictor = lp_guard_predictor("MXPredGetOutputType", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = lp_guard_pointer("MXPredGetOutputType", "out_dtype", out_dtype);
  if (status == LP_OK) {
    status = api_predict_output(predictor, out_index, "Index exceed number of outputs");
  }
  if (status == LP_OK) {
    *out_dtype = api_predict_output_dtype(predictor, out_index);
  }
  return lp_guard_return_for(predictor, status);
}

static lp_status api_predict_get(lp_predictor *predictor, uint32_t index, float *data,
                                 uint32_t size) {
  LP_TRY(lp_guard_pointer("MXPredGetOutput", "data", data));
  LP_TRY(api_predict_output(predictor, index, "Output index out of range"));
  const lp_shape *shape = api_predict_output_shape(predictor, index);
  LP_TRY(api_predict_size(predictor->output_names[index], shape, size));
  LP_TRY(api_predict_computed(predictor));
  size_t bytes = api_predict_bytes(shape, api_predict_output_dtype(predictor, index));
  if (bytes != 0) {
    memcpy(data, predictor->plan.outputs[index].data, bytes);
  }
  return LP_OK;
}

int MXPredGetOutput(PredictorHandle handle, uint32_t index, float *data, uint32_t size) {
  lp_predictor *predictor = lp_guard_predictor("MXPredGetOutput", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor, api_predict_get(predictor, index, data, size));
}

static lp_status api_predict_get_typed(lp_predictor *predictor, uint32_t index, int dtype,
                                       void *data, size_t size_bytes) {
  if (size_bytes != 0) {
    LP_TRY(lp_guard_pointer("LPPredGetOutput", "data", data));
  }
  LP_TRY(api_predict_output(predictor, index, "Output index out of range"));
  const char *name = predictor->output_names[index];
  const lp_shape *shape = api_predict_output_shape(predictor, index);
  lp_dtype expected = api_predict_output_dtype(predictor, index);
  LP_TRY(api_predict_dtype(name, expected, dtype));
  LP_TRY(api_predict_size_bytes(name, shape, expected, size_bytes));
  LP_TRY(api_predict_computed(predictor));
  if (size_bytes != 0) {
    memcpy(data, predictor->plan.outputs[index].data, size_bytes);
  }
  return LP_OK;
}

int LPPredGetOutput(PredictorHandle handle, uint32_t index, int dtype, void *data,
                    size_t size_bytes) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetOutput", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor, api_predict_get_typed(predictor, index, dtype, data,
                                                                    size_bytes));
}

static lp_status api_predict_get_data(lp_predictor *predictor, uint32_t index, const void **data,
                                      size_t *size_bytes) {
  LP_TRY(lp_guard_pointer("LPPredGetOutputData", "data", data));
  LP_TRY(lp_guard_pointer("LPPredGetOutputData", "size_bytes", size_bytes));
  LP_TRY(api_predict_output(predictor, index, "Output index out of range"));
  LP_TRY(api_predict_computed(predictor));
  *data = predictor->plan.outputs[index].data;
  *size_bytes = api_predict_bytes(api_predict_output_shape(predictor, index),
                                  api_predict_output_dtype(predictor, index));
  return LP_OK;
}

int LPPredGetOutputData(PredictorHandle handle, uint32_t index, const void **data,
                        size_t *size_bytes) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetOutputData", handle);
  return predictor == NULL
             ? -1
             : lp_guard_return_for(predictor,
                                   api_predict_get_data(predictor, index, data, size_bytes));
}

int LPPredGetOutputCount(PredictorHandle handle, uint32_t *count) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetOutputCount", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = lp_guard_pointer("LPPredGetOutputCount", "count", count);
  if (status == LP_OK) {
    *count = predictor->selection.num_heads;
  }
  return lp_guard_return_for(predictor, status);
}

int LPPredGetOutputInfo(PredictorHandle handle, uint32_t index, const char **name, int *dtype,
                        const int64_t **dims, uint32_t *ndim) {
  lp_predictor *predictor = lp_guard_predictor("LPPredGetOutputInfo", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_status status = api_predict_info_pointers("LPPredGetOutputInfo", name, dtype, dims, ndim);
  if (status == LP_OK) {
    status = api_predict_output(predictor, index, "LPPredGetOutputInfo");
  }
  if (status == LP_OK) {
    const lp_shape *shape = api_predict_output_shape(predictor, index);
    *name = predictor->output_names[index];
    *dtype = api_predict_output_dtype(predictor, index);
    *dims = shape->dim;
    *ndim = (uint32_t)shape->ndim;
  }
  return lp_guard_return_for(predictor, status);
}
