/*
 * ndarray_file.c - .params files and NDArray lists; see ndarray_file.h.
 *
 *   uint64 0x112 | uint64 reserved | uint64 N | N arrays | uint64 M | M x (uint64 length, bytes)
 *
 * Little-endian, unaligned. The first uint32 of an array tells its version; in
 * the oldest one it is the number of dimensions.
 */
#include "ndarray_file.h"

#include <string.h>

#define NDARRAY_FILE_MAGIC 0x112u
#define NDARRAY_FILE_V1 0xF993FAC8u
#define NDARRAY_FILE_V2 0xF993FAC9u
#define NDARRAY_FILE_V3 0xF993FACAu

enum { NDARRAY_FILE_DENSE = 0, NDARRAY_FILE_ROW_SPARSE = 1, NDARRAY_FILE_CSR = 2 };

/* Type codes that are no LPDType. */
enum {
  NDARRAY_FILE_INT16 = 8,
  NDARRAY_FILE_UINT16 = 9,
  NDARRAY_FILE_UINT32 = 10,
  NDARRAY_FILE_UINT64 = 11,
  NDARRAY_FILE_BFLOAT16 = 12,
  NDARRAY_FILE_TYPES = 13
};

/* Size in the file, and the type an array is read as. */
static const struct {
  uint8_t size;
  uint8_t dtype;
} ndarray_file_types[NDARRAY_FILE_TYPES] = {
    {4, LP_FLOAT32}, {8, LP_FLOAT64}, {2, LP_FLOAT16}, {1, LP_UINT8}, {4, LP_INT32},
    {1, LP_INT8},    {8, LP_INT64},   {1, LP_BOOL},    {2, LP_INT32}, {2, LP_INT32},
    {4, LP_INT64},   {8, LP_INT64},   {2, LP_FLOAT32},
};

/* What the dense forms of sparse arrays may take beyond NDARRAY_FILE_GROWTH times their bytes. */
#define NDARRAY_FILE_GROWTH 8
#define NDARRAY_FILE_EXCESS ((size_t)512 * 1024)

/* Elements converted at a time. */
#define NDARRAY_FILE_CHUNK 128

typedef struct ndarray_file_cursor {
  lp_byte_source *source;
  size_t at;
  size_t index; /* of the array, for error texts */
} ndarray_file_cursor;

static uint64_t ndarray_file_load(const unsigned char *bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i > 0; i--) {
    value = value << 8 | bytes[i - 1];
  }
  return value;
}

static bool ndarray_file_is_dense(const lp_ndarray_entry *entry) {
  return !LP_WITH_OLD_FILES || entry->storage == NDARRAY_FILE_DENSE;
}

/* Moves past `size` bytes, which begin at *begin. */
static lp_status ndarray_file_pass(ndarray_file_cursor *cursor, uint64_t size, const char *what,
                                   size_t *begin) {
  size_t left = cursor->source->size - cursor->at;
  *begin = cursor->at;
  if (size > left) {
    return lp_fail(LP_ERROR_PARAMS,
                   "params: array %zu, byte %zu: expected %llu bytes of %s, found %zu: the file "
                   "is cut off or damaged",
                   cursor->index, cursor->at, (unsigned long long)size, what, left);
  }
  cursor->at += (size_t)size;
  return LP_OK;
}

/* Moves past a few bytes and looks at them. */
static lp_status ndarray_file_take(ndarray_file_cursor *cursor, size_t size, const char *what,
                                   const unsigned char **bytes) {
  size_t begin;
  LP_TRY(ndarray_file_pass(cursor, size, what, &begin));
  return lp_byte_source_view(cursor->source, begin, size, bytes);
}

static lp_status ndarray_file_u32(ndarray_file_cursor *cursor, const char *what, uint32_t *value) {
  const unsigned char *bytes;
  LP_TRY(ndarray_file_take(cursor, 4, what, &bytes));
  *value = (uint32_t)ndarray_file_load(bytes, 4);
  return LP_OK;
}

static lp_status ndarray_file_u64(ndarray_file_cursor *cursor, const char *what, uint64_t *value) {
  const unsigned char *bytes;
  LP_TRY(ndarray_file_take(cursor, 8, what, &bytes));
  *value = ndarray_file_load(bytes, 8);
  return LP_OK;
}

