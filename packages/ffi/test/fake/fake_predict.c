/*
 * A library with the header's functions and no engine: what it does is decided by the test.
 * With -DPART_ONE it has only MXNet's part, defects included.
 *
 * A model sums the bytes of its parameters, slowly when the symbol says "slow"; a symbol
 * "fail" makes creation fail. A predictor has one input "data" (float32, the shape given) and
 * one output "sum_output" with the shape [1, n] and the elements of the input doubled. Inputs
 * of other names are commands to the next forward: "delay_ms", "stack_kib", "fail".
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c_predict_api.h"

enum { kind_predictor = 1, kind_model, kind_ndlist };

typedef struct {
  int kind;
  uint32_t sum;
  char text[256];
} fake_model;

typedef struct {
  int kind;
  int dtype;
  uint32_t count;
  uint32_t *dims;
  uint32_t ndim;
  int64_t *wide_dims;
  float *values;
  float delay_ms, stack_kib, fail;
  int error_code;
  char error_text[256];
  PredMonitorCallback callback;
  void *user;
} fake_predictor;

static atomic_int live;
static atomic_int running, peak;
static _Thread_local char last_text[256];
static _Thread_local int last_code;

static int refuse(int code, const char *text) {
  last_code = code;
  snprintf(last_text, sizeof last_text, "%s", text);
  return -1;
}

const char *MXGetLastError(void) { return last_text; }

static fake_predictor *new_predictor(const uint32_t *dims, uint32_t ndim, int dtype) {
  fake_predictor *p = calloc(1, sizeof *p);
  p->kind = kind_predictor;
  p->dtype = dtype;
  p->ndim = ndim;
  p->dims = calloc(ndim + 1, sizeof *p->dims);
  p->wide_dims = calloc(ndim + 1, sizeof *p->wide_dims);
  p->count = 1;
  for (uint32_t i = 0; i < ndim; i++) {
    p->dims[i] = dims[i];
    p->wide_dims[i] = dims[i];
    p->count *= dims[i];
  }
  p->values = calloc((size_t)p->count * 8 + 1, 1);
  atomic_fetch_add(&live, 1);
  return p;
}

static int create(const char *symbol, uint32_t n, const char **keys, const uint32_t *indptr,
                  const uint32_t *dims, int dtype, PredictorHandle *out) {
  if (strcmp(symbol, "fail") == 0) return refuse(LP_ERROR_SYMBOL, "the symbol says fail");
  for (uint32_t i = 0; i < n; i++)
    if (strcmp(keys[i], "data") == 0) {
      *out = new_predictor(dims + indptr[i], indptr[i + 1] - indptr[i], dtype);
      return 0;
    }
  return refuse(LP_ERROR_SHAPE, "no shape for data");
}

int MXPredCreate(const char *symbol_json_str, const void *param_bytes, int param_size, int dev_type,
                 int dev_id, uint32_t num_input_nodes, const char **input_keys,
                 const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                 PredictorHandle *out) {
  (void)param_bytes, (void)param_size, (void)dev_id;
  if (dev_type != 1) return refuse(LP_ERROR_DEVICE, "use dev_type 1");
  return create(symbol_json_str, num_input_nodes, input_keys, input_shape_indptr, input_shape_data,
                LP_FLOAT32, out);
}

int MXPredCreateEx(const char *symbol_json_str, const void *param_bytes, int param_size,
                   int dev_type, int dev_id, uint32_t num_input_nodes, const char **input_keys,
                   const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                   uint32_t num_provided_arg_dtypes, const char **provided_arg_dtype_names,
                   const int *provided_arg_dtypes, PredictorHandle *out) {
  int dtype = LP_FLOAT32;
  (void)param_bytes, (void)param_size, (void)dev_type, (void)dev_id;
  for (uint32_t i = 0; i < num_provided_arg_dtypes; i++)
    if (strcmp(provided_arg_dtype_names[i], "data") == 0 ||
        strcmp(provided_arg_dtype_names[i], "weight") == 0) /* a type that spreads to data */
      dtype = provided_arg_dtypes[i];
  return create(symbol_json_str, num_input_nodes, input_keys, input_shape_indptr, input_shape_data,
                dtype, out);
}

