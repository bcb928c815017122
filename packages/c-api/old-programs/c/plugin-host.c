/*
 * A host that knows the library by dlopen only: no header, no -l. Opens it under two names, with
 * lazy and immediate binding, for all and for itself, closes it and opens it again.
 * Usage: plugin-host SYMBOL PARAMS IMAGE NAME NAME [untidy]
 * The image fills a batch, so that there is work. An untidy host also closes the library while a
 * predictor lives.
 */
#include <dlfcn.h>
#include <unistd.h>

#include "old-files.h"

#define BATCH 32

typedef unsigned int mx_uint;
typedef int (*create_fn)(const char *, const void *, int, int, int, mx_uint, const char **,
                         const mx_uint *, const mx_uint *, void **);
typedef int (*set_fn)(void *, const char *, const float *, mx_uint);
typedef int (*forward_fn)(void *);
typedef int (*get_fn)(void *, mx_uint, float *, mx_uint);
typedef const char *(*error_fn)(void);

typedef struct {
    void *library;
    void *pred;
    create_fn create;
    set_fn set;
    forward_fn forward;
    get_fn get;
    forward_fn release;
    error_fn error;
} plugin_t;

static char *symbol, *params;
static long params_size;
static float pixels[BATCH * DIGIT_PIXELS];

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return function;
}

static void plugin_open(plugin_t *plugin, const char *name, int flags) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4}, shape[] = {BATCH, 1, 8, 8};
    plugin->library = dlopen(name, flags);
    if (plugin->library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    *(void **)&plugin->create = find(plugin->library, "MXPredCreate");
    *(void **)&plugin->set = find(plugin->library, "MXPredSetInput");
    *(void **)&plugin->forward = find(plugin->library, "MXPredForward");
    *(void **)&plugin->get = find(plugin->library, "MXPredGetOutput");
    *(void **)&plugin->release = find(plugin->library, "MXPredFree");
    *(void **)&plugin->error = find(plugin->library, "MXGetLastError");
    if (plugin->create(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape,
                       &plugin->pred) != 0) {
        fprintf(stderr, "%s\n", plugin->error());
        exit(1);
    }
}

static void plugin_predict(plugin_t *plugin, const char *title) {
    float scores[BATCH * DIGIT_CLASSES];
    int best;
    if (plugin->set(plugin->pred, "data", pixels, BATCH * DIGIT_PIXELS) != 0 ||
        plugin->forward(plugin->pred) != 0 ||
        plugin->get(plugin->pred, 0, scores, BATCH * DIGIT_CLASSES) != 0) {
        fprintf(stderr, "%s\n", plugin->error());
        exit(1);
    }
    best = best_class(scores, DIGIT_CLASSES);
    printf("%s: class %d, %.6f\n", title, best, scores[best]);
}

static void plugin_close(plugin_t *plugin) {
    plugin->release(plugin->pred);
    dlclose(plugin->library);
}

int main(int argc, char *argv[]) {
    plugin_t one, two;
    long symbol_size;
    int round, i;
    if (argc < 6) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    read_image(argv[3], pixels);
    for (i = 1; i < BATCH; i++) {
        memcpy(pixels + i * DIGIT_PIXELS, pixels, DIGIT_PIXELS * sizeof(float));
    }

    for (round = 0; round < 3; round++) {
        plugin_open(&one, argv[4], RTLD_NOW | RTLD_LOCAL);
        plugin_predict(&one, "now, local");
        printf("seen by others: %s\n", dlsym(RTLD_DEFAULT, "MXPredCreate") ? "yes" : "no");
        plugin_close(&one);
    }

    if (argc == 7) {
        plugin_open(&two, argv[4], RTLD_NOW | RTLD_LOCAL);
        two.set(two.pred, "data", pixels, BATCH * DIGIT_PIXELS);
        two.forward(two.pred);
        dlclose(two.library);
        usleep(20000);
    }

    plugin_open(&one, argv[4], RTLD_LAZY | RTLD_GLOBAL);
    plugin_predict(&one, "lazy, global");
    printf("seen by others: %s\n", dlsym(RTLD_DEFAULT, "MXPredCreate") ? "yes" : "no");

    plugin_open(&two, argv[5], RTLD_LAZY | RTLD_LOCAL);
    plugin_predict(&two, "a second name");
    plugin_predict(&one, "the first name");
    plugin_close(&one);
    plugin_predict(&two, "with the first closed");
    plugin_close(&two);
    return 0;
}
