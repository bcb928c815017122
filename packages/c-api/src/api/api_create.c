/* api_create.c - functions that make and free models and predictors. */
#include <string.h>

#include "api_guard.h"

/* Options may grow at the end: older, smaller ones are those of the first version. */
#define API_CREATE_OPTIONS_SIZE 16u

/* Both files from memory; params NULL: none. */
static lp_status api_create_from_memory(const char *symbol, size_t symbol_size, const void *params,
                                        size_t params_size, bool must_match, lp_model **out) {
  lp_model *model;
  lp_byte_source source = lp_byte_source_memory(params, params_size);
  LP_TRY(lp_model_create(symbol, symbol_size, &model));
  lp_status status = lp_model_read_params(model, params == NULL ? NULL : &source, must_match);
  if (status != LP_OK) {
    lp_model_release(model);
    return status;
  }
  *out = model;
  return LP_OK;
}

/* ---- part one ------------------------------------------------------------------ */

static lp_status api_create_model(const char *function, const char *symbol, const void *params,
                                  int params_size, int dev_type, lp_model **model) {
  LP_TRY(lp_guard_pointer(function, "symbol_json_str", symbol));
  LP_TRY(lp_guard_pointer(function, "param_bytes", params));
  if (params_size < 0) {
    return lp_fail(LP_ERROR_ARGUMENT,
                   "%s: param_size is %d; parameters over 2 GiB need LPModelCreate", function,
                   params_size);
  }
  if (dev_type != 1) {
    return lp_fail(LP_ERROR_DEVICE,
                   "%s: dev_type %d is not there%s; use dev_type 1 (CPU)", function, dev_type,
                   dev_type == 2 ? ": GPU is not enabled" : "");
  }
  return api_create_from_memory(symbol, SIZE_MAX, params, (size_t)params_size, false, model);
}

/* Makes `count` predictors of one model, all or none. */
static lp_status api_create_all(lp_model *model, const lp_bindings *bindings, int count,
                                PredictorHandle *out) {
  for (int i = 0; i < count; i++) {
    lp_predictor *predictor;
    lp_status status = lp_predictor_create(model, bindings, &predictor);
    if (status != LP_OK) {
      while (i-- > 0) {
        lp_predictor_free(out[i]);
        out[i] = NULL;
      }
      return status;
    }
    out[i] = predictor;
  }
  return LP_OK;
}

static lp_status api_create_predictor(lp_model *model, const lp_bindings *bindings,
                                      PredictorHandle *out) {
  lp_predictor *predictor;
  lp_status status = lp_predictor_create(model, bindings, &predictor);
  lp_model_release(model);
  LP_TRY(status);
  *out = predictor;
  return LP_OK;
}

/* MXPredCreate and MXPredCreatePartialOut; `function` is the one that was called. */
static int api_create_outputs(const char *function, const char *symbol, const void *params,
                              int params_size, int dev_type, uint32_t num_inputs,
                              const char **input_keys, const uint32_t *indptr,
                              const uint32_t *shapes, uint32_t num_outputs,
                              const char **output_keys, PredictorHandle *out) {
  lp_bindings bindings;
  lp_model *model;
  memset(&bindings, 0, sizeof bindings);
  lp_status status = lp_guard_pointer(function, "out", out);
  if (status == LP_OK) {
    status = lp_guard_shapes(function, num_inputs, input_keys, indptr, shapes, &bindings);
  }
  if (status == LP_OK) {
    status = lp_guard_outputs(function, num_outputs, output_keys, &bindings);
  }
  if (status == LP_OK) {
    status = api_create_model(function, symbol, params, params_size, dev_type, &model);
  }
  if (status == LP_OK) {
    status = api_create_predictor(model, &bindings, out);
  }
  return lp_guard_return(status);
}

