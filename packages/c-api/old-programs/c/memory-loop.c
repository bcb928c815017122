/*
 * A program that has run for years: predictors come and go, memory does not grow.
 * Usage: memory-loop SYMBOL PARAMS ROUNDS; any network with an input (2,3).
 */
#include <mxnet/c_predict_api.h>
#include <unistd.h>

#include "old-files.h"

static const char *keys[] = {"data"};
static const mx_uint indptr[] = {0, 2};

static long resident_kilobytes(void) {
    long pages = 0, all = 0;
    FILE *fp = fopen("/proc/self/statm", "r");
    if (fp == NULL || fscanf(fp, "%ld %ld", &all, &pages) != 2) {
        exit(1);
    }
    fclose(fp);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void check(int result) {
    if (result != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
}

static void create_and_free(const char *symbol, const char *params, long size, int rounds) {
    mx_uint shape[] = {2, 3};
    int i;
    for (i = 0; i < rounds; i++) {
        PredictorHandle pred;
        shape[0] = (mx_uint)(i % 5) + 1;
        check(MXPredCreate(symbol, params, (int)size, 1, 0, 1, keys, indptr, shape, &pred));
        check(MXPredForward(pred));
        if (MXPredSetInput(pred, "nothing", NULL, 0) == 0) {
            exit(1);
        }
        check(MXPredFree(pred));
    }
}

static void reshape_and_free(const char *symbol, const char *params, long size, int rounds) {
    mx_uint shape[] = {2, 3};
    PredictorHandle pred;
    int i;
    check(MXPredCreate(symbol, params, (int)size, 1, 0, 1, keys, indptr, shape, &pred));
    for (i = 0; i < rounds; i++) {
        PredictorHandle other;
        shape[0] = (mx_uint)(i % 50) + 1;
        check(MXPredReshape(1, keys, indptr, shape, pred, &other));
        check(MXPredForward(other));
        check(MXPredFree(pred));
        pred = other;
    }
    check(MXPredFree(pred));
}

int main(int argc, char *argv[]) {
    long symbol_size, params_size, before;
    char *symbol, *params;
    int rounds;
    if (argc != 4) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    rounds = atoi(argv[3]);
    create_and_free(symbol, params, params_size, 200);
    reshape_and_free(symbol, params, params_size, 200);
    before = resident_kilobytes();
    create_and_free(symbol, params, params_size, rounds);
    printf("created %d times: %ld KB more\n", rounds, resident_kilobytes() - before);
    reshape_and_free(symbol, params, params_size, rounds);
    printf("reshaped %d times: %ld KB more\n", rounds, resident_kilobytes() - before);
    return 0;
}
