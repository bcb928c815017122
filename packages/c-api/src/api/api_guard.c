/* api_guard.c - checks of arguments and keeping of errors. */
#include "api_guard.h"

#include <stdio.h>
#include <string.h>

lp_status lp_guard_pointer(const char *function, const char *name, const void *pointer) {
  return pointer != NULL ? LP_OK
                         : lp_fail(LP_ERROR_ARGUMENT, "%s: %s is NULL", function, name);
}

lp_status lp_guard_buffer(const char *function, const char *name, const void *buffer,
                          size_t capacity) {
  return capacity == 0 ? LP_OK : lp_guard_pointer(function, name, buffer);
}

lp_status lp_guard_left_out(const char *function, const char *part) {
  return lp_say(LP_ERROR_UNSUPPORTED, "%s is not in this build: define %s 1 in predict_config.h",
                function, part);
}

static const char *api_guard_kind(uint32_t magic) {
  switch (magic) {
    case LP_MAGIC_PREDICTOR:
      return "a predictor";
    case LP_MAGIC_MODEL:
      return "a model";
    case LP_MAGIC_NDLIST:
      return "an NDList";
    case LP_MAGIC_ARRAY:
      return "an NDArray";
    default:
      return "no live object of this library";
  }
}

/* Every object begins with its magic number. */
static void *api_guard_handle(const char *function, void *handle, uint32_t magic) {
  uint32_t found;
  if (handle == NULL) {
    (void)lp_fail(LP_ERROR_ARGUMENT, "%s: the handle is NULL", function);
    return NULL;
  }
  memcpy(&found, handle, sizeof found);
  if (found != magic) {
    (void)lp_fail(LP_ERROR_HANDLE, "%s: the handle is %s, expected %s", function,
                  api_guard_kind(found), api_guard_kind(magic));
    return NULL;
  }
  return handle;
}

lp_predictor *lp_guard_predictor(const char *function, void *handle) {
  return api_guard_handle(function, handle, LP_MAGIC_PREDICTOR);
}

lp_model *lp_guard_model(const char *function, void *handle) {
  return api_guard_handle(function, handle, LP_MAGIC_MODEL);
}

lp_ndlist *lp_guard_ndlist(const char *function, void *handle) {
  return api_guard_handle(function, handle, LP_MAGIC_NDLIST);
}

const lp_array *lp_guard_array(const char *function, void *handle) {
  return api_guard_handle(function, handle, LP_MAGIC_ARRAY);
}

int lp_guard_return(lp_status status) { return status == LP_OK ? 0 : -1; }

int lp_guard_return_for(lp_predictor *predictor, lp_status status) {
  if (status != LP_OK && predictor != NULL) {
    predictor->error_code = lp_status_code();
    memcpy(predictor->error_text, lp_status_text(), sizeof predictor->error_text);
  }
  return lp_guard_return(status);
}

int lp_guard_return_error(LPError *error, lp_status status) {
  if (error != NULL) {
    error->code = status;
    error->reserved = 0;
    error->text[0] = '\0';
    if (status != LP_OK) {
      (void)snprintf(error->text, sizeof error->text, "%s", lp_status_text());
    }
  }
  return lp_guard_return(status);
}

static lp_status api_guard_keys(const char *function, const char *name, uint32_t count,
                                const char **keys) {
  LP_TRY(lp_guard_pointer(function, name, keys));
  for (uint32_t i = 0; i < count; i++) {
    if (keys[i] == NULL) {
      return lp_fail(LP_ERROR_ARGUMENT, "%s: %s[%u] is NULL", function, name, (unsigned)i);
    }
  }
  return LP_OK;
}

lp_status lp_guard_shapes(const char *function, uint32_t count, const char **keys,
                          const uint32_t *indptr, const uint32_t *data, lp_bindings *bindings) {
  if (count == 0) {
    return LP_OK;
  }
  LP_TRY(api_guard_keys(function, "input_keys", count, keys));
  LP_TRY(lp_guard_pointer(function, "input_shape_indptr", indptr));
  if (indptr[0] != 0) {
    return lp_fail(LP_ERROR_ARGUMENT, "%s: input_shape_indptr begins with %u, expected 0", function,
                   (unsigned)indptr[0]);
  }
  for (uint32_t i = 0; i < count; i++) {
    if (indptr[i + 1] < indptr[i]) {
      return lp_fail(LP_ERROR_ARGUMENT, "%s: input_shape_indptr falls from %u to %u at entry %u",
                     function, (unsigned)indptr[i], (unsigned)indptr[i + 1], (unsigned)i + 1);
    }
  }
  if (indptr[count] != 0) {
    LP_TRY(lp_guard_pointer(function, "input_shape_data", data));
  }
  bindings->num_shapes = count;
  bindings->shape_keys = keys;
  bindings->shape_indptr = indptr;
  bindings->shape_data = data;
  return LP_OK;
}

lp_status lp_guard_dtypes(const char *function, uint32_t count, const char **keys,
                          const int *dtypes, lp_bindings *bindings) {
  if (count == 0) {
    return LP_OK;
  }
  LP_TRY(api_guard_keys(function, "dtype names", count, keys));
  LP_TRY(lp_guard_pointer(function, "dtypes", dtypes));
  for (uint32_t i = 0; i < count; i++) {
    if (lp_dtype_size(dtypes[i]) == 0) {
      return lp_fail(LP_ERROR_ARGUMENT, "%s: %d is no element type (for '%.200s'); 0 to %d are",
                     function, dtypes[i], keys[i], LP_DTYPE_COUNT - 1);
    }
  }
  bindings->num_dtypes = count;
  bindings->dtype_keys = keys;
  bindings->dtypes = dtypes;
  return LP_OK;
}

lp_status lp_guard_outputs(const char *function, uint32_t count, const char **keys,
                           lp_bindings *bindings) {
  if (count == 0) {
    return LP_OK;
  }
  LP_TRY(api_guard_keys(function, "output_keys", count, keys));
  bindings->num_outputs = count;
  bindings->output_keys = keys;
  return LP_OK;
}