/* `ndim` dims of `size` bytes each. *missing: a dim is -1, which only V3 has. */
static lp_status ndarray_file_dims(ndarray_file_cursor *cursor, uint32_t ndim, size_t size,
                                   lp_shape *shape, bool *missing) {
  *missing = false;
  *shape = lp_shape_unknown();
  if (ndim > LP_MAX_NDIM) {
    return lp_fail(LP_ERROR_PARAMS,
                   "params: array %zu, byte %zu: expected at most %d dimensions, found %lu",
                   cursor->index, cursor->at, LP_MAX_NDIM, (unsigned long)ndim);
  }
  const unsigned char *bytes;
  LP_TRY(ndarray_file_take(cursor, ndim * size, "dimensions", &bytes));
  shape->ndim = (int)ndim;
  for (uint32_t i = 0; i < ndim; i++) {
    uint64_t dim = ndarray_file_load(bytes + i * size, size);
    if (dim == UINT64_MAX) {
      *missing = true;
    } else if (dim > INT64_MAX) {
      return lp_fail(LP_ERROR_PARAMS,
                     "params: array %zu, byte %zu: dimension %lu is negative: %lld", cursor->index,
                     cursor->at, (unsigned long)i, -1 - (long long)(UINT64_MAX - dim));
    }
    shape->dim[i] = (int64_t)dim;
  }
  return LP_OK;
}

/* A 32-bit ndim and int64 dims, all of them known. */
static lp_status ndarray_file_shape(ndarray_file_cursor *cursor, lp_shape *shape) {
  uint32_t ndim;
  bool missing;
  LP_TRY(ndarray_file_u32(cursor, "a shape", &ndim));
  LP_TRY(ndarray_file_dims(cursor, ndim, 8, shape, &missing));
  if (missing) {
    return lp_fail(LP_ERROR_PARAMS, "params: array %zu, byte %zu: a dimension is negative: -1",
                   cursor->index, cursor->at);
  }
  return LP_OK;
}

static lp_status ndarray_file_type(ndarray_file_cursor *cursor, int *type) {
  uint32_t code;
  LP_TRY(ndarray_file_u32(cursor, "a type code", &code));
  if (code >= NDARRAY_FILE_TYPES) {
    return lp_fail(LP_ERROR_PARAMS,
                   "params: array %zu, byte %zu: expected a type code from 0 to %d, found %ld",
                   cursor->index, cursor->at - 4, NDARRAY_FILE_TYPES - 1, (long)(int32_t)code);
  }
  *type = (int)code;
  return LP_OK;
}

/* The elements of a shape, which must all be there. */
static lp_status ndarray_file_elements(ndarray_file_cursor *cursor, const lp_shape *shape, int type,
                                       const char *what, size_t *begin) {
  size_t size;
  if (!lp_shape_bytes(shape, ndarray_file_types[type].size, &size)) {
    lp_shape_text text;
    return lp_fail(LP_ERROR_PARAMS, "params: array %zu, byte %zu: the shape %s is too big",
                   cursor->index, cursor->at, lp_shape_print(shape, &text));
  }
  return ndarray_file_pass(cursor, size, what, begin);
}