int MXPredCreatePartialOut(const char *symbol_json_str, const void *param_bytes, int param_size,
                           int dev_type, int dev_id, uint32_t num_input_nodes,
                           const char **input_keys, const uint32_t *input_shape_indptr,
                           const uint32_t *input_shape_data, uint32_t num_output_nodes,
                           const char **output_keys, PredictorHandle *out) {
  (void)param_bytes, (void)param_size, (void)dev_type, (void)dev_id;
  for (uint32_t i = 0; i < num_output_nodes; i++)
    if (strcmp(output_keys[i], "sum") != 0) return refuse(LP_ERROR_NAME, output_keys[i]);
  return create(symbol_json_str, num_input_nodes, input_keys, input_shape_indptr, input_shape_data,
                LP_FLOAT32, out);
}

int MXPredCreateMultiThread(const char *symbol_json_str, const void *param_bytes, int param_size,
                            int dev_type, int dev_id, uint32_t num_input_nodes,
                            const char **input_keys, const uint32_t *input_shape_indptr,
                            const uint32_t *input_shape_data, int num_threads,
                            PredictorHandle *out) {
  (void)param_bytes, (void)param_size, (void)dev_type, (void)dev_id;
  for (int i = 0; i < num_threads; i++)
    if (create(symbol_json_str, num_input_nodes, input_keys, input_shape_indptr, input_shape_data,
               LP_FLOAT32, &out[i]) != 0)
      return -1;
  return 0;
}

static int refuse_on(fake_predictor *p, int code, const char *text) {
  p->error_code = code;
  snprintf(p->error_text, sizeof p->error_text, "%s", text);
  return refuse(code, text);
}

int MXPredReshape(uint32_t num_input_nodes, const char **input_keys,
                  const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                  PredictorHandle handle, PredictorHandle *out) {
  fake_predictor *old = handle;
  if (num_input_nodes != 1 || strcmp(input_keys[0], "data") != 0)
    return refuse_on(old, LP_ERROR_SHAPE, "reshape wants data");
  *out = new_predictor(input_shape_data + input_shape_indptr[0],
                       input_shape_indptr[1] - input_shape_indptr[0], old->dtype);
  return 0;
}

int MXPredGetOutputShape(PredictorHandle handle, uint32_t index, uint32_t **shape_data,
                         uint32_t *shape_ndim) {
  fake_predictor *p = handle;
  if (index > 1) return refuse_on(p, LP_ERROR_INDEX, "one output");
  *shape_data = p->dims;
  *shape_ndim = p->ndim;
  return 0;
}

/* Two outputs, so that the reference's defect can be shown: it writes beyond one integer. */
int MXPredGetOutputType(PredictorHandle handle, uint32_t out_index, int *out_dtype) {
  fake_predictor *p = handle;
  if (out_index > 1) return refuse_on(p, LP_ERROR_INDEX, "two outputs");
#ifdef PART_ONE
  out_dtype[out_index] = p->dtype;
#else
  *out_dtype = p->dtype;
#endif
  return 0;
}

static size_t element_size(int dtype) {
  static const size_t sizes[] = {4, 8, 2, 1, 4, 1, 8, 1};
  return sizes[dtype];
}

int MXPredSetInput(PredictorHandle handle, const char *key, const float *data, uint32_t size) {
  fake_predictor *p = handle;
  if (strcmp(key, "delay_ms") == 0) p->delay_ms = data[0];
  else if (strcmp(key, "stack_kib") == 0) p->stack_kib = data[0];
  else if (strcmp(key, "fail") == 0) p->fail = data[0];
  else if (strcmp(key, "data") != 0) return refuse_on(p, LP_ERROR_NAME, "cannot find input key");
  else if (size != p->count) return refuse_on(p, LP_ERROR_SIZE, "Memory size do not match");
  else memcpy(p->values, data, size * element_size(p->dtype));
  return 0;
}

static unsigned use_stack(size_t bytes) {
  volatile unsigned char block[4096];
  memset((void *)block, 1, sizeof block);
  return block[17] + (bytes > sizeof block ? use_stack(bytes - sizeof block) : 0) + block[99];
}

