/*
 * What a call costs from C: prints {"forward_ns": ..., "round_trip_ns": ...} for a network of one
 * number. The other languages' programs do the same, so that the difference is the binding's.
 *
 *   call_overhead SYMBOL PARAMS LIBRARY [DIM...]
 *
 * With dimensions: of a network of one input and one output of that size.
 *
 * The least mean of 7 batches of 20,000 calls: of MXPredForward alone, and of MXPredSetInput,
 * MXPredForward and MXPredGetOutput together.
 */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "c_predict_api.h"

enum { batches = 7, calls = 20000, max_dims = 8, max_values = 1 << 16 };

static int (*forward)(PredictorHandle);
static int (*set_input)(PredictorHandle, const char *, const float *, uint32_t);
static int (*get_output)(PredictorHandle, uint32_t, float *, uint32_t);

static uint32_t size = 1;
static float values[max_values];

static void stop(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static char *read_file(const char *path, int *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) stop(path, "cannot be opened");
    char *bytes = calloc(1, 1 << 20);
    if (bytes == NULL) stop(path, "no memory");
    *size = (int)fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    return bytes;
}

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int round_trip(PredictorHandle predictor) {
    for (uint32_t i = 0; i < size; i++) values[i] = 1.5f;
    int failed = set_input(predictor, "data", values, size) || forward(predictor) ||
                 get_output(predictor, 0, values, size);
    return failed || (size == 1 && values[0] != 1.5f) ? -1 : 0;
}

static double measure(int (*call)(PredictorHandle), PredictorHandle predictor) {
    double least = 1e300;
    for (int batch = -1; batch < batches; batch++) { /* the first only warms up */
        double begin = now_ns();
        for (int i = 0; i < calls; i++)
            if (call(predictor) != 0) stop("a call", "failed");
        double mean = (now_ns() - begin) / calls;
        if (batch >= 0 && mean < least) least = mean;
    }
    return least;
}

/* ISO C knows no way from an object pointer to a function pointer; POSIX asks for this one. */
static void find(void *library, const char *name, void *function) {
    *(void **)function = dlsym(library, name);
    if (*(void **)function == NULL) stop(name, "is not in the library");
}

int main(int argc, char **argv) {
    if (argc < 4 || argc > 4 + max_dims) stop("usage", "call_overhead SYMBOL PARAMS LIBRARY [DIM...]");
    uint32_t shape[max_dims] = {1}, ndim = argc == 4 ? 1 : (uint32_t)argc - 4;
    for (int i = 4; i < argc; i++) {
        unsigned long dim = strtoul(argv[i], NULL, 10);
        if (dim < 1 || dim > max_values / size) stop(argv[i], "is no dimension, or too large");
        shape[i - 4] = (uint32_t)dim;
        size *= shape[i - 4];
    }
    int symbol_size = 0, params_size = 0;
    char *symbol = read_file(argv[1], &symbol_size);
    char *params = read_file(argv[2], &params_size);
    void *library = dlopen(argv[3], RTLD_NOW);
    if (library == NULL) stop(argv[3], dlerror());
    int (*create)(const char *, const void *, int, int, int, uint32_t, const char **,
                  const uint32_t *, const uint32_t *, PredictorHandle *) = NULL;
    find(library, "MXPredCreate", &create);
    find(library, "MXPredForward", &forward);
    find(library, "MXPredSetInput", &set_input);
    find(library, "MXPredGetOutput", &get_output);
    const char *keys[] = {"data"};
    const uint32_t starts[] = {0, ndim};
    PredictorHandle predictor = NULL;
    if (create(symbol, params, params_size, 1, 0, 1, keys, starts, shape, &predictor) != 0)
        stop("MXPredCreate", "failed");
    printf("{\"forward_ns\": %.1f, \"round_trip_ns\": %.1f}\n", measure(forward, predictor),
           measure(round_trip, predictor));
    return 0;
}
