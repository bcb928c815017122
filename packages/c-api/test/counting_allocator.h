/* An allocator for LPSetAllocator that counts, and fails when told to. Not for several threads. */
#ifndef LP_COUNTING_ALLOCATOR_H_
#define LP_COUNTING_ALLOCATOR_H_

#ifndef _POSIX_C_SOURCE
#error "define _POSIX_C_SOURCE 200809L before the first #include: posix_memalign"
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../include/c_predict_api.h"

typedef struct counting_allocator {
    size_t live;        /* bytes */
    size_t peak;        /* bytes, since it was last set */
    size_t blocks;      /* that are alive */
    size_t calls;       /* of allocate, since it was last set */
    size_t fail_at;     /* number of the call, from 1, that fails; 0: none */
    size_t limit;       /* live bytes that may not be exceeded; 0: none */
    bool misaligned;    /* somebody asked for an alignment that is none, or for 0 bytes */
} counting_allocator;

static inline void *counting_allocate(size_t size, size_t alignment, void *user) {
    counting_allocator *a = (counting_allocator *)user;
    void *memory = NULL;
    a->calls++;
    if (size == 0 || alignment == 0 || alignment > 64 || (alignment & (alignment - 1)) != 0) {
        a->misaligned = true;
        return NULL;
    }
    if (a->calls == a->fail_at || (a->limit != 0 && size > a->limit - a->live)) {
        return NULL;
    }
    /* The exact size, so that sanitizers see the end. */
    if (posix_memalign(&memory, alignment < sizeof(void *) ? sizeof(void *) : alignment, size) !=
        0) {
        return NULL;
    }
    memset(memory, 0xa5, size);
    a->live += size;
    a->blocks++;
    a->peak = a->live > a->peak ? a->live : a->peak;
    return memory;
}

static inline void counting_release(void *memory, size_t size, void *user) {
    counting_allocator *a = (counting_allocator *)user;
    a->live -= size;
    a->blocks--;
    memset(memory, 0x5a, size);
    free(memory);
}

/* Starts counting; nothing of the library may be alive. */
static inline int counting_begin(counting_allocator *a) {
    memset(a, 0, sizeof *a);
    return LPSetAllocator(counting_allocate, counting_release, a);
}

static inline int counting_end(void) { return LPSetAllocator(NULL, NULL, NULL); }

#endif /* LP_COUNTING_ALLOCATOR_H_ */
