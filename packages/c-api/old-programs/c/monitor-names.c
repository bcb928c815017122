/*
 * A debugging aid of 2019: which tensors does a forward make? MXPredSetMonitorCallback.
 * Usage: monitor-names SYMBOL PARAMS IMAGE
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

typedef struct {
    int count;
    int print;
} monitor_t;

static void on_tensor(const char *name, NDArrayHandle array, void *user) {
    monitor_t *monitor = (monitor_t *)user;
    const char *end = strrchr(name, '_');
    if (end != NULL && strcmp(end, "_workspace") == 0) {
        return; /* scratch memory of pooling, which only builds with MKLDNN show */
    }
    monitor->count++;
    if (monitor->print) {
        printf("%s%s\n", name, array == NULL ? " (no array)" : "");
    }
}

int main(int argc, char *argv[]) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4}, shape[] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    char *symbol, *params;
    long symbol_size, params_size;
    float pixels[DIGIT_PIXELS], scores[DIGIT_CLASSES];
    monitor_t outputs = {0, 1}, all = {0, 0};
    if (argc != 4) {
        return 1;
    }
    read_image(argv[3], pixels);
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred) != 0 ||
        MXPredSetInput(pred, "data", pixels, DIGIT_PIXELS) != 0 ||
        MXPredSetMonitorCallback(pred, on_tensor, &outputs, 0) != 0 || MXPredForward(pred) != 0 ||
        MXPredGetOutput(pred, 0, scores, DIGIT_CLASSES) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    printf("%d outputs, class %d\n", outputs.count, best_class(scores, DIGIT_CLASSES));
    if (MXPredSetMonitorCallback(pred, on_tensor, &all, 1) != 0 || MXPredForward(pred) != 0 ||
        MXPredGetOutput(pred, 0, scores, DIGIT_CLASSES) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    printf("%d tensors, class %d\n", all.count, best_class(scores, DIGIT_CLASSES));
    MXPredFree(pred);
    return 0;
}
