/* What the test programs use of POSIX and Windows has under another name or not at all. Included
 * first in every program that is built for Windows. */
#ifndef LP_WINDOWS_POSIX_H_
#define LP_WINDOWS_POSIX_H_

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Memory of any alignment has a release of its own here, so all that the tests take is aligned. */
static inline void *windows_calloc(size_t count, size_t size) {
    void *memory = _aligned_malloc(count * size, 64);
    return memory == NULL ? NULL : memset(memory, 0, count * size);
}

static inline int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = _aligned_malloc(size, alignment);
    return *memory == NULL;
}

#define malloc(size) _aligned_malloc((size), 64)
#define calloc(count, size) windows_calloc((count), (size))
#define realloc(memory, size) _aligned_realloc((memory), (size), 64)
#define free(memory) _aligned_free(memory)

static inline int setenv(const char *name, const char *value, int overwrite) {
    (void)overwrite; /* the tests always do */
    return _putenv_s(name, value);
}

static inline int unsetenv(const char *name) { return _putenv_s(name, ""); }

#endif /* LP_WINDOWS_POSIX_H_ */