/* What follows the shape of a sparse array. */
static lp_status ndarray_file_sparse(ndarray_file_cursor *cursor, const lp_shape *stored,
                                     lp_ndarray_entry *entry) {
  bool csr = entry->storage == NDARRAY_FILE_CSR;
  int num_aux = csr ? 2 : 1;
  lp_shape aux[2];
  for (int i = 0; i < num_aux; i++) {
    size_t at = cursor->at;
    LP_TRY(ndarray_file_type(cursor, &entry->aux_type[i]));
    LP_TRY(ndarray_file_shape(cursor, &aux[i]));
    if (lp_dtype_is_float(ndarray_file_types[entry->aux_type[i]].dtype) || aux[i].ndim != 1) {
      return lp_fail(LP_ERROR_PARAMS,
                     "params: array %zu, byte %zu: expected a vector of integers for the indices "
                     "of a sparse array, found type code %d with %d dimensions",
                     cursor->index, at, entry->aux_type[i], aux[i].ndim);
    }
  }
  /* What the shapes have to be: rows of the array's row shape; or a vector of values. */
  lp_shape expected = entry->shape;
  bool agree = entry->shape.ndim >= 1;
  if (csr) {
    agree = entry->shape.ndim == 2 && entry->shape.dim[0] < INT64_MAX &&
            aux[0].dim[0] == entry->shape.dim[0] + 1;
    expected = lp_shape_1(0);
  }
  expected.dim[0] = aux[num_aux - 1].dim[0];
  if (!agree || !lp_shape_equal(stored, &expected)) {
    lp_shape_text shape_text;
    lp_shape_text stored_text;
    return lp_fail(LP_ERROR_PARAMS,
                   "params: array %zu, byte %zu: a %s array of shape %s cannot have stored values "
                   "of shape %s and index vectors of %lld and %lld entries",
                   cursor->index, cursor->at, csr ? "csr" : "row_sparse",
                   lp_shape_print(&entry->shape, &shape_text), lp_shape_print(stored, &stored_text),
                   (long long)aux[0].dim[0], (long long)(csr ? aux[1].dim[0] : 0));
  }
  size_t dense;
  if (!lp_shape_bytes(&entry->shape, 8, &dense)) {
    lp_shape_text text;
    return lp_fail(LP_ERROR_PARAMS, "params: array %zu, byte %zu: the shape %s is too big",
                   cursor->index, cursor->at, lp_shape_print(&entry->shape, &text));
  }
  LP_TRY(ndarray_file_elements(cursor, stored, entry->type, "stored values", &entry->values));
  for (int i = 0; i < num_aux; i++) {
    LP_TRY(ndarray_file_elements(cursor, &aux[i], entry->aux_type[i], "indices", &entry->aux[i]));
  }
  entry->stored = (size_t)expected.dim[0];
  return LP_OK;
}

/* ndarray_file_read but for the entry's end. */
static lp_status ndarray_file_read_parts(ndarray_file_cursor *cursor, lp_ndarray_entry *entry) {
  uint32_t magic;
  lp_shape stored = lp_shape_unknown();
  bool missing = false;
  memset(entry, 0, sizeof *entry);
  entry->name = "";
  LP_TRY(ndarray_file_u32(cursor, "an array", &magic));
  if (magic == NDARRAY_FILE_V2 || magic == NDARRAY_FILE_V3) {
    uint32_t storage;
    uint32_t ndim;
    LP_TRY(ndarray_file_u32(cursor, "a storage type", &storage));
    if (storage != UINT32_MAX && storage > NDARRAY_FILE_CSR) {
      return lp_fail(LP_ERROR_PARAMS,
                     "params: array %zu, byte %zu: expected storage type 0 (dense), 1 (row_sparse) "
                     "or 2 (csr), found %ld",
                     cursor->index, cursor->at - 4, (long)(int32_t)storage);
    }
    entry->storage = storage == UINT32_MAX ? NDARRAY_FILE_DENSE : (int)storage;
    if (!LP_WITH_OLD_FILES && entry->storage != NDARRAY_FILE_DENSE) {
      return lp_say(LP_ERROR_UNSUPPORTED,
                    "params: array %zu is sparse: this build has no LP_WITH_OLD_FILES",
                    cursor->index);
    }
    if (!ndarray_file_is_dense(entry)) {
      LP_TRY(ndarray_file_shape(cursor, &stored));
    }
    LP_TRY(ndarray_file_u32(cursor, "a shape", &ndim));
    if (magic == NDARRAY_FILE_V3 && ndim == UINT32_MAX) {
      missing = true;
    } else {
      LP_TRY(ndarray_file_dims(cursor, ndim, 8, &entry->shape, &missing));
      if (magic == NDARRAY_FILE_V2 && ndim == 0) {
        missing = true;
      } else if (magic == NDARRAY_FILE_V2 && missing) {
        return lp_fail(LP_ERROR_PARAMS, "params: array %zu, byte %zu: a dimension is negative: -1",
                       cursor->index, cursor->at);
      }
    }
    if (!missing && storage == UINT32_MAX) {
      return lp_fail(LP_ERROR_PARAMS,
                     "params: array %zu, byte %zu: storage type -1 is for arrays without a shape",
                     cursor->index, cursor->at);
    }
  } else if (magic == NDARRAY_FILE_V1) {
    LP_TRY(ndarray_file_shape(cursor, &entry->shape));
    missing = entry->shape.ndim == 0;
  } else {
    LP_TRY(ndarray_file_dims(cursor, magic, 4, &entry->shape, &missing));
    missing = magic == 0;
  }
  if (missing) {
    entry->none = true;
    entry->dtype = LP_DTYPE_UNKNOWN;
    entry->shape = lp_shape_unknown();
    return LP_OK;
  }
  size_t device;
  LP_TRY(ndarray_file_pass(cursor, 8, "a device", &device));
  LP_TRY(ndarray_file_type(cursor, &entry->type));
  entry->dtype = ndarray_file_types[entry->type].dtype;
  if (!ndarray_file_is_dense(entry)) {
    return ndarray_file_sparse(cursor, &stored, entry);
  }
  return ndarray_file_elements(cursor, &entry->shape, entry->type, "data", &entry->values);
}

