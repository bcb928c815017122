/*
 * An image classifier as they were written in 2015 and 2016: mean image, labels, the five best.
 * Usage: mean-classifier SYMBOL PARAMS MEAN SYNSET IMAGE...
 */
#include <mxnet/c_predict_api.h>

#include "old-files.h"

#define CHECK_MX(call)                                    \
    if ((call) != 0) {                                    \
        fprintf(stderr, "%s\n", MXGetLastError());        \
        exit(1);                                          \
    }

static char labels[DIGIT_CLASSES][64];

static void load_synset(const char *path) {
    FILE *fp = fopen(path, "r");
    int i;
    for (i = 0; fp != NULL && i < DIGIT_CLASSES; i++) {
        if (fgets(labels[i], sizeof labels[i], fp) == NULL) {
            break;
        }
        labels[i][strcspn(labels[i], "\n")] = '\0';
    }
    if (fp == NULL || i != DIGIT_CLASSES) {
        fprintf(stderr, "Can't read %s\n", path);
        exit(1);
    }
    fclose(fp);
}

int main(int argc, char *argv[]) {
    long symbol_size, params_size, mean_size;
    char *symbol, *params, *mean_file;
    const char *input_keys[1] = {"data"};
    const mx_uint input_shape_indptr[2] = {0, 4};
    const mx_uint input_shape_data[4] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    NDListHandle nd_hnd = NULL;
    mx_uint nd_len = 0, nd_ndim = 0, i;
    const char *nd_key = NULL;
    const mx_float *nd_data = NULL;
    const mx_uint *nd_shape = NULL;
    int k;

    if (argc < 6) {
        fprintf(stderr, "usage: mean-classifier SYMBOL PARAMS MEAN SYNSET IMAGE...\n");
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    mean_file = read_file(argv[3], &mean_size);
    load_synset(argv[4]);

    CHECK_MX(MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, input_keys,
                          input_shape_indptr, input_shape_data, &pred));
    free(symbol);
    free(params);

    CHECK_MX(MXNDListCreate(mean_file, (int)mean_size, &nd_hnd, &nd_len));
    free(mean_file);
    CHECK_MX(MXNDListGet(nd_hnd, 0, &nd_key, &nd_data, &nd_shape, &nd_ndim));
    printf("%u arrays, the first is %s:", nd_len, nd_key);
    for (i = 0; i < nd_ndim; i++) {
        printf(" %u", nd_shape[i]);
    }
    printf("\n");

    for (k = 5; k < argc; k++) {
        float pixels[DIGIT_PIXELS];
        mx_uint *shape = NULL, shape_len = 0, size = 1;
        float *scores;
        int rank;
        read_image(argv[k], pixels);
        for (i = 0; i < DIGIT_PIXELS; i++) {
            pixels[i] -= nd_data[i];
        }
        CHECK_MX(MXPredSetInput(pred, "data", pixels, DIGIT_PIXELS));
        CHECK_MX(MXPredForward(pred));
        CHECK_MX(MXPredGetOutputShape(pred, 0, &shape, &shape_len));
        for (i = 0; i < shape_len; i++) {
            size *= shape[i];
        }
        scores = (float *)malloc(size * sizeof(float));
        CHECK_MX(MXPredGetOutput(pred, 0, scores, size));
        printf("image %d, %u scores\n", k - 5, size);
        for (rank = 0; rank < 5; rank++) {
            int best = best_class(scores, (int)size);
            printf("  probability=%.6f, class=%s\n", scores[best], labels[best]);
            scores[best] = -1.0f;
        }
        free(scores);
    }
    CHECK_MX(MXNDListFree(nd_hnd));
    CHECK_MX(MXPredFree(pred));
    return 0;
}