#ifdef PART_ONE
/* The reference hands the arrays of a monitor over; whoever keeps one makes the forward fail. */
static _Thread_local int handed_over;

__attribute__((visibility("default"))) int MXNDArrayFree(NDArrayHandle array) {
  (void)array;
  handed_over--;
  return 0;
}
#endif

int MXPredForward(PredictorHandle handle) {
  fake_predictor *p = handle;
  int now = atomic_fetch_add(&running, 1) + 1, seen = atomic_load(&peak);
  while (now > seen && !atomic_compare_exchange_weak(&peak, &seen, now)) {
  }
  if (p->delay_ms > 0) usleep((useconds_t)(p->delay_ms * 1000));
  if (p->stack_kib > 0) p->values[0] = (float)use_stack((size_t)p->stack_kib * 1024);
  if (p->callback) {
    p->callback("first", "first array", p->user);
    p->callback("second", "second array", p->user);
#ifdef PART_ONE
    handed_over += 2;
    if (handed_over != 0) return refuse_on(p, LP_ERROR_INTERNAL, "arrays were not given back");
#endif
  }
  atomic_fetch_sub(&running, 1);
  if (p->fail > 0) return refuse_on(p, LP_ERROR_MISSING, "weight w is missing");
  if (p->dtype == LP_FLOAT32)
    for (uint32_t i = 0; i < p->count; i++) p->values[i] *= 2;
  return 0;
}

int MXPredPartialForward(PredictorHandle handle, int step, int *step_left) {
  if (step < 2) {
    *step_left = 2 - step;
    return 0;
  }
  *step_left = 0;
  return MXPredForward(handle);
}

int MXPredGetOutput(PredictorHandle handle, uint32_t index, float *data, uint32_t size) {
  fake_predictor *p = handle;
  if (index > 1) return refuse_on(p, LP_ERROR_INDEX, "Output index out of range");
  if (size != p->count) return refuse_on(p, LP_ERROR_SIZE, "Memory size do not match");
  memcpy(data, p->values, size * element_size(p->dtype));
  return 0;
}

int MXPredFree(PredictorHandle handle) {
  fake_predictor *p = handle;
  if (!p) return 0;
  if (p->kind != kind_predictor) return refuse(LP_ERROR_HANDLE, "not a predictor");
  memset(p->values, 0xdd, p->count);
  memset(p->dims, 0xdd, p->ndim * sizeof *p->dims);
  free(p->values);
  free(p->dims);
  free(p->wide_dims);
  memset(p, 0xdd, sizeof *p);
  free(p);
  atomic_fetch_sub(&live, 1);
  return 0;
}

int MXPredSetMonitorCallback(PredictorHandle handle, PredMonitorCallback callback,
                             void *callback_handle, bool monitor_all) {
  fake_predictor *p = handle;
  if (monitor_all) return refuse_on(p, LP_ERROR_UNSUPPORTED, "outputs only");
  p->callback = callback;
  p->user = callback_handle;
  return 0;
}

/* A list of one array [2, 3] named by the bytes of the file. */
typedef struct {
  int kind;
  char key[64];
  float data[6];
  uint32_t shape[2];
} fake_list;

int MXNDListCreate(const char *nd_file_bytes, int nd_file_size, NDListHandle *out,
                   uint32_t *out_length) {
  fake_list *list;
  if (nd_file_size < 1) return refuse(LP_ERROR_PARAMS, "an empty file");
  list = calloc(1, sizeof *list);
  list->kind = kind_ndlist;
  snprintf(list->key, sizeof list->key, "%.*s", nd_file_size, nd_file_bytes);
  for (int i = 0; i < 6; i++) list->data[i] = (float)i;
  list->shape[0] = 2;
  list->shape[1] = 3;
  *out = list;
  *out_length = 1;
  atomic_fetch_add(&live, 1);
  return 0;
}

