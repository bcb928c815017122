/* Memory of any alignment and of exactly the size asked for, so that sanitizers see its end. */
#ifndef LP_ALIGNED_MEMORY_H_
#define LP_ALIGNED_MEMORY_H_

#if defined(_WIN32)
#include <malloc.h>
#elif !defined(_POSIX_C_SOURCE) && !defined(_XOPEN_SOURCE) && !defined(_GNU_SOURCE)
#error "define _POSIX_C_SOURCE 200809L before the first #include: posix_memalign"
#endif
#include <stdlib.h>

/* NULL: there is none. To be freed by aligned_give. */
static inline void *aligned_take(size_t alignment, size_t size) {
#if defined(_WIN32)
    return _aligned_malloc(size, alignment);
#else
    void *memory = NULL;
    size_t least = alignment < sizeof(void *) ? sizeof(void *) : alignment;
    return posix_memalign(&memory, least, size) == 0 ? memory : NULL;
#endif
}

static inline void aligned_give(void *memory) {
#if defined(_WIN32)
    _aligned_free(memory);
#else
    free(memory);
#endif
}

#endif /* LP_ALIGNED_MEMORY_H_ */
