/*
 * Written as if for a compiler of 1989: functions without prototypes, declarations first.
 * Usage: kr-classifier SYMBOL PARAMS IMAGE
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

static PredictorHandle make_predictor(symbol_path, params_path)
    char *symbol_path;
    char *params_path;
{
    static const char *keys[] = {"data"};
    static const mx_uint indptr[] = {0, 4};
    static const mx_uint shape[] = {1, 1, 8, 8};
    PredictorHandle pred;
    long symbol_size, params_size;
    char *symbol, *params;

    symbol = read_file(symbol_path, &symbol_size);
    params = read_file(params_path, &params_size);
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred)) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
    free(symbol);
    free(params);
    return pred;
}

static void classify(pred, path)
    PredictorHandle pred;
    char *path;
{
    float pixels[DIGIT_PIXELS], scores[DIGIT_CLASSES];
    int i;

    read_image(path, pixels);
    if (MXPredSetInput(pred, "data", pixels, (mx_uint)DIGIT_PIXELS) || MXPredForward(pred) ||
        MXPredGetOutput(pred, 0, scores, (mx_uint)DIGIT_CLASSES)) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
    for (i = 0; i < DIGIT_CLASSES; i++) {
        printf("%d %.6f\n", i, (double)scores[i]);
    }
}

int main(argc, argv)
    int argc;
    char **argv;
{
    PredictorHandle pred;

    if (argc != 4) {
        return 1;
    }
    pred = make_predictor(argv[1], argv[2]);
    classify(pred, argv[3]);
    return MXPredFree(pred);
}
