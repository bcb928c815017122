/*
 * strided_copy.c - see strided_copy.h.
 *
 * Loops of one iteration are dropped and loops that are one in both arrays
 * joined. What is left ends in one of three inner kernels: rows (contiguous in
 * both arrays), tiles (contiguous along one loop here and along another there:
 * a transposition, done in blocks of 16 x 16 that fit the first cache), lines.
 */
#include "strided_copy.h"

#include "unroll.h"

#include <string.h>

#define STRIDED_COPY_TILE 16
#define STRIDED_COPY_THREADS_BYTES (1 << 20) /* less is not worth waking threads */

/* Elements are moved as integers of their size, whatever they are. */
#if LP_HAVE_GNU
#define STRIDED_COPY_ALIAS __attribute__((may_alias))
#define STRIDED_COPY_SET(to, from) (*(to) = *(from))
#else
#define STRIDED_COPY_ALIAS
#define STRIDED_COPY_SET(to, from) ((void)memcpy((to), (from), sizeof *(to)))
#endif
typedef uint8_t STRIDED_COPY_ALIAS strided_copy_1;
typedef uint16_t STRIDED_COPY_ALIAS strided_copy_2;
typedef uint32_t STRIDED_COPY_ALIAS strided_copy_4;
typedef uint64_t STRIDED_COPY_ALIAS strided_copy_8;

/* block: STRIDED_COPY_TILE square elements, transposed. */
#define STRIDED_COPY_BLOCK(bytes)                                                               \
  static void strided_copy_block_##bytes(const strided_copy_##bytes *f, int64_t from_step,      \
                                         strided_copy_##bytes *t, int64_t to_step) {            \
    strided_copy_##bytes block[STRIDED_COPY_TILE][STRIDED_COPY_TILE];                           \
    for (int i = 0; i < STRIDED_COPY_TILE; i++) {                                               \
      memcpy(block[i], f + i * from_step, sizeof block[i]);                                     \
    }                                                                                           \
    for (int i = 0; i < STRIDED_COPY_TILE; i++) {                                               \
      for (int j = 0; j < STRIDED_COPY_TILE; j++) {                                             \
        STRIDED_COPY_SET(t + i * to_step + j, &block[j][i]);                                    \
      }                                                                                         \
    }                                                                                           \
  }

STRIDED_COPY_BLOCK(1)
STRIDED_COPY_BLOCK(2)
STRIDED_COPY_BLOCK(8)
#if LP_HAVE_VECTORS
/* Four by four in vectors: three times as fast. */
typedef uint32_t strided_copy_v __attribute__((vector_size(16)));
typedef uint32_t strided_copy_vu __attribute__((vector_size(16), aligned(4), may_alias));
#if defined(__clang__)
#define STRIDED_COPY_MIX(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d)
#else
#define STRIDED_COPY_MIX(x, y, a, b, c, d) __builtin_shuffle(x, y, (strided_copy_v){a, b, c, d})
#endif
static void strided_copy_block_4(const strided_copy_4 *f, int64_t from_step, strided_copy_4 *t,
                                 int64_t to_step) {
  for (int j = 0; j < STRIDED_COPY_TILE; j += 4) {
    for (int i = 0; i < STRIDED_COPY_TILE; i += 4) {
      strided_copy_v row[4];
      LP_UNROLL
      for (int k = 0; k < 4; k++) {
        row[k] = *(const strided_copy_vu *)(f + i + (j + k) * from_step);
      }
      const strided_copy_v low = STRIDED_COPY_MIX(row[0], row[1], 0, 4, 1, 5);
      const strided_copy_v high = STRIDED_COPY_MIX(row[0], row[1], 2, 6, 3, 7);
      const strided_copy_v low2 = STRIDED_COPY_MIX(row[2], row[3], 0, 4, 1, 5);
      const strided_copy_v high2 = STRIDED_COPY_MIX(row[2], row[3], 2, 6, 3, 7);
      strided_copy_4 *to = t + i * to_step + j;
      *(strided_copy_vu *)to = STRIDED_COPY_MIX(low, low2, 0, 1, 4, 5);
      *(strided_copy_vu *)(to + to_step) = STRIDED_COPY_MIX(low, low2, 2, 3, 6, 7);
      *(strided_copy_vu *)(to + 2 * to_step) = STRIDED_COPY_MIX(high, high2, 0, 1, 4, 5);
      *(strided_copy_vu *)(to + 3 * to_step) = STRIDED_COPY_MIX(high, high2, 2, 3, 6, 7);
    }
  }
}
#undef STRIDED_COPY_MIX
#else
STRIDED_COPY_BLOCK(4)
#endif
#undef STRIDED_COPY_BLOCK

