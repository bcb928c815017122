/*
 * ndarray_file.h - reads .params files and NDArray lists of every version.
 *
 * lp_ndarray_file_open checks the whole file and makes an index of 8 or 24 bytes
 * per array; no data is copied. Then each array is looked at with
 * lp_ndarray_file_get and copied once, converted and densified on the way,
 * with lp_ndarray_file_copy. After open has succeeded neither can fail from
 * memory; from a file both can, for it may change meanwhile.
 */
#ifndef LP_FORMAT_NDARRAY_FILE_H
#define LP_FORMAT_NDARRAY_FILE_H

#include "byte_source.h"
#include "../tensor/dtype.h"
#include "../tensor/shape.h"

typedef struct lp_ndarray_name {
  const char *text; /* no NUL; in memory's bytes, or copied from the file */
  size_t length;
} lp_ndarray_name;

typedef struct lp_ndarray_file {
  lp_byte_source *source; /* the caller's; must live as long as the file is used */
  size_t count; /* arrays */
  bool named;   /* every array has a name; false: none has */
  const size_t *arrays; /* byte where each array begins */
  const lp_ndarray_name *names; /* NULL without names */
} lp_ndarray_file;

/* One array. */
typedef struct lp_ndarray_entry {
  const char *name; /* no NUL; "" when the list has no names */
  size_t name_length;
  bool none;      /* an array that was never given a shape: it has no type and no data */
  lp_dtype dtype; /* what it is read as: int16, uint16 -> int32; uint32, uint64 -> int64; bfloat16 -> float32 */
  lp_shape shape; /* all dims known; ndim 0 is a scalar of one element */

  /* Of use to lp_ndarray_file_copy only. */
  int type;    /* the file's type code */
  int storage; /* 0 dense, 1 row_sparse, 2 csr */
  size_t values; /* byte where they begin, unaligned */
  size_t stored; /* rows (row_sparse) or elements (csr) that are stored */
  size_t aux[2]; /* row_sparse: rows; csr: indptr, columns: bytes where they begin */
  int aux_type[2];
  size_t end; /* byte behind the array; values and aux end here */
} lp_ndarray_entry;

/*
 * Checks the file and makes its index in the pool. Every count and size is
 * compared with the bytes that are there before anything is allocated.
 * LP_ERROR_PARAMS with the array's number and the byte: not such a file, cut
 * off, a wrong count, dimension, type or index, a uint64 above 2^63 - 1, sparse
 * arrays whose dense form is out of all proportion to the file: more than 8
 * times their bytes in it plus 512 KB for all of them, in float32 or the larger
 * type of the array.
 * LP_ERROR_MEMORY. LP_ERROR_FILE: the source cannot be read. On failure *file
 * is unchanged.
 */
LP_INTERNAL lp_status lp_ndarray_file_open(lp_byte_source *source, lp_pool *pool,
                                           lp_ndarray_file *file);
/* Array `index`, below file->count. Errors as lp_ndarray_file_open, where the file has changed. */
LP_INTERNAL lp_status lp_ndarray_file_get(const lp_ndarray_file *file, size_t index,
                                          lp_ndarray_entry *entry);
/*
 * Copies the elements of an array that is not none, as type `to` (converted as
 * by lp_dtype_convert), to `target`: product(shape) elements, aligned for `to`.
 * What a sparse array does not store becomes 0. Of a file, what a sparse array
 * stores is held in memory meanwhile: LP_ERROR_MEMORY, LP_ERROR_FILE.
 */
LP_INTERNAL lp_status lp_ndarray_file_copy(const lp_ndarray_file *file,
                                           const lp_ndarray_entry *entry, lp_dtype to,
                                           void *target);

#endif