int MXPredCreate(const char *symbol_json_str, const void *param_bytes, int param_size,
                 int dev_type, int dev_id, uint32_t num_input_nodes, const char **input_keys,
                 const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                 PredictorHandle *out) {
  (void)dev_id;
  return api_create_outputs("MXPredCreate", symbol_json_str, param_bytes, param_size, dev_type,
                            num_input_nodes, input_keys, input_shape_indptr, input_shape_data, 0,
                            NULL, out);
}

int MXPredCreateEx(const char *symbol_json_str, const void *param_bytes, int param_size,
                   int dev_type, int dev_id, uint32_t num_input_nodes, const char **input_keys,
                   const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                   uint32_t num_provided_arg_dtypes, const char **provided_arg_dtype_names,
                   const int *provided_arg_dtypes, PredictorHandle *out) {
  lp_bindings bindings;
  lp_model *model;
  (void)dev_id;
  memset(&bindings, 0, sizeof bindings);
  lp_status status = lp_guard_pointer("MXPredCreateEx", "out", out);
  if (status == LP_OK) {
    status = lp_guard_shapes("MXPredCreateEx", num_input_nodes, input_keys, input_shape_indptr,
                             input_shape_data, &bindings);
  }
  if (status == LP_OK) {
    status = lp_guard_dtypes("MXPredCreateEx", num_provided_arg_dtypes, provided_arg_dtype_names,
                             provided_arg_dtypes, &bindings);
  }
  if (status == LP_OK) {
    status = api_create_model("MXPredCreateEx", symbol_json_str, param_bytes, param_size, dev_type,
                              &model);
  }
  if (status == LP_OK) {
    status = api_create_predictor(model, &bindings, out);
  }
  return lp_guard_return(status);
}

int MXPredCreatePartialOut(const char *symbol_json_str, const void *param_bytes, int param_size,
                           int dev_type, int dev_id, uint32_t num_input_nodes,
                           const char **input_keys, const uint32_t *input_shape_indptr,
                           const uint32_t *input_shape_data, uint32_t num_output_nodes,
                           const char **output_keys, PredictorHandle *out) {
  (void)dev_id;
  return api_create_outputs("MXPredCreatePartialOut", symbol_json_str, param_bytes, param_size,
                            dev_type, num_input_nodes, input_keys, input_shape_indptr,
                            input_shape_data, num_output_nodes, output_keys, out);
}

int MXPredCreateMultiThread(const char *symbol_json_str, const void *param_bytes, int param_size,
                            int dev_type, int dev_id, uint32_t num_input_nodes,
                            const char **input_keys, const uint32_t *input_shape_indptr,
                            const uint32_t *input_shape_data, int num_threads,
                            PredictorHandle *out) {
  static const char function[] = "MXPredCreateMultiThread";
  lp_bindings bindings;
  lp_model *model;
  lp_pool pool = {0};
  PredictorHandle *made = NULL;
  (void)dev_id;
  memset(&bindings, 0, sizeof bindings);
  bindings.num_threads = 1; /* the caller brings the threads */
  lp_status status = lp_guard_pointer(function, "out", out);
  if (status == LP_OK && num_threads < 1) {
    status = lp_fail(LP_ERROR_ARGUMENT, "%s: num_threads is %d, must be at least 1", function,
                     num_threads);
  }
  if (status == LP_OK) {
    status = lp_guard_shapes(function, num_input_nodes, input_keys, input_shape_indptr,
                             input_shape_data, &bindings);
  }
  if (status == LP_OK) {
    made = lp_pool_array(&pool, (size_t)num_threads, sizeof *made);
    status = made == NULL ? LP_ERROR_MEMORY : LP_OK;
  }
  if (status == LP_OK) {
    status = api_create_model(function, symbol_json_str, param_bytes, param_size, dev_type,
                              &model);
    if (status == LP_OK) {
      status = api_create_all(model, &bindings, num_threads, made);
      lp_model_release(model);
    }
  }
  if (status == LP_OK) {
    memcpy(out, made, (size_t)num_threads * sizeof *made);
  }
  lp_pool_free(&pool);
  return lp_guard_return(status);
}

