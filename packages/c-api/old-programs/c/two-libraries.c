/*
 * A program on its way from one library to the other has both in one process.
 * Usage: two-libraries SYMBOL PARAMS IMAGE PATH local|global PATH local|global
 */
#include <dlfcn.h>

#include "old-files.h"

typedef int (*create_fn)(const char *, const void *, int, int, int, unsigned, const char **,
                         const unsigned *, const unsigned *, void **);
typedef int (*set_fn)(void *, const char *, const float *, unsigned);
typedef int (*plain_fn)(void *);
typedef int (*get_fn)(void *, unsigned, float *, unsigned);
typedef const char *(*error_fn)(void);

static char *symbol, *params;
static long params_size;
static float pixels[DIGIT_PIXELS];

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return function;
}

static void *create(void *library) {
    const char *keys[] = {"data"};
    const unsigned indptr[] = {0, 4}, shape[] = {1, 1, 8, 8};
    create_fn call;
    void *pred = NULL;
    *(void **)&call = find(library, "MXPredCreate");
    if (call(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred) != 0) {
        exit(1);
    }
    return pred;
}

static void predict(void *library, void *pred, const char *title) {
    set_fn set;
    plain_fn forward;
    get_fn get;
    error_fn error;
    float scores[DIGIT_CLASSES];
    *(void **)&set = find(library, "MXPredSetInput");
    *(void **)&forward = find(library, "MXPredForward");
    *(void **)&get = find(library, "MXPredGetOutput");
    *(void **)&error = find(library, "MXGetLastError");
    if (set(pred, "data", pixels, DIGIT_PIXELS) != 0 || forward(pred) != 0 ||
        get(pred, 0, scores, DIGIT_CLASSES) != 0 || set(pred, title, pixels, 1) == 0 ||
        strstr(error(), title) == NULL) {
        fprintf(stderr, "%s: %s\n", title, error());
        exit(1);
    }
    printf("%s: class %d, %.6f\n", title, best_class(scores, DIGIT_CLASSES),
           scores[best_class(scores, DIGIT_CLASSES)]);
}

int main(int argc, char *argv[]) {
    void *library[2], *pred[2];
    plain_fn release;
    long symbol_size;
    int i, round;
    if (argc != 8) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    read_image(argv[3], pixels);
    for (i = 0; i < 2; i++) {
        int everybody = strcmp(argv[5 + 2 * i], "global") == 0;
        library[i] = dlopen(argv[4 + 2 * i], RTLD_NOW | (everybody ? RTLD_GLOBAL : RTLD_LOCAL));
        if (library[i] == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    }
    if (dlsym(library[0], "MXPredForward") == dlsym(library[1], "MXPredForward")) {
        fprintf(stderr, "both are the same library\n");
        return 1;
    }
    pred[0] = create(library[0]);
    pred[1] = create(library[1]);
    for (round = 0; round < 2; round++) {
        predict(library[0], pred[0], "first");
        predict(library[1], pred[1], "second");
    }
    for (i = 0; i < 2; i++) {
        *(void **)&release = find(library[i], "MXPredFree");
        printf("freed: %d\n", release(pred[i]));
    }
    return 0;
}