/* Reads all of one array but its name. */
static lp_status ndarray_file_read(ndarray_file_cursor *cursor, lp_ndarray_entry *entry) {
  LP_TRY(ndarray_file_read_parts(cursor, entry));
  entry->end = cursor->at;
  return LP_OK;
}

/* An index of a sparse array, from its bytes; -1 for what no int64 holds. */
static int64_t ndarray_file_decode_index(int type, const unsigned char *bytes) {
  size_t size = ndarray_file_types[type].size;
  uint64_t value = ndarray_file_load(bytes, size);
  bool is_signed = type == LP_INT8 || type == NDARRAY_FILE_INT16 || type == LP_INT32;
  if (value > INT64_MAX || (is_signed && (value >> (size * 8 - 1)) != 0)) {
    return -1;
  }
  return (int64_t)value;
}

static lp_status ndarray_file_index(lp_byte_source *source, const lp_ndarray_entry *entry, int aux,
                                    size_t i, int64_t *index) {
  int type = entry->aux_type[aux];
  size_t size = ndarray_file_types[type].size;
  const unsigned char *bytes;
  LP_TRY(lp_byte_source_view(source, entry->aux[aux] + i * size, size, &bytes));
  *index = ndarray_file_decode_index(type, bytes);
  return LP_OK;
}

/* That every value of an index vector of a sparse array is in [0, limit). */
static lp_status ndarray_file_check_range(const ndarray_file_cursor *cursor,
                                          const lp_ndarray_entry *entry, int aux, size_t count,
                                          int64_t limit) {
  for (size_t i = 0; i < count; i++) {
    int64_t index;
    LP_TRY(ndarray_file_index(cursor->source, entry, aux, i, &index));
    if (index < 0 || index >= limit) {
      return lp_fail(LP_ERROR_PARAMS,
                     "params: array %zu, byte %zu: entry %zu of a sparse array is expected below "
                     "%lld, found %lld",
                     cursor->index, entry->aux[aux], i, (long long)limit,
                     (long long)index);
    }
  }
  return LP_OK;
}

/* Looks at the contents, as far as they can be wrong. */
static lp_status ndarray_file_check(const ndarray_file_cursor *cursor,
                                    const lp_ndarray_entry *entry) {
  if (entry->none) {
    return LP_OK;
  }
  if (entry->storage == NDARRAY_FILE_ROW_SPARSE) {
    LP_TRY(ndarray_file_check_range(cursor, entry, 0, entry->stored, entry->shape.dim[0]));
  } else if (entry->storage == NDARRAY_FILE_CSR) {
    size_t rows = (size_t)entry->shape.dim[0];
    int64_t last = 0;
    for (size_t i = 0; i <= rows; i++) {
      int64_t next;
      LP_TRY(ndarray_file_index(cursor->source, entry, 0, i, &next));
      if (next < last || next > (int64_t)entry->stored) {
        return lp_fail(LP_ERROR_PARAMS,
                       "params: array %zu, byte %zu: row %zu of a csr array begins at %lld, "
                       "expected a value from %lld to %zu",
                       cursor->index, entry->aux[0], i, (long long)next,
                       (long long)last, entry->stored);
      }
      last = next;
    }
    LP_TRY(ndarray_file_check_range(cursor, entry, 1, entry->stored, entry->shape.dim[1]));
  }
  if (entry->type == NDARRAY_FILE_UINT64) {
    size_t count = entry->stored;
    if (ndarray_file_is_dense(entry)) {
      count = (size_t)lp_shape_size(&entry->shape);
    } else if (entry->storage == NDARRAY_FILE_ROW_SPARSE) {
      count *= (size_t)lp_shape_product(&entry->shape, 1, entry->shape.ndim);
    }
    for (size_t i = 0; i < count; i++) {
      const unsigned char *top;
      LP_TRY(lp_byte_source_view(cursor->source, entry->values + i * 8 + 7, 1, &top));
      if ((*top & 0x80) != 0) {
        return lp_fail(LP_ERROR_PARAMS,
                       "params: array %zu, byte %zu: a uint64 is above 2^63 - 1", cursor->index,
                       entry->values + i * 8);
      }
    }
  }
  return LP_OK;
}

