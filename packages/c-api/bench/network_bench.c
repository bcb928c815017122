/*
 * What whole networks cost on one thread, and which of their steps most of it.
 *
 *   network_bench [--rounds N] [--steps N] FOLDER...
 *
 * A folder is one of the benchmark's networks (packages/bench keeps them in its cache):
 * symbol.json, weights.params, input.bin, expected.bin and network.json. Linked with the engine
 * rather than loading it, so that it also runs where nothing can be loaded: as a WebAssembly
 * module, or under an emulator. Prints for each network the least milliseconds of N forwards, the
 * largest error as a share of the largest output, and with --steps the N steps that took longest.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "c_predict_api.h"

static void stop(const char *what, const char *why) {
    fprintf(stderr, "network_bench: %s: %s\n", what, why);
    exit(1);
}

static double now_ms(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* The whole file and a NUL behind it. */
static char *read_file(const char *folder, const char *name, size_t *size) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) stop(path, "cannot be opened");
    (void)fseek(file, 0, SEEK_END);
    long length = ftell(file);
    (void)fseek(file, 0, SEEK_SET);
    char *bytes = length < 0 ? NULL : malloc((size_t)length + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)length, file) != (size_t)length) {
        stop(path, "cannot be read");
    }
    bytes[length] = '\0';
    (void)fclose(file);
    *size = (size_t)length;
    return bytes;
}

/* The first list of numbers behind "shape": network.json begins with the input's. */
static uint32_t read_shape(const char *facts, uint32_t *shape) {
    uint32_t ndim = 0;
    const char *at = strstr(facts, "\"shape\"");
    at = at == NULL ? NULL : strchr(at, '[');
    if (at == NULL) stop("network.json", "no shape");
    while (*at != ']' && ndim < 8) {
        char *end;
        shape[ndim++] = (uint32_t)strtoul(at + 1, &end, 10);
        at = end + strspn(end, " \n");
    }
    return ndim;
}

static char *read_name(const char *facts) {
    static char name[64];
    const char *at = strstr(facts, "\"input\"");
    if (at == NULL || sscanf(at, "\"input\": { \"name\": \"%63[^\"]", name) != 1) {
        stop("network.json", "no input");
    }
    return name;
}

typedef struct step {
    const char *text;
    double ns;
} step;

static int by_time(const void *a, const void *b) {
    double x = ((const step *)a)->ns, y = ((const step *)b)->ns;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void print_steps(PredictorHandle predictor, int count) {
    static step steps[4096];
    size_t size = 0;
    int found = 0;
    (void)LPPredGetNodeProfile(predictor, NULL, 0, &size);
    char *report = malloc(size);
    if (report == NULL || LPPredGetNodeProfile(predictor, report, size, &size) != 0) {
        stop("profile", MXGetLastError());
    }
    for (char *at = strstr(report, "{\"name\""); at != NULL && found < 4096;) {
        char *next = strstr(at + 1, "{\"name\"");
        const char *least = strstr(at, "\"min_ns\":");
        if (next != NULL) next[-1] = '\0';
        steps[found].text = at;
        steps[found++].ns = least == NULL ? 0 : strtod(least + 9, NULL);
        at = next;
    }
    qsort(steps, (size_t)found, sizeof steps[0], by_time);
    for (int i = 0; i < count && i < found; i++) printf("  %s\n", steps[i].text);
    free(report);
}

static void measure(const char *folder, int rounds, int steps) {
    size_t size, params_size, input_size, expected_size;
    uint32_t shape[8];
    char *facts = read_file(folder, "network.json", &size);
    const uint32_t indptr[2] = {0, read_shape(facts, shape)};
    const char *key = read_name(facts);
    char *symbol = read_file(folder, "symbol.json", &size);
    char *params = read_file(folder, "weights.params", &params_size);
    char *input = read_file(folder, "input.bin", &input_size);
    char *expected = read_file(folder, "expected.bin", &expected_size);
    const float *wanted = (const float *)(const void *)expected;
    PredictorHandle predictor;
    double begin = now_ms();
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, &key, indptr, shape, &predictor) != 0 ||
        MXPredSetInput(predictor, key, (const float *)(const void *)input, (uint32_t)(input_size / 4)) != 0) {
        stop(folder, MXGetLastError());
    }
    free(params);
    double created = now_ms() - begin, least = 1e300;
    if (steps > 0) (void)LPPredSetProfiling(predictor, 1);
    for (int i = 0; i < rounds; i++) {
        begin = now_ms();
        if (MXPredForward(predictor) != 0) stop(folder, MXGetLastError());
        double took = now_ms() - begin;
        least = took < least ? took : least;
    }
    uint32_t *dims;
    uint32_t ndim;
    size_t count = 1;
    if (MXPredGetOutputShape(predictor, 0, &dims, &ndim) != 0) stop(folder, MXGetLastError());
    for (uint32_t i = 0; i < ndim; i++) count *= dims[i];
    float *output = malloc(count * sizeof *output);
    if (output == NULL || count * 4 > expected_size) stop(folder, "expected.bin is too short");
    if (MXPredGetOutput(predictor, 0, output, (uint32_t)count) != 0) stop(folder, MXGetLastError());
    double error = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        double off = fabs((double)output[i] - (double)wanted[i]);
        error = off <= error ? error : off; /* NaN too */
        largest = fmax(largest, fabs((double)wanted[i]));
    }
    const char *name = strrchr(folder, '/');
    printf("%-14s %9.2f ms   create %7.1f ms   error %.1e\n", name == NULL ? folder : name + 1, least,
           created, error / largest);
    if (steps > 0) print_steps(predictor, steps);
    (void)fflush(stdout);
    (void)MXPredFree(predictor);
    free(output);
    free(facts);
    free(symbol);
    free(input);
    free(expected);
}

int main(int argc, char **argv) {
    int rounds = 20, steps = 0;
    if (argc < 2) stop("usage", "network_bench [--rounds N] [--steps N] FOLDER...");
    printf("%s\n", LPGetBuildInfo());
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc) steps = atoi(argv[++i]);
        else measure(argv[i], rounds, steps);
    }
    return 0;
}
