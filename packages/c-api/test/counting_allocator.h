/* An allocator for LPSetAllocator that counts, and fails when told to. Not for several threads. */
#ifndef LP_COUNTING_ALLOCATOR_H_
#define LP_COUNTING_ALLOCATOR_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../include/c_predict_api.h"
#include "aligned_memory.h"
#include "check.h"

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
    a->calls++;
    if (size == 0 || alignment == 0 || alignment > 64 || (alignment & (alignment - 1)) != 0) {
        a->misaligned = true;
        return NULL;
    }
    if (a->calls == a->fail_at || (a->limit != 0 && size > a->limit - a->live)) {
        return NULL;
    }
    void *memory = aligned_take(alignment, size);
    if (memory == NULL) {
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
    aligned_give(memory);
}

/* Starts counting; nothing of the library may be alive. */
static inline int counting_begin(counting_allocator *a) {
    memset(a, 0, sizeof *a);
    return LPSetAllocator(counting_allocate, counting_release, a);
}

static inline int counting_end(void) { return LPSetAllocator(NULL, NULL, NULL); }

/* Has `create` make a predictor while each of its allocations fails in turn, and then while none does: every failure is LP_ERROR_MEMORY, and nothing stays allocated. */
static inline void counting_fail_each(int (*create)(const void *context, PredictorHandle *made),
                                      const void *context) {
    counting_allocator counts;
    REQUIRE(counting_begin(&counts) == 0);
    size_t calls = 0;
    for (size_t fail = 0; fail <= calls; fail++) {
        PredictorHandle made = NULL;
        counts.calls = 0;
        counts.fail_at = fail;
        if (create(context, &made) == 0) {
            CHECK_EQ_INT(fail, 0);
            calls = counts.calls;
            MXPredFree(made);
        } else {
            CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_MEMORY);
        }
        counts.fail_at = 0;
        CHECK_EQ_INT(counts.blocks, 0);
    }
    CHECK(calls > 5);
    REQUIRE(counting_end() == 0);
}

#endif /* LP_COUNTING_ALLOCATOR_H_ */
