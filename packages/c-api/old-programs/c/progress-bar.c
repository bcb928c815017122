/*
 * A slow phone shows how far it is: MXPredPartialForward.
 * Usage: progress-bar SYMBOL PARAMS IMAGE
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

int main(int argc, char *argv[]) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4}, shape[] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    char *symbol, *params;
    long symbol_size, params_size;
    float pixels[DIGIT_PIXELS], scores[DIGIT_CLASSES];
    int pass, i;
    if (argc != 4) {
        return 1;
    }
    read_image(argv[3], pixels);
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    for (pass = 0; pass < 2; pass++) {
        int step, left = 1, total = 0, before = 0, falls_by_one = 1;
        MXPredSetInput(pred, "data", pixels, DIGIT_PIXELS);
        for (step = 0; left > 0; step++) {
            if (MXPredPartialForward(pred, step, &left) != 0) {
                fprintf(stderr, "%s\n", MXGetLastError());
                return 1;
            }
            if (step == 0) {
                total = left + 1;
            } else if (left != before - 1) {
                falls_by_one = 0;
            }
            before = left;
            fprintf(stderr, "\r[%3d%%]", 100 * (total - left) / total); /* the bar itself */
        }
        fprintf(stderr, "\n");
        if (MXPredGetOutput(pred, 0, scores, DIGIT_CLASSES) != 0) {
            fprintf(stderr, "%s\n", MXGetLastError());
            return 1;
        }
        printf("steps fall by one: %s, all were made: %s\n", falls_by_one ? "yes" : "no",
               step == total ? "yes" : "no");
        for (i = 0; i < DIGIT_CLASSES; i++) {
            printf("%.6f\n", scores[i]);
        }
    }
    MXPredFree(pred);
    return 0;
}
