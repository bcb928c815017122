/*
 * Features of an inner layer, for search by similarity: MXPredCreatePartialOut.
 * Usage: feature-extractor SYMBOL PARAMS LAYER IMAGE IMAGE
 */
#include <math.h>
#include <mxnet/c_predict_api.h>

#include "old-files.h"

static float *extract(PredictorHandle pred, const char *path, mx_uint *size) {
    float pixels[DIGIT_PIXELS], *features;
    mx_uint *shape, dim, i;
    read_image(path, pixels);
    if (MXPredSetInput(pred, "data", pixels, DIGIT_PIXELS) != 0 || MXPredForward(pred) != 0 ||
        MXPredGetOutputShape(pred, 0, &shape, &dim) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
    for (*size = 1, i = 0; i < dim; i++) {
        *size *= shape[i];
    }
    features = (float *)malloc(*size * sizeof(float));
    if (MXPredGetOutput(pred, 0, features, *size) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
    return features;
}

int main(int argc, char *argv[]) {
    char *symbol, *params;
    long symbol_size, params_size;
    const char *input_keys[] = {"data"};
    const char *output_keys[1];
    const mx_uint indptr[] = {0, 4}, shape[] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    float *a, *b;
    double ab = 0, aa = 0, bb = 0;
    mx_uint size, i;
    if (argc != 6) {
        return 1;
    }
    output_keys[0] = argv[3];
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    if (MXPredCreatePartialOut(symbol, params, (int)params_size, 1, 0, 1, input_keys, indptr, shape, 1,
                               output_keys, &pred) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    a = extract(pred, argv[4], &size);
    b = extract(pred, argv[5], &size);
    for (i = 0; i < size; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        if (i % 8 == 0) {
            printf("%.5f %.5f\n", a[i], b[i]);
        }
    }
    printf("%u features, cosine %.5f\n", size, ab / sqrt(aa * bb));
    MXPredFree(pred);
    free(a);
    free(b);
    return 0;
}