int MXPredReshape(uint32_t num_input_nodes, const char **input_keys,
                  const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                  PredictorHandle handle, PredictorHandle *out) {
  lp_bindings bindings;
  lp_predictor *old = lp_guard_predictor("MXPredReshape", handle);
  if (old == NULL) {
    return -1;
  }
  memset(&bindings, 0, sizeof bindings);
  lp_predictor *predictor;
  lp_status status = lp_guard_pointer("MXPredReshape", "out", out);
  if (status == LP_OK) {
    status = lp_guard_shapes("MXPredReshape", num_input_nodes, input_keys, input_shape_indptr,
                             input_shape_data, &bindings);
  }
  if (status == LP_OK) {
    status = lp_predictor_reshape(old, &bindings, &predictor);
  }
  if (status == LP_OK) {
    *out = predictor;
  }
  return lp_guard_return_for(old, status);
}

int MXPredFree(PredictorHandle handle) {
  if (handle == NULL) {
    return 0;
  }
  lp_predictor *predictor = lp_guard_predictor("MXPredFree", handle);
  if (predictor == NULL) {
    return -1;
  }
  lp_predictor_free(predictor);
  return 0;
}

/* ---- part two ------------------------------------------------------------------ */

int LPModelCreate(const char *symbol_json, size_t symbol_json_size, const void *params,
                  size_t params_size, LPError *error, LPModelHandle *out) {
  lp_model *model;
  lp_status status = lp_guard_pointer("LPModelCreate", "symbol_json", symbol_json);
  if (status == LP_OK) {
    status = lp_guard_pointer("LPModelCreate", "out", out);
  }
  if (status == LP_OK && params == NULL && params_size != 0) {
    status = lp_guard_pointer("LPModelCreate", "params", params);
  }
  if (status == LP_OK) {
    status = api_create_from_memory(symbol_json, symbol_json_size, params, params_size, true,
                                    &model);
  }
  if (status == LP_OK) {
    *out = model;
  }
  return lp_guard_return_error(error, status);
}

/* Bytes of a path that an error text has room for: the end, which tells more. */
#define API_CREATE_PATH_SIZE ((size_t)200)

/* Puts the path before the error text. */
static lp_status api_create_within(const char *path) {
  size_t length = strlen(path);
  if (length <= API_CREATE_PATH_SIZE) {
    return lp_fail_within("%s: ", path);
  }
  const char *end = path + length - API_CREATE_PATH_SIZE;
  while (((unsigned char)*end & 0xc0) == 0x80) {
    end++; /* not in the middle of a character */
  }
  return lp_fail_within("...%s: ", end);
}

static lp_status api_create_read_symbol(const char *path, lp_model **model) {
  lp_byte_source source;
  lp_status status = lp_byte_source_open(path, &source);
  if (status == LP_OK) {
    status = lp_byte_source_load(&source);
    if (status == LP_OK) {
      status = lp_model_create((const char *)source.bytes, source.size, model);
    }
    lp_byte_source_close(&source);
  }
  return status == LP_OK ? LP_OK : api_create_within(path);
}

static lp_status api_create_read_params(const char *path, lp_model *model) {
  lp_byte_source source;
  lp_status status = lp_byte_source_open(path, &source);
  if (status == LP_OK) {
    status = lp_model_read_params(model, &source, true);
    lp_byte_source_close(&source);
  }
  return status == LP_OK ? LP_OK : api_create_within(path);
}

int LPModelCreateFromFiles(const char *symbol_path, const char *params_path, LPError *error,
                           LPModelHandle *out) {
  lp_model *model = NULL;
  lp_status status = lp_guard_pointer("LPModelCreateFromFiles", "symbol_path", symbol_path);
  if (status == LP_OK) {
    status = lp_guard_pointer("LPModelCreateFromFiles", "out", out);
  }
  if (status == LP_OK) {
    status = api_create_read_symbol(symbol_path, &model);
  }
  if (status == LP_OK) {
    status = params_path != NULL ? api_create_read_params(params_path, model)
                                 : lp_model_read_params(model, NULL, true);
    if (status != LP_OK) {
      lp_model_release(model);
    }
  }
  if (status == LP_OK) {
    *out = model;
  }
  return lp_guard_return_error(error, status);
}