/* line: n elements. tile: rows x columns elements; from[row + column * from_step] to to[row * to_step + column]. */
#define STRIDED_COPY_KERNELS(bytes)                                                             \
  static void strided_copy_line_##bytes(const char *source, char *target, int64_t n,            \
                                        int64_t from_step, int64_t to_step) {                   \
    const strided_copy_##bytes *from = (const strided_copy_##bytes *)source;                    \
    strided_copy_##bytes *to = (strided_copy_##bytes *)target;                                  \
    if (from_step == 0 && to_step == 1) {                                                       \
      strided_copy_##bytes value;                                                               \
      STRIDED_COPY_SET(&value, from);                                                           \
      for (int64_t i = 0; i < n; i++) {                                                         \
        STRIDED_COPY_SET(to + i, &value);                                                       \
      }                                                                                         \
    } else if (from_step == 1 && to_step == 1) {                                                \
      for (int64_t i = 0; i < n; i++) {                                                         \
        STRIDED_COPY_SET(to + i, from + i);                                                     \
      }                                                                                         \
    } else {                                                                                    \
      for (int64_t i = 0; i < n; i++) {                                                         \
        STRIDED_COPY_SET(to + i * to_step, from + i * from_step);                               \
      }                                                                                         \
    }                                                                                           \
  }                                                                                             \
  static void strided_copy_tile_##bytes(const char *source, char *target, int64_t rows,         \
                                        int64_t columns, int64_t from_step, int64_t to_step) {  \
    const strided_copy_##bytes *from = (const strided_copy_##bytes *)source;                    \
    strided_copy_##bytes *to = (strided_copy_##bytes *)target;                                  \
    for (int64_t column = 0; column < columns; column += STRIDED_COPY_TILE) {                   \
      for (int64_t row = 0; row < rows; row += STRIDED_COPY_TILE) {                             \
        const strided_copy_##bytes *f = from + row + column * from_step;                        \
        strided_copy_##bytes *t = to + row * to_step + column;                                  \
        int64_t h = rows - row;                                                                 \
        int64_t w = columns - column;                                                           \
        if (h >= STRIDED_COPY_TILE && w >= STRIDED_COPY_TILE) {                                 \
          strided_copy_block_##bytes(f, from_step, t, to_step);                                 \
        } else {                                                                                \
          h = h < STRIDED_COPY_TILE ? h : STRIDED_COPY_TILE;                                    \
          w = w < STRIDED_COPY_TILE ? w : STRIDED_COPY_TILE;                                    \
          for (int64_t i = 0; i < h; i++) {                                                     \
            for (int64_t j = 0; j < w; j++) {                                                   \
              STRIDED_COPY_SET(t + i * to_step + j, f + i + j * from_step);                     \
            }                                                                                   \
          }                                                                                     \
        }                                                                                       \
      }                                                                                         \
    }                                                                                           \
  }

STRIDED_COPY_KERNELS(1)
STRIDED_COPY_KERNELS(2)
STRIDED_COPY_KERNELS(4)
STRIDED_COPY_KERNELS(8)
#undef STRIDED_COPY_KERNELS
#undef STRIDED_COPY_SET

typedef struct strided_copy_kernels {
  void (*line)(const char *source, char *target, int64_t n, int64_t from_step, int64_t to_step);
  void (*tile)(const char *source, char *target, int64_t rows, int64_t columns, int64_t from_step,
               int64_t to_step);
} strided_copy_kernels;

static const strided_copy_kernels *strided_copy_kernels_of(size_t element_size) {
  static const strided_copy_kernels kernels[4] = {
      {strided_copy_line_1, strided_copy_tile_1},
      {strided_copy_line_2, strided_copy_tile_2},
      {strided_copy_line_4, strided_copy_tile_4},
      {strided_copy_line_8, strided_copy_tile_8},
  };
  return &kernels[element_size == 1 ? 0 : element_size == 2 ? 1 : element_size == 4 ? 2 : 3];
}

typedef struct strided_copy_job {
  lp_strided_copy loops; /* simplified */
  const strided_copy_kernels *kernels;
  const char *from;
  char *to;
  int64_t element_size;
  int outer; /* loops outside the kernel */
  int64_t outer_count;
  int64_t chunks;
} strided_copy_job;

