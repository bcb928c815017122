/*
 * Batches of changing size: MXPredReshape, as of 2018.
 * Usage: reshape-loop SYMBOL PARAMS ROUNDS IMAGE...
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

int main(int argc, char *argv[]) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4};
    mx_uint shape[] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    char *symbol, *params;
    long symbol_size, params_size;
    int rounds, count = argc - 4, i, round;
    float *pixels, *scores;
    if (argc < 5) {
        return 1;
    }
    rounds = atoi(argv[3]);
    pixels = (float *)malloc((size_t)count * DIGIT_PIXELS * sizeof(float));
    scores = (float *)malloc((size_t)count * DIGIT_CLASSES * sizeof(float));
    for (i = 0; i < count; i++) {
        read_image(argv[4 + i], pixels + i * DIGIT_PIXELS);
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    for (round = 0; round < rounds; round++) {
        PredictorHandle reshaped = NULL;
        mx_uint batch = (mx_uint)(round % count) + 1, *dims, ndim, k;
        shape[0] = batch;
        if (MXPredReshape(1, keys, indptr, shape, pred, &reshaped) != 0) {
            fprintf(stderr, "%s\n", MXGetLastError());
            return 1;
        }
        MXPredFree(pred);
        pred = reshaped;
        if (MXPredSetInput(pred, "data", pixels, batch * DIGIT_PIXELS) != 0 ||
            MXPredForward(pred) != 0 || MXPredGetOutputShape(pred, 0, &dims, &ndim) != 0 ||
            MXPredGetOutput(pred, 0, scores, batch * DIGIT_CLASSES) != 0) {
            fprintf(stderr, "%s\n", MXGetLastError());
            return 1;
        }
        printf("%u x %u:", dims[0], dims[1]);
        for (k = 0; k < batch; k++) {
            int best = best_class(scores + k * DIGIT_CLASSES, DIGIT_CLASSES);
            printf(" %d %.6f", best, scores[k * DIGIT_CLASSES + (mx_uint)best]);
        }
        printf("\n");
    }
    MXPredFree(pred);
    return 0;
}
