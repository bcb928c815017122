/*
 * A program that never saw a header: the API is declared by hand, with the plain types of 2015.
 * It uses what the library hands out for as long as the library promises to keep it.
 * Usage: own-declarations SYMBOL PARAMS LIST IMAGE; LIST has two arrays.
 */
#include <pthread.h>

#include "old-files.h"

typedef unsigned int mx_uint;
typedef float mx_float;
typedef void *PredictorHandle;
typedef void *NDListHandle;

extern const char *MXGetLastError(void);
extern int MXPredCreate(const char *, const void *, int, int, int, mx_uint, const char **,
                        const mx_uint *, const mx_uint *, PredictorHandle *);
extern int MXPredGetOutputShape(PredictorHandle, mx_uint, mx_uint **, mx_uint *);
extern int MXPredSetInput(PredictorHandle, const char *, const mx_float *, mx_uint);
extern int MXPredForward(PredictorHandle);
extern int MXPredGetOutput(PredictorHandle, mx_uint, mx_float *, mx_uint);
extern int MXPredFree(PredictorHandle);
extern int MXNDListCreate(const char *, int, NDListHandle *, mx_uint *);
extern int MXNDListGet(NDListHandle, mx_uint, const char **, const mx_float **, const mx_uint **,
                       mx_uint *);
extern int MXNDListFree(NDListHandle);
/* bool was declared as int by those who had no C99; the Python wrapper passes one, too. */
extern int MXPredSetMonitorCallback(PredictorHandle, void (*)(const char *, void *, void *), void *,
                                    int);

static int tensors;

static void count_tensor(const char *name, void *array, void *user) {
    (void)name;
    (void)array;
    (void)user;
    tensors++;
}

static void *fail_elsewhere(void *pred) {
    float one = 0;
    int before = MXGetLastError()[0] == '\0';
    int failed = MXPredSetInput(pred, "data", &one, 1) != 0;
    int after = strstr(MXGetLastError(), "Memory size do not match") != NULL;
    printf("another thread: %s before, %s, %s\n", before ? "no text" : "a text",
           failed ? "fails" : "succeeds", after ? "its own text" : "no text of its own");
    return NULL;
}

int main(int argc, char *argv[]) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4}, dims[] = {1, 1, 8, 8};
    PredictorHandle pred = NULL;
    NDListHandle list = NULL;
    const char *key[2], *error;
    const mx_float *data[2];
    const mx_uint *list_shape;
    mx_uint *shape, ndim, length, i, total = 1;
    mx_uint list_ndim[2];
    float pixels[DIGIT_PIXELS], *scores;
    long symbol_size, params_size, list_size;
    char *symbol, *params, *bytes;
    pthread_t thread;
    if (argc != 5) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    bytes = read_file(argv[3], &list_size);
    read_image(argv[4], pixels);
    printf("at first: \"%s\"\n", MXGetLastError());
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, dims, &pred) != 0 ||
        MXNDListCreate(bytes, (int)list_size, &list, &length) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        return 1;
    }
    /* Neither keeps the caller's buffers, so they may be reused at once. */
    memset(symbol, 'x', (size_t)symbol_size);
    memset(params, 'x', (size_t)params_size);
    memset(bytes, 'x', (size_t)list_size);

    /* A shape stays where it is while the program sets inputs, runs and reads. */
    MXPredGetOutputShape(pred, 0, &shape, &ndim);
    MXPredSetInput(pred, "data", pixels, DIGIT_PIXELS);
    MXPredForward(pred);
    for (i = 0; i < ndim; i++) {
        total *= shape[i];
    }
    scores = (float *)malloc(total * sizeof(float));
    MXPredGetOutput(pred, 0, scores, total);
    printf("shape %u x %u, class %d, %.6f\n", shape[0], shape[1],
           best_class(scores, (int)total), scores[best_class(scores, (int)total)]);

    /* Names and numbers of a list stay until the list is freed, whatever is asked in between. */
    MXNDListGet(list, 0, &key[0], &data[0], &list_shape, &list_ndim[0]);
    printf("%s: %u dimensions, the last %u\n", key[0], list_ndim[0], list_shape[list_ndim[0] - 1]);
    MXNDListGet(list, 1, &key[1], &data[1], &list_shape, &list_ndim[1]);
    printf("%s: %u dimensions, the last %u\n", key[1], list_ndim[1], list_shape[list_ndim[1] - 1]);
    printf("%u arrays: %s %.6f, %s %.6f\n", length, key[0], data[0][63], key[1], data[1][1]);

    /* An error stays until the next one on this thread; successes and other threads leave it. */
    printf("bad size: %d, ", MXPredSetInput(pred, "data", pixels, 3));
    error = MXGetLastError();
    printf("%s\n", strstr(error, "Memory size do not match") ? "as expected" : "unexpected");
    MXPredForward(pred);
    pthread_create(&thread, NULL, fail_elsewhere, pred);
    pthread_join(thread, NULL);
    printf("still: %s\n", strstr(error, "Memory size do not match") ? "yes" : "no");
    printf("bad index: %d, ", MXPredGetOutputShape(pred, 9, &shape, &ndim));
    printf("%s\n", strstr(MXGetLastError(), "Index exceed number of outputs") ? "as expected"
                                                                              : "unexpected");
    printf("bad name: %d, ", MXPredSetInput(pred, "nothing", pixels, DIGIT_PIXELS));
    printf("%s\n", strstr(MXGetLastError(), "cannot find input key nothing") ? "as expected"
                                                                             : "unexpected");
    printf("bad array: %d, ", MXNDListGet(list, 2, &key[0], &data[0], &list_shape, &ndim));
    printf("%s\n",
           strstr(MXGetLastError(), "Index out of range") ? "as expected" : "unexpected");
    printf("bad list: %d, list untouched: ", MXNDListCreate("not a list, but long enough for a head", 38, &list, &length));
    MXNDListGet(list, 1, &key[1], &data[1], &list_shape, &ndim);
    printf("%.6f\n", data[1][1]);

    MXPredSetMonitorCallback(pred, count_tensor, NULL, 0);
    MXPredForward(pred);
    MXPredGetOutput(pred, 0, scores, total);
    printf("a monitor sees tensors: %s\n", tensors > 10 ? "yes" : "no");
    printf("freed: %d %d %d\n", MXNDListFree(list), MXPredFree(pred), MXPredFree(NULL));
    free(scores);
    return 0;
}