/* Drops loops of one iteration and joins those that continue one another. False when there is nothing to copy. */
static bool strided_copy_simplify(const lp_strided_copy *copy, lp_strided_copy *loops) {
  lp_strided_copy_begin(loops);
  for (int i = 0; i < copy->ndim; i++) {
    int64_t size = copy->size[i];
    int last = loops->ndim - 1;
    if (size == 0) {
      return false;
    }
    if (size == 1) {
      continue;
    }
    if (last >= 0 && loops->from[last] == copy->from[i] * size &&
        loops->to[last] == copy->to[i] * size) {
      loops->size[last] *= size;
      loops->from[last] = copy->from[i];
      loops->to[last] = copy->to[i];
    } else {
      lp_strided_copy_add(loops, size, copy->from[i], copy->to[i]);
    }
  }
  if (loops->ndim == 0) {
    lp_strided_copy_add(loops, 1, 1, 1);
  }
  return true;
}

/* Brings the loop along which `from` is contiguous next to the innermost, where that makes a transposition. */
static bool strided_copy_find_tile(lp_strided_copy *loops) {
  int last = loops->ndim - 1;
  if (loops->to[last] != 1 || loops->from[last] == 0 || loops->from[last] == 1) {
    return false;
  }
  for (int i = last - 1; i >= 0; i--) {
    if (loops->from[i] != 1) {
      continue;
    }
    int64_t size = loops->size[i];
    int64_t to = loops->to[i];
    for (int k = i; k < last - 1; k++) {
      loops->size[k] = loops->size[k + 1];
      loops->from[k] = loops->from[k + 1];
      loops->to[k] = loops->to[k + 1];
    }
    loops->size[last - 1] = size;
    loops->from[last - 1] = 1;
    loops->to[last - 1] = to;
    return true;
  }
  return false;
}

static void strided_copy_chunk(void *context, int64_t chunk, unsigned worker) {
  const strided_copy_job *job = context;
  const lp_strided_copy *loops = &job->loops;
  int last = loops->ndim - 1;
  int64_t at = job->outer_count * chunk / job->chunks;
  int64_t end = job->outer_count * (chunk + 1) / job->chunks;
  int64_t counter[LP_STRIDED_COPY_MAX];
  int64_t from = 0;
  int64_t to = 0;
  int64_t rest = at;
  (void)worker;
  for (int i = job->outer - 1; i >= 0; i--) {
    counter[i] = rest % loops->size[i];
    rest /= loops->size[i];
    from += counter[i] * loops->from[i];
    to += counter[i] * loops->to[i];
  }
  bool rows = loops->from[last] == 1 && loops->to[last] == 1 &&
              loops->size[last] * job->element_size > 64;
  for (; at < end; at++) {
    const char *source = job->from + from * job->element_size;
    char *target = job->to + to * job->element_size;
    if (job->outer < last) {
      job->kernels->tile(source, target, loops->size[last - 1], loops->size[last],
                         loops->from[last], loops->to[last - 1]);
    } else if (rows) {
      memcpy(target, source, (size_t)(loops->size[last] * job->element_size));
    } else {
      job->kernels->line(source, target, loops->size[last], loops->from[last], loops->to[last]);
    }
    for (int i = job->outer - 1; i >= 0; i--) {
      from += loops->from[i];
      to += loops->to[i];
      if (++counter[i] < loops->size[i]) {
        break;
      }
      counter[i] = 0;
      from -= loops->from[i] * loops->size[i];
      to -= loops->to[i] * loops->size[i];
    }
  }
}

void lp_strided_copy_run(const lp_strided_copy *copy, const void *from, void *to,
                         size_t element_size, lp_threads *threads) {
  strided_copy_job job;
  if (!strided_copy_simplify(copy, &job.loops)) {
    return;
  }
  job.kernels = strided_copy_kernels_of(element_size);
  job.from = from;
  job.to = to;
  job.element_size = (int64_t)element_size;
  job.outer = job.loops.ndim - 1;
  if (strided_copy_find_tile(&job.loops)) {
    job.outer--;
  }
  job.outer_count = 1;
  int64_t total = job.element_size;
  for (int i = 0; i < job.loops.ndim; i++) {
    job.outer_count *= i < job.outer ? job.loops.size[i] : 1;
    total *= job.loops.size[i];
  }
  job.chunks = 1;
  if (total >= STRIDED_COPY_THREADS_BYTES && lp_threads_count(threads) > 1) {
    int64_t most = (int64_t)lp_threads_count(threads) * 4;
    job.chunks = job.outer_count < most ? job.outer_count : most;
  }
  if (job.chunks == 1) {
    strided_copy_chunk(&job, 0, 0);
  } else {
    lp_threads_run(threads, job.chunks, strided_copy_chunk, &job);
  }
}
