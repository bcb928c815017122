/*
 * wrong_library.c - MXNet's part of the header over the real engine, with faults for tests of
 * `diff`. Environment:
 *   WRONG_REAL      the library that does the work
 *   WRONG_OUTPUTS   names of nodes, each between commas (",a,b,"), whose values are 1 % off;
 *                   ",," stands for the model's own outputs
 *   WRONG_CRASH     names of nodes in the same way: asking for one ends the process by SIGSEGV
 *   WRONG_MISSING   names of nodes that cannot be selected
 *   WRONG_REFUSES   set: no model can be loaded
 * One predictor at a time, which is what `diff` uses.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define MODEL                                                                                     \
    const char *symbol, const void *params, int size, int device, int id, uint32_t count,         \
        const char **keys, const uint32_t *offsets, const uint32_t *dims
#define MODEL_VALUES symbol, params, size, device, id, count, keys, offsets, dims

static const char **chosen;
static uint32_t chosen_count;
static const char *own_error;

static void *real(const char *name)
{
    static void *library;
    if (!library)
        library = dlopen(getenv("WRONG_REAL"), RTLD_NOW | RTLD_LOCAL);
    return library ? dlsym(library, name) : NULL;
}

static int listed(const char *variable, const char *name)
{
    const char *list = getenv(variable);
    char wanted[256];
    snprintf(wanted, sizeof wanted, ",%s,", name);
    return list && strstr(list, wanted) != NULL;
}

static int fail(const char *text)
{
    own_error = text;
    return -1;
}

static void choose(uint32_t count, const char **names)
{
    for (uint32_t i = 0; i < chosen_count; i++)
        free((void *)chosen[i]);
    free(chosen);
    chosen = calloc(count + 1, sizeof *chosen);
    chosen_count = count;
    for (uint32_t i = 0; i < count; i++)
        chosen[i] = strdup(names[i]);
}

EXPORT const char *MXGetLastError(void)
{
    const char *(*get)(void) = (const char *(*)(void))real("MXGetLastError");
    return own_error ? own_error : get();
}

EXPORT int MXPredCreate(MODEL, void **out)
{
    if (getenv("WRONG_REFUSES"))
        return fail("Operator Novel is not registered");
    choose(0, NULL);
    int (*create)(MODEL, void **) = (int (*)(MODEL, void **))real("MXPredCreate");
    return create(MODEL_VALUES, out);
}

EXPORT int MXPredCreatePartialOut(MODEL, uint32_t num, const char **names, void **out)
{
    for (uint32_t i = 0; i < num; i++) {
        if (listed("WRONG_MISSING", names[i]))
            return fail("didn't find node name");
        if (listed("WRONG_CRASH", names[i])) {
            fputs("about to crash\n", stderr);
            raise(SIGSEGV);
        }
    }
    choose(num, names);
    int (*create)(MODEL, uint32_t, const char **, void **) =
        (int (*)(MODEL, uint32_t, const char **, void **))real("MXPredCreatePartialOut");
    return create(MODEL_VALUES, num, names, out);
}

EXPORT int MXPredGetOutputShape(void *handle, uint32_t index, uint32_t **dims, uint32_t *ndim)
{
    int (*get)(void *, uint32_t, uint32_t **, uint32_t *) =
        (int (*)(void *, uint32_t, uint32_t **, uint32_t *))real("MXPredGetOutputShape");
    return get(handle, index, dims, ndim);
}

EXPORT int MXPredGetOutputType(void *handle, uint32_t index, int *dtype)
{
    int (*get)(void *, uint32_t, int *) = (int (*)(void *, uint32_t, int *))real("MXPredGetOutputType");
    return get(handle, index, dtype);
}

EXPORT int MXPredSetInput(void *handle, const char *key, const float *data, uint32_t size)
{
    int (*set)(void *, const char *, const float *, uint32_t) =
        (int (*)(void *, const char *, const float *, uint32_t))real("MXPredSetInput");
    return set(handle, key, data, size);
}

EXPORT int MXPredForward(void *handle)
{
    int (*forward)(void *) = (int (*)(void *))real("MXPredForward");
    return forward(handle);
}

EXPORT int MXPredGetOutput(void *handle, uint32_t index, float *data, uint32_t size)
{
    int (*get)(void *, uint32_t, float *, uint32_t) =
        (int (*)(void *, uint32_t, float *, uint32_t))real("MXPredGetOutput");
    const int status = get(handle, index, data, size);
    if (status == 0 && listed("WRONG_OUTPUTS", index < chosen_count ? chosen[index] : ""))
        for (uint32_t i = 0; i < size; i++)
            data[i] *= 1.01f;
    return status;
}

EXPORT int MXPredFree(void *handle)
{
    int (*release)(void *) = (int (*)(void *))real("MXPredFree");
    return release(handle);
}