int MXNDListGet(NDListHandle handle, uint32_t index, const char **out_key, const float **out_data,
                const uint32_t **out_shape, uint32_t *out_ndim) {
  fake_list *list = handle;
  if (index > 0) return refuse(LP_ERROR_INDEX, "Index out of range");
  *out_key = list->key;
  *out_data = list->data;
  *out_shape = list->shape;
  *out_ndim = 2;
  return 0;
}

int MXNDListFree(NDListHandle handle) {
  fake_list *list = handle;
  if (!list) return 0;
  memset(list, 0xdd, sizeof *list);
  free(list);
  atomic_fetch_sub(&live, 1);
  return 0;
}

#ifndef PART_ONE
const char *LPGetVersion(void) { return "0.0.0-fake"; }

/* "live=<objects alive> peak=<most forwards at once>" */
const char *LPGetBuildInfo(void) {
  static char text[64];
  snprintf(text, sizeof text, "live=%d peak=%d", atomic_load(&live), atomic_load(&peak));
  return text;
}

int LPGetErrorCode(void) { return last_code; }

int LPListOperators(char *list, size_t list_capacity, size_t *list_size) {
  static const char text[] = "Convolution\nsoftmax\n";
  if (list) snprintf(list, list_capacity, "%s", text);
  *list_size = sizeof text;
  return 0;
}

int LPCheckModel(const char *symbol_json, size_t symbol_json_size, char *report,
                 size_t report_capacity, size_t *report_size, uint32_t *num_errors) {
  static const char text[] = "{\"errors\": [], \"warnings\": []}";
  (void)symbol_json;
  if (report) snprintf(report, report_capacity, "%s", text);
  *report_size = sizeof text;
  *num_errors = (uint32_t)symbol_json_size;
  return 0;
}

static int write_error(LPError *error, int code, const char *text) {
  if (error) {
    error->code = code;
    snprintf(error->text, sizeof error->text, "%s", text);
  }
  return refuse(code, text);
}

int LPModelCreate(const char *symbol_json, size_t symbol_json_size, const void *params,
                  size_t params_size, LPError *error, LPModelHandle *out) {
  const unsigned char *bytes = params;
  fake_model *model;
  if (symbol_json_size == 4 && memcmp(symbol_json, "fail", 4) == 0)
    return write_error(error, LP_ERROR_UNSUPPORTED, "operator Foo of node foo1");
  model = calloc(1, sizeof *model);
  model->kind = kind_model;
  if (symbol_json_size == 4 && memcmp(symbol_json, "slow", 4) == 0)
    for (int i = 0; i < 20; i++) usleep(10000);
  for (size_t i = 0; i < params_size; i++) model->sum += bytes[i];
  snprintf(model->text, sizeof model->text, "%.*s", (int)symbol_json_size, symbol_json);
  *out = model;
  atomic_fetch_add(&live, 1);
  return 0;
}

int LPModelFree(LPModelHandle model) {
  if (!model) return 0;
  memset(model, 0xdd, sizeof(fake_model));
  free(model);
  atomic_fetch_sub(&live, 1);
  return 0;
}

/* The count of inputs is the sum of the parameters' bytes, so that a test can read it. */
int LPModelGetInputCount(LPModelHandle model, uint32_t *count) {
  *count = ((fake_model *)model)->sum;
  return 0;
}

int LPModelGetInputName(LPModelHandle model, uint32_t index, const char **name) {
  if (index > 0) return refuse(LP_ERROR_INDEX, "one input");
  *name = ((fake_model *)model)->text;
  return 0;
}

int LPModelGetOutputCount(LPModelHandle model, uint32_t *count) {
  (void)model;
  *count = 1;
  return 0;
}

int LPModelGetOutputName(LPModelHandle model, uint32_t index, const char **name) {
  (void)model;
  if (index > 0) return refuse(LP_ERROR_INDEX, "one output");
  *name = "sum_output";
  return 0;
}