/* That a sparse array is not a small file's way to take a lot of memory. */
static lp_status ndarray_file_check_dense(const ndarray_file_cursor *cursor, size_t begin,
                                          const lp_ndarray_entry *entry, size_t *excess) {
  size_t size = lp_dtype_size(entry->dtype), dense = 0;
  if (entry->none || ndarray_file_is_dense(entry)) {
    return LP_OK;
  }
  /* ndarray_file_sparse has seen that 8 bytes for each element do not overflow. */
  (void)lp_shape_bytes(&entry->shape, size < sizeof(float) ? sizeof(float) : size, &dense);
  size_t share = (cursor->at - begin) * NDARRAY_FILE_GROWTH;
  size_t more = dense > share ? dense - share : 0;
  if (more > NDARRAY_FILE_EXCESS - *excess) {
    lp_shape_text text;
    return lp_fail(LP_ERROR_PARAMS,
                   "params: array %zu, byte %zu: a sparse array of shape %s is stored in %zu bytes "
                   "and would take %zu: expected at most %d times as many",
                   cursor->index, begin, lp_shape_print(&entry->shape, &text), cursor->at - begin,
                   dense, NDARRAY_FILE_GROWTH);
  }
  *excess += more;
  return LP_OK;
}

/* A name whose length is known to be there. */
static lp_status ndarray_file_hold_name(lp_byte_source *source, lp_pool *pool, size_t at,
                                        lp_ndarray_name *name) {
  if (source->bytes != NULL) {
    name->text = (const char *)source->bytes + at;
    return LP_OK;
  }
  char *text = lp_pool_take(pool, name->length);
  if (text == NULL) {
    return LP_ERROR_MEMORY;
  }
  name->text = text;
  return lp_byte_source_read(source, at, name->length, text);
}

static lp_status ndarray_file_read_names(ndarray_file_cursor *cursor, lp_pool *pool, size_t count,
                                         const lp_ndarray_name **names) {
  uint64_t num_names;
  cursor->index = count;
  LP_TRY(ndarray_file_u64(cursor, "the number of names", &num_names));
  if (num_names != 0 && num_names != count) {
    return lp_fail(LP_ERROR_PARAMS,
                   "Invalid NDArray file format: byte %zu: expected 0 or %zu names, found %llu",
                   cursor->at - 8, count, (unsigned long long)num_names);
  }
  *names = NULL;
  if (num_names == 0) {
    return LP_OK;
  }
  /* A name has at least 8 bytes. */
  size_t left = cursor->source->size - cursor->at;
  if (count > left / 8) {
    return lp_fail(LP_ERROR_PARAMS,
                   "params: byte %zu: expected %zu names, found %zu bytes: the file is cut off or "
                   "damaged",
                   cursor->at, count, left);
  }
  lp_ndarray_name *held = lp_pool_array(pool, count, sizeof *held);
  if (held == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t length;
    size_t begin;
    cursor->index = i;
    LP_TRY(ndarray_file_u64(cursor, "the length of a name", &length));
    LP_TRY(ndarray_file_pass(cursor, length, "a name", &begin));
    held[i].length = (size_t)length;
    LP_TRY(ndarray_file_hold_name(cursor->source, pool, begin, &held[i]));
  }
  *names = held;
  return LP_OK;
}