int LPModelRetain(LPModelHandle handle) {
  lp_model *model = lp_guard_model("LPModelRetain", handle);
  if (model == NULL) {
    return -1;
  }
  lp_model_retain(model);
  return 0;
}

int LPModelFree(LPModelHandle handle) {
  if (handle == NULL) {
    return 0;
  }
  lp_model *model = lp_guard_model("LPModelFree", handle);
  if (model == NULL) {
    return -1;
  }
  lp_model_release(model);
  return 0;
}

static lp_status api_create_options(const LPOptions *options, lp_bindings *bindings) {
  LPOptions read;
  if (options == NULL) {
    return LP_OK;
  }
  if (options->struct_size < API_CREATE_OPTIONS_SIZE || options->struct_size > sizeof read) {
    return lp_fail(LP_ERROR_ARGUMENT,
                   "LPPredCreate: options.struct_size is %u, expected %u to %zu",
                   (unsigned)options->struct_size, API_CREATE_OPTIONS_SIZE, sizeof read);
  }
  memset(&read, 0, sizeof read);
  memcpy(&read, options, options->struct_size);
  if (read.num_threads > LP_MAX_THREADS) {
    return lp_fail(LP_ERROR_ARGUMENT, "LPPredCreate: options.num_threads is %u, at most %u",
                   (unsigned)read.num_threads, LP_MAX_THREADS);
  }
  if (read.memory_mode > LP_MEMORY_LEAN) {
    return lp_fail(LP_ERROR_ARGUMENT,
                   "LPPredCreate: options.memory_mode is %u; 0 (fast) and 1 (lean) are there",
                   (unsigned)read.memory_mode);
  }
  const uint32_t known = 2u * LP_PASS_JOIN - 1u;
  if ((read.disabled_passes & ~known) != 0) {
    return lp_fail(LP_ERROR_ARGUMENT, "LPPredCreate: options.disabled_passes has unknown bits 0x%x",
                   (unsigned)(read.disabled_passes & ~known));
  }
  bindings->num_threads = read.num_threads;
  bindings->disabled_passes = read.disabled_passes;
  bindings->lean = read.memory_mode == LP_MEMORY_LEAN;
  return LP_OK;
}

int LPPredCreate(LPModelHandle handle, uint32_t num_inputs, const char **input_keys,
                 const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                 uint32_t num_dtypes, const char **dtype_keys, const int *dtypes,
                 uint32_t num_outputs, const char **output_keys, const LPOptions *options,
                 LPError *error, PredictorHandle *out) {
  lp_bindings bindings;
  lp_predictor *predictor;
  memset(&bindings, 0, sizeof bindings);
  bindings.strict = true;
  lp_model *model = lp_guard_model("LPPredCreate", handle);
  lp_status status = model == NULL ? lp_status_code() : LP_OK;
  if (status == LP_OK) {
    status = lp_guard_pointer("LPPredCreate", "out", out);
  }
  if (status == LP_OK) {
    status = lp_guard_shapes("LPPredCreate", num_inputs, input_keys, input_shape_indptr,
                             input_shape_data, &bindings);
  }
  if (status == LP_OK) {
    status = lp_guard_dtypes("LPPredCreate", num_dtypes, dtype_keys, dtypes, &bindings);
  }
  if (status == LP_OK) {
    status = lp_guard_outputs("LPPredCreate", num_outputs, output_keys, &bindings);
  }
  if (status == LP_OK) {
    status = api_create_options(options, &bindings);
  }
  if (status == LP_OK) {
    status = lp_predictor_create(model, &bindings, &predictor);
  }
  if (status == LP_OK) {
    *out = predictor;
  }
  return lp_guard_return_error(error, status);
}
