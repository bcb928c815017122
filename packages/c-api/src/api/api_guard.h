/*
 * api_guard.h - what public functions do before and after their work: checks of
 * pointers and handles, and where errors are kept.
 */
#ifndef LP_API_API_GUARD_H
#define LP_API_API_GUARD_H

#include "../exec/predictor.h"

typedef struct lp_ndlist lp_ndlist;
#define LP_MAGIC_NDLIST 0x6c706e64u

/* LP_ERROR_ARGUMENT naming function and parameter if the pointer is NULL. */
LP_INTERNAL lp_status lp_guard_pointer(const char *function, const char *name,
                                       const void *pointer);
/* The same, of a buffer for so many bytes: none of 0 bytes is needed. */
LP_INTERNAL lp_status lp_guard_buffer(const char *function, const char *name, const void *buffer,
                                      size_t capacity);
/* LP_ERROR_UNSUPPORTED: the function needs a part (base/parts.h) that was not compiled in. */
LP_INTERNAL lp_status lp_guard_left_out(const char *function, const char *part);
/* The object of a handle, or NULL with LP_ERROR_ARGUMENT (NULL handle) or LP_ERROR_HANDLE (another kind). */
LP_INTERNAL lp_predictor *lp_guard_predictor(const char *function, void *handle);
LP_INTERNAL lp_model *lp_guard_model(const char *function, void *handle);
LP_INTERNAL lp_ndlist *lp_guard_ndlist(const char *function, void *handle);
LP_INTERNAL const lp_array *lp_guard_array(const char *function, void *handle);
/* 0, or -1 on failure. */
LP_INTERNAL int lp_guard_return(lp_status status);
/* The same, and keeps the error for the predictor. */
LP_INTERNAL int lp_guard_return_for(lp_predictor *predictor, lp_status status);
/* The same, and writes the error structure (may be NULL). */
LP_INTERNAL int lp_guard_return_error(LPError *error, lp_status status);
/* Arrays of keys and shapes: LP_ERROR_ARGUMENT if one is NULL though it should not be, or indptr falls. Fills the shape part of bindings. */
LP_INTERNAL lp_status lp_guard_shapes(const char *function, uint32_t count, const char **keys,
                                      const uint32_t *indptr, const uint32_t *data,
                                      lp_bindings *bindings);
LP_INTERNAL lp_status lp_guard_dtypes(const char *function, uint32_t count, const char **keys,
                                      const int *dtypes, lp_bindings *bindings);
LP_INTERNAL lp_status lp_guard_outputs(const char *function, uint32_t count, const char **keys,
                                       lp_bindings *bindings);

#endif
