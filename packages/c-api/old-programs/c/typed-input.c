/*
 * Bytes in, no conversion by hand: MXPredCreateEx and MXPredGetOutputType, as of 2019.
 * Usage: typed-input SYMBOL PARAMS; the network is cast -> dense, input (2,3).
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

int main(int argc, char *argv[]) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 2}, shape[] = {2, 3};
    const int types[] = {3}; /* uint8 */
    const unsigned char bytes[] = {0, 1, 255, 7, 128, 200};
    PredictorHandle pred = NULL;
    char *symbol, *params;
    long symbol_size, params_size;
    int type = -1, i;
    float out[4];
    if (argc != 3) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    if (MXPredCreateEx(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, 1, keys, types,
                       &pred) != 0 ||
        MXPredGetOutputType(pred, 0, &type) != 0 ||
        MXPredSetInput(pred, "data", (const float *)(const void *)bytes, 6) != 0 ||
        MXPredForward(pred) != 0 || MXPredGetOutput(pred, 0, out, 4) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    printf("type %d\n", type);
    for (i = 0; i < 4; i++) {
        printf("%.5f\n", out[i]);
    }
    MXPredFree(pred);
    return 0;
}