lp_status lp_ndarray_file_open(lp_byte_source *source, lp_pool *pool, lp_ndarray_file *file) {
  ndarray_file_cursor cursor = {source, 0, 0};
  size_t size = source->size;
  const unsigned char *head = NULL;
  if (size != 0) {
    LP_TRY(lp_byte_source_view(source, 0, size < 24 ? size : 24, &head));
  }
  if (size < 24 || ndarray_file_load(head, 8) != NDARRAY_FILE_MAGIC) {
    return lp_fail(LP_ERROR_PARAMS,
                   "Invalid NDArray file format: expected at least 24 bytes that begin with "
                   "0x112, found %zu bytes that begin with 0x%llx",
                   size,
                   (unsigned long long)ndarray_file_load(head, size < 8 ? size : 8));
  }
  uint64_t count = ndarray_file_load(head + 16, 8);
  cursor.at = 24;
  /* An array has at least 4 bytes. */
  if (count > (size - cursor.at) / 4) {
    return lp_fail(LP_ERROR_PARAMS,
                   "Invalid NDArray file format: byte 16: %llu arrays cannot stand in %zu bytes",
                   (unsigned long long)count, size);
  }
  size_t *arrays = lp_pool_array(pool, (size_t)count, sizeof *arrays);
  if (arrays == NULL) {
    return LP_ERROR_MEMORY;
  }
  size_t excess = 0;
  for (size_t i = 0; i < count; i++) {
    lp_ndarray_entry entry;
    cursor.index = i;
    arrays[i] = cursor.at;
    LP_TRY(ndarray_file_read(&cursor, &entry));
    LP_TRY(ndarray_file_check(&cursor, &entry));
    LP_TRY(ndarray_file_check_dense(&cursor, arrays[i], &entry, &excess));
  }
  const lp_ndarray_name *names;
  LP_TRY(ndarray_file_read_names(&cursor, pool, (size_t)count, &names));
  file->source = source;
  file->count = (size_t)count;
  file->named = names != NULL;
  file->arrays = arrays;
  file->names = names;
  return LP_OK;
}

lp_status lp_ndarray_file_get(const lp_ndarray_file *file, size_t index,
                              lp_ndarray_entry *entry) {
  ndarray_file_cursor cursor = {file->source, file->arrays[index], index};
  size_t excess = 0;
  LP_TRY(ndarray_file_read(&cursor, entry));
  /* Only of a file that has changed can this fail. */
  LP_TRY(ndarray_file_check_dense(&cursor, file->arrays[index], entry, &excess));
  if (file->named) {
    entry->name = file->names[index].text;
    entry->name_length = file->names[index].length;
  }
  return LP_OK;
}

/* ---- copying --------------------------------------------------------------- */

typedef union ndarray_file_buffer {
  double alignment;
  int64_t int64[NDARRAY_FILE_CHUNK];
  int32_t int32[NDARRAY_FILE_CHUNK];
  float float32[NDARRAY_FILE_CHUNK];
  unsigned char bytes[NDARRAY_FILE_CHUNK * 8];
} ndarray_file_buffer;

static bool ndarray_file_little_endian(void) {
  static const uint16_t one = 1;
  return *(const unsigned char *)&one == 1;
}

/* `count` <= NDARRAY_FILE_CHUNK elements of a file, as the LPDType they are read as. */
static void ndarray_file_decode(int type, const unsigned char *source, size_t count,
                                ndarray_file_buffer *buffer) {
  size_t size = ndarray_file_types[type].size;
  if (type < LP_DTYPE_COUNT) {
    memcpy(buffer->bytes, source, count * size);
    for (size_t i = 0; !ndarray_file_little_endian() && i < count * size; i++) {
      buffer->bytes[i] = source[i / size * size + (size - 1 - i % size)];
    }
    for (size_t i = 0; type == LP_BOOL && i < count; i++) {
      buffer->bytes[i] = source[i] != 0;
    }
    return;
  }
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = ndarray_file_load(source + i * size, size);
    if (type == NDARRAY_FILE_BFLOAT16) {
      uint32_t wide = (uint32_t)bits << 16;
      memcpy(&buffer->float32[i], &wide, sizeof wide);
    } else if (type == NDARRAY_FILE_INT16) {
      buffer->int32[i] = (int32_t)bits - ((int32_t)(bits >> 15) << 16);
    } else if (type == NDARRAY_FILE_UINT16) {
      buffer->int32[i] = (int32_t)bits;
    } else {
      buffer->int64[i] = (int64_t)bits;
    }
  }
}

