/*
 * A library that has only MXNet's part of the header, and the reference's habits: the type of an
 * output goes to element out_index of an array, and arrays of a monitor callback are the
 * callback's to free. A predictor has an input "x" of any element type and two equal outputs,
 * which are what was set.
 */
#include <stdlib.h>
#include <string.h>

#include "c_predict_api.h"

static const size_t element_bytes[] = {4, 8, 2, 1, 4, 1, 8, 1};

typedef struct {
    int dtype;
    uint32_t size;
    unsigned char *bytes;
    PredMonitorCallback callback;
    void *user;
} predictor;

static const char *last_error = "";
static int live_arrays;

static int refuse(const char *text) {
    last_error = text;
    return -1;
}

const char *MXGetLastError(void) { return last_error; }

/* Not of the header: what is to be freed, and how the test sees it. */
int MXNDArrayFree(void *array);
int count_live_arrays(void);

int MXNDArrayFree(void *array) {
    free(array);
    live_arrays--;
    return 0;
}
int count_live_arrays(void) { return live_arrays; }

static predictor *make(int dtype, uint32_t size) {
    predictor *made = calloc(1, sizeof *made);
    made->dtype = dtype;
    made->size = size;
    made->bytes = calloc(size + 1, element_bytes[dtype]);
    return made;
}

int MXPredCreateEx(const char *symbol, const void *params, int params_size, int dev_type,
                   int dev_id, uint32_t count, const char **keys, const uint32_t *starts,
                   const uint32_t *dims, uint32_t num_dtypes, const char **names, const int *dtypes,
                   PredictorHandle *out) {
    (void)params, (void)params_size, (void)dev_type, (void)dev_id, (void)keys, (void)starts;
    (void)names;
    if (strcmp(symbol, "null") == 0) {
        *out = NULL;
        return 0;
    }
    if (count != 1) return refuse("one input is needed");
    *out = make(num_dtypes > 0 ? dtypes[0] : 0, dims[0]);
    return 0;
}

int MXPredCreate(const char *symbol, const void *params, int params_size, int dev_type, int dev_id,
                 uint32_t count, const char **keys, const uint32_t *starts, const uint32_t *dims,
                 PredictorHandle *out) {
    return MXPredCreateEx(symbol, params, params_size, dev_type, dev_id, count, keys, starts, dims,
                          0, NULL, NULL, out);
}

int MXPredReshape(uint32_t count, const char **keys, const uint32_t *starts, const uint32_t *dims,
                  PredictorHandle handle, PredictorHandle *out) {
    (void)count, (void)keys, (void)starts;
    *out = make(((predictor *)handle)->dtype, dims[0]);
    return 0;
}

int MXPredGetOutputType(PredictorHandle handle, uint32_t out_index, int *out_dtype) {
    out_dtype[out_index] = ((predictor *)handle)->dtype;
    return 0;
}

int MXPredSetInput(PredictorHandle handle, const char *key, const float *data, uint32_t size) {
    predictor *p = handle;
    if (strcmp(key, "x") != 0) return refuse("there is no such input");
    memcpy(p->bytes, data, size * element_bytes[p->dtype]);
    return 0;
}

int MXPredForward(PredictorHandle handle) {
    predictor *p = handle;
    if (p->callback == NULL) return 0;
    live_arrays++;
    p->callback("x", malloc(1), p->user);
    return 0;
}

int MXPredGetOutput(PredictorHandle handle, uint32_t index, float *data, uint32_t size) {
    predictor *p = handle;
    (void)index;
    memcpy(data, p->bytes, size * element_bytes[p->dtype]);
    return 0;
}

int MXPredSetMonitorCallback(PredictorHandle handle, PredMonitorCallback callback, void *user,
                             bool monitor_all) {
    (void)monitor_all;
    ((predictor *)handle)->callback = callback;
    ((predictor *)handle)->user = user;
    return 0;
}

int MXPredFree(PredictorHandle handle) {
    free(((predictor *)handle)->bytes);
    free(handle);
    return 0;
}
