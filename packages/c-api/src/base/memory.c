/* memory.c - the allocator and pools. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* madvise */
#endif
#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

/* Bytes of a huge page on x86-64, and on arm64 with pages of 4 KB. */
#define LP_HUGE_PAGE ((size_t)2097152)

/* The address sanitizer watches what malloc gives. */
#if defined(__SANITIZE_ADDRESS__)
#define LP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LP_SANITIZED 1
#endif
#endif

#if !defined(LP_NO_THREADS)
#include <stdatomic.h>
static atomic_size_t memory_live; /* allocations that are alive */
#else
static size_t memory_live;
#endif

/* Set before the first use and never while something is alive. */
static LPAllocateFunction memory_allocate_function;
static LPReleaseFunction memory_release_function;
static void *memory_user;

/* malloc with alignment by hand: the pointer malloc gave stands before the block. */
static void *memory_allocate_small(size_t size) {
  size_t total;
  if (!lp_size_add(size, LP_ALIGNMENT + sizeof(void *), &total)) {
    return NULL;
  }
  char *base = malloc(total);
  if (base == NULL) {
    return NULL;
  }
  uintptr_t address = (uintptr_t)base + sizeof(void *) + LP_ALIGNMENT - 1;
  char *aligned = base + (address / LP_ALIGNMENT * LP_ALIGNMENT - (uintptr_t)base);
  memcpy(aligned - sizeof(void *), &base, sizeof base);
  return aligned;
}

static void memory_release_small(void *memory) {
  void *base;
  memcpy(&base, (char *)memory - sizeof(void *), sizeof base);
  free(base);
}

#if defined(MADV_HUGEPAGE) && !defined(LP_SANITIZED)
/* Bytes of a block, in pages of any size there is (4, 16 and 64 KB); size + 64 KB does not overflow. */
static size_t memory_pages(size_t size) { return (size + 65535) / 65536 * 65536; }

/*
 * Large blocks come from the system and go back to it at once, and ask for its
 * huge pages where it has some for who asks: large weights are read once in
 * every run, and with pages of 4 KB the processor looks up addresses more than
 * it reads. A block begins at a huge page; its last part has small ones.
 */
static void *memory_allocate_standard(size_t size) {
  size_t total;
  if (size < LP_HUGE_PAGE) {
    return memory_allocate_small(size);
  }
  if (!lp_size_add(size, LP_HUGE_PAGE + 65536, &total)) {
    return NULL;
  }
  total = LP_HUGE_PAGE + memory_pages(size);
  char *base = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == (char *)MAP_FAILED) {
    return NULL;
  }
  const size_t before = (LP_HUGE_PAGE - (uintptr_t)base % LP_HUGE_PAGE) % LP_HUGE_PAGE;
  const size_t used = before + memory_pages(size);
  if (before > 0) {
    (void)munmap(base, before);
  }
  if (used < total) {
    (void)munmap(base + used, total - used);
  }
  (void)madvise(base + before, size / LP_HUGE_PAGE * LP_HUGE_PAGE, MADV_HUGEPAGE);
  return base + before;
}

static void memory_release_standard(void *memory, size_t size) {
  if (size < LP_HUGE_PAGE) {
    memory_release_small(memory);
  } else {
    (void)munmap(memory, memory_pages(size));
  }
}
#else
static void *memory_allocate_standard(size_t size) { return memory_allocate_small(size); }

static void memory_release_standard(void *memory, size_t size) {
  (void)size;
  memory_release_small(memory);
}
#endif

void *lp_allocate(size_t size) {
  void *memory;
  if (size == 0) {
    size = 1;
  }
  if (memory_allocate_function != NULL) {
    memory = memory_allocate_function(size, LP_ALIGNMENT, memory_user);
  } else {
    memory = memory_allocate_standard(size);
  }
  if (memory != NULL) {
    memory_live++;
  }
  return memory;
}