/* `count` neighbouring elements at byte `at`, to a place that is aligned for `to`. */
static lp_status ndarray_file_copy_run(lp_byte_source *source, int type, size_t at, size_t count,
                                       lp_dtype to, char *target) {
  size_t size = lp_dtype_size(to);
  size_t stored_size = ndarray_file_types[type].size;
  if (!LP_WITH_DTYPES && type != LP_FLOAT32) {
    return lp_say(LP_ERROR_UNSUPPORTED,
                  "params: an array has elements of type %s: this build has no LP_WITH_DTYPES",
                  lp_dtype_name(ndarray_file_types[type].dtype));
  }
  if (type == to && type != LP_BOOL && ndarray_file_little_endian()) {
    return lp_byte_source_read(source, at, count * size, target);
  }
  for (size_t i = 0; i < count; i += NDARRAY_FILE_CHUNK) {
    ndarray_file_buffer buffer;
    const unsigned char *bytes;
    size_t n = count - i < NDARRAY_FILE_CHUNK ? count - i : NDARRAY_FILE_CHUNK;
    LP_TRY(lp_byte_source_view(source, at + i * stored_size, n * stored_size, &bytes));
    ndarray_file_decode(type, bytes, n, &buffer);
    lp_dtype_convert(ndarray_file_types[type].dtype, &buffer, to, target + i * size, n);
  }
  return LP_OK;
}

/* A sparse array whose contents have been checked. */
static lp_status ndarray_file_copy_sparse(lp_byte_source *source, const lp_ndarray_entry *entry,
                                          lp_dtype to, char *elements) {
  size_t size = lp_dtype_size(to);
  size_t stored_size = ndarray_file_types[entry->type].size;
  memset(elements, 0, (size_t)lp_shape_size(&entry->shape) * size);
  if (entry->storage == NDARRAY_FILE_ROW_SPARSE) {
    size_t row_size = (size_t)lp_shape_product(&entry->shape, 1, entry->shape.ndim);
    for (size_t i = 0; i < entry->stored; i++) {
      int64_t row;
      LP_TRY(ndarray_file_index(source, entry, 0, i, &row));
      LP_TRY(ndarray_file_copy_run(source, entry->type, entry->values + i * row_size * stored_size,
                                   row_size, to, elements + (size_t)row * row_size * size));
    }
    return LP_OK;
  }
  size_t columns = (size_t)entry->shape.dim[1];
  for (size_t row = 0; row < (size_t)entry->shape.dim[0]; row++) {
    int64_t begin, end, column;
    LP_TRY(ndarray_file_index(source, entry, 0, row, &begin));
    LP_TRY(ndarray_file_index(source, entry, 0, row + 1, &end));
    for (size_t i = (size_t)begin; i < (size_t)end; i++) {
      LP_TRY(ndarray_file_index(source, entry, 1, i, &column));
      LP_TRY(ndarray_file_copy_run(source, entry->type, entry->values + i * stored_size, 1, to,
                                   elements + (row * columns + (size_t)column) * size));
    }
  }
  return LP_OK;
}

/* A sparse array of a file: by way of memory, for its parts are read in turns, and what was checked must not change. */
static lp_status ndarray_file_copy_held(lp_byte_source *source, const lp_ndarray_entry *entry,
                                        lp_dtype to, char *elements) {
  size_t size = entry->end - entry->values;
  lp_ndarray_entry moved = *entry;
  moved.values = 0;
  moved.aux[0] -= entry->values;
  moved.aux[1] -= entry->storage == NDARRAY_FILE_CSR ? entry->values : 0;
  void *held = lp_allocate(size);
  if (held == NULL) {
    return lp_fail_memory("a sparse array", size);
  }
  lp_byte_source memory = lp_byte_source_memory(held, size);
  ndarray_file_cursor cursor = {&memory, 0, 0};
  lp_status status = lp_byte_source_read(source, entry->values, size, held);
  if (status == LP_OK && ndarray_file_check(&cursor, &moved) != LP_OK) {
    status = lp_fail(LP_ERROR_FILE, "byte %zu: the file has changed while it was read",
                     entry->values);
  }
  if (status == LP_OK) {
    status = ndarray_file_copy_sparse(&memory, &moved, to, elements);
  }
  lp_release(held, size);
  return status;
}

lp_status lp_ndarray_file_copy(const lp_ndarray_file *file, const lp_ndarray_entry *entry,
                               lp_dtype to, void *target) {
  if (ndarray_file_is_dense(entry)) {
    return ndarray_file_copy_run(file->source, entry->type, entry->values,
                                 (size_t)lp_shape_size(&entry->shape), to, target);
  }
  return file->source->bytes != NULL
             ? ndarray_file_copy_sparse(file->source, entry, to, target)
             : ndarray_file_copy_held(file->source, entry, to, target);
}
