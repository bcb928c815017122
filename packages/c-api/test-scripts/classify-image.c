// Reads a network and one image of floats, prints the network's output: one number in a line.
// A program as they were written for MXNet: MXNET_INCLUDE takes the header from where MXNet has it.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef MXNET_INCLUDE
#include <mxnet/c_predict_api.h>
#else
#include <c_predict_api.h>
#endif

static char *read_file(const char *path, long *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (*size = ftell(file)) >= 0) {
        rewind(file);
        bytes = calloc(1, (size_t)*size + 1);
        if (bytes != NULL && fread(bytes, 1, (size_t)*size, file) != (size_t)*size) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

int main(int argc, char **argv) {
    const char *names[] = {"data"};
    const uint32_t starts[] = {0, 4};
    const uint32_t shape[] = {1, 1, 8, 8};
    float scores[10];
    long sizes[3] = {0, 0, 0};
    char *files[3] = {NULL, NULL, NULL};
    PredictorHandle predictor = NULL;
    int failed = argc != 4;

    for (int i = 0; i < 3 && !failed; i++) {
        files[i] = read_file(argv[i + 1], &sizes[i]);
        failed = files[i] == NULL;
    }
    if (failed || sizes[2] != (long)(64 * sizeof(float))) {
        fprintf(stderr, "usage: classify-image SYMBOL PARAMS IMAGE\n");
        failed = 1;
    } else if (MXPredCreate(files[0], files[1], (int)sizes[1], 1, 0, 1, names, starts, shape,
                            &predictor) != 0 ||
               MXPredSetInput(predictor, "data", (const float *)(const void *)files[2], 64) != 0 ||
               MXPredForward(predictor) != 0 ||
               MXPredGetOutput(predictor, 0, scores, 10) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        failed = 1;
    } else {
        for (int i = 0; i < 10; i++) {
            printf("%.9g\n", (double)scores[i]);
        }
    }
    if (predictor != NULL) {
        MXPredFree(predictor);
    }
    for (int i = 0; i < 3; i++) {
        free(files[i]);
    }
    return failed;
}