int LPPredCreate(LPModelHandle model, uint32_t num_inputs, const char **input_keys,
                 const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                 uint32_t num_dtypes, const char **dtype_keys, const int *dtypes,
                 uint32_t num_outputs, const char **output_keys, const LPOptions *options,
                 LPError *error, PredictorHandle *out) {
  int dtype = LP_FLOAT32;
  (void)model, (void)output_keys;
  if (options && options->struct_size != sizeof *options)
    return write_error(error, LP_ERROR_ARGUMENT, "struct_size");
  if (options && options->num_threads > 256)
    return write_error(error, LP_ERROR_ARGUMENT, "too many threads");
  if (num_outputs > 0) return write_error(error, LP_ERROR_NAME, output_keys[0]);
  for (uint32_t i = 0; i < num_dtypes; i++)
    if (strcmp(dtype_keys[i], "data") == 0) dtype = dtypes[i];
  if (create("", num_inputs, input_keys, input_shape_indptr, input_shape_data, dtype, out) != 0)
    return write_error(error, LP_ERROR_SHAPE, "no shape for data");
  return 0;
}

const char *LPPredGetLastError(PredictorHandle handle) {
  return ((fake_predictor *)handle)->error_text;
}

int LPPredGetErrorCode(PredictorHandle handle) { return ((fake_predictor *)handle)->error_code; }

int LPPredGetInputCount(PredictorHandle handle, uint32_t *count) {
  (void)handle;
  *count = 1;
  return 0;
}

int LPPredGetInputInfo(PredictorHandle handle, uint32_t index, const char **name, int *dtype,
                       const int64_t **dims, uint32_t *ndim) {
  fake_predictor *p = handle;
  if (index > 0) return refuse_on(p, LP_ERROR_INDEX, "one input");
  *name = "data";
  *dtype = p->dtype;
  *dims = p->wide_dims;
  *ndim = p->ndim;
  return 0;
}

int LPPredGetOutputCount(PredictorHandle handle, uint32_t *count) {
  return LPPredGetInputCount(handle, count);
}

int LPPredGetOutputInfo(PredictorHandle handle, uint32_t index, const char **name, int *dtype,
                        const int64_t **dims, uint32_t *ndim) {
  int result = LPPredGetInputInfo(handle, index, name, dtype, dims, ndim);
  *name = "sum_output";
  return result;
}

int LPPredSetInput(PredictorHandle handle, const char *key, int dtype, const void *data,
                   size_t size_bytes) {
  fake_predictor *p = handle;
  if (dtype != p->dtype) return refuse_on(p, LP_ERROR_DTYPE, "another type");
  if (size_bytes != p->count * element_size(dtype))
    return refuse_on(p, LP_ERROR_SIZE, "another size");
  return MXPredSetInput(handle, key, data, p->count);
}

int LPPredGetOutput(PredictorHandle handle, uint32_t index, int dtype, void *data,
                    size_t size_bytes) {
  fake_predictor *p = handle;
  (void)dtype;
  if (size_bytes != p->count * element_size(p->dtype))
    return refuse_on(p, LP_ERROR_SIZE, "another size");
  return MXPredGetOutput(handle, index, data, p->count);
}

int LPPredGetOutputData(PredictorHandle handle, uint32_t index, const void **data,
                        size_t *size_bytes) {
  fake_predictor *p = handle;
  (void)index;
  *data = p->values;
  *size_bytes = p->count * element_size(p->dtype);
  return 0;
}

int LPPredGetStats(PredictorHandle handle, LPStats *stats) {
  if (stats->struct_size != sizeof *stats)
    return refuse_on(handle, LP_ERROR_ARGUMENT, "struct_size");
  stats->graph_nodes = 1;
  stats->plan_nodes = 2;
  stats->num_threads = 3;
  stats->weights_bytes = 1ULL << 40;
  stats->packed_bytes = 5;
  stats->arena_bytes = 6;
  stats->scratch_bytes = 7;
  stats->plan_bytes = 8;
  return 0;
}

/* Two elements per array: the length of its text, and 0.5. */
int LPArrayGetInfo(NDArrayHandle array, int *dtype, const int64_t **dims, uint32_t *ndim,
                   const void **data, size_t *size_bytes) {
  static const int64_t shape[] = {1, 2};
  static float values[2];
  values[0] = (float)strlen(array);
  values[1] = 0.5f;
  *dtype = LP_FLOAT32;
  *dims = shape;
  *ndim = 2;
  *data = values;
  *size_bytes = sizeof values;
  return 0;
}
#endif