void lp_release(void *memory, size_t size) {
  if (memory == NULL) {
    return;
  }
  memory_live--;
  if (memory_release_function != NULL) {
    memory_release_function(memory, size == 0 ? 1 : size, memory_user);
  } else {
    memory_release_standard(memory, size);
  }
}

lp_status lp_memory_set_allocator(LPAllocateFunction allocate, LPReleaseFunction release,
                                  void *user) {
  if ((allocate == NULL) != (release == NULL)) {
    return lp_fail(LP_ERROR_ARGUMENT, "LPSetAllocator: give both functions or neither");
  }
  size_t live = memory_live;
  if (live != 0) {
    return lp_fail(LP_ERROR_STATE,
                   "LPSetAllocator: %zu allocations are alive; set the allocator before the first "
                   "model is made, or free everything first",
                   live);
  }
  memory_allocate_function = allocate;
  memory_release_function = release;
  memory_user = user;
  return LP_OK;
}

#define LP_POOL_CHUNK_SIZE ((size_t)8192)
#define LP_POOL_ALIGNMENT ((size_t)16)

struct lp_pool_chunk {
  lp_pool_chunk *next;
  size_t capacity; /* bytes of the chunk, this head included */
  size_t used;
};

void *lp_pool_take(lp_pool *pool, size_t size) {
  const size_t head = (sizeof(lp_pool_chunk) + LP_POOL_ALIGNMENT - 1) & ~(LP_POOL_ALIGNMENT - 1);
  size_t need;
  if (size == 0) {
    size = 1;
  }
  if (!lp_size_add(size, LP_POOL_ALIGNMENT - 1 + head, &need)) {
    (void)lp_fail_memory("graph or plan", size);
    return NULL;
  }
  size = (size + LP_POOL_ALIGNMENT - 1) & ~(LP_POOL_ALIGNMENT - 1);
  lp_pool_chunk *chunk = pool->chunks;
  if (chunk == NULL || chunk->capacity - chunk->used < size) {
    /* A large piece gets a chunk of its own behind the newest, whose rest stays in use. */
    bool large = size > LP_POOL_CHUNK_SIZE / 4;
    size_t capacity = large ? head + size : LP_POOL_CHUNK_SIZE;
    lp_pool_chunk *fresh = lp_allocate(capacity);
    if (fresh == NULL) {
      (void)lp_fail_memory("graph or plan", capacity);
      return NULL;
    }
    fresh->capacity = capacity;
    fresh->used = head;
    if (large && chunk != NULL) {
      fresh->next = chunk->next;
      chunk->next = fresh;
    } else {
      fresh->next = chunk;
      pool->chunks = fresh;
    }
    pool->bytes += capacity;
    chunk = fresh;
  }
  void *memory = (char *)chunk + chunk->used;
  chunk->used += size;
  memset(memory, 0, size);
  return memory;
}

void *lp_pool_array(lp_pool *pool, size_t count, size_t size) {
  size_t total;
  if (!lp_size_multiply(count, size, &total)) {
    (void)lp_fail_memory("an array", SIZE_MAX);
    return NULL;
  }
  return lp_pool_take(pool, total);
}

char *lp_pool_string(lp_pool *pool, const char *text, size_t length) {
  char *copy = length == SIZE_MAX ? NULL : lp_pool_take(pool, length + 1);
  if (copy != NULL && length != 0) {
    memcpy(copy, text, length);
  }
  return copy;
}

char *lp_pool_format(lp_pool *pool, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) {
    (void)lp_fail(LP_ERROR_INTERNAL, "text cannot be formatted");
    return NULL;
  }
  char *text = lp_pool_take(pool, (size_t)length + 1);
  if (text != NULL) {
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
  }
  return text;
}

void lp_pool_free(lp_pool *pool) {
  lp_pool_chunk *chunk = pool->chunks;
  while (chunk != NULL) {
    lp_pool_chunk *next = chunk->next;
    lp_release(chunk, chunk->capacity);
    chunk = next;
  }
  pool->chunks = NULL;
  pool->bytes = 0;
}
