/* api_ndlist.c - lists of arrays, such as a mean image. */
#include <string.h>

#include "../format/ndarray_file.h"
#include "api_guard.h"

typedef struct lp_ndlist_item {
  const char *name;
  float *data;    /* NULL: an array without a shape */
  const uint32_t *dims;
  uint32_t ndim;
} lp_ndlist_item;

struct lp_ndlist {
  uint32_t magic; /* LP_MAGIC_NDLIST */
  lp_pool pool;
  uint32_t count;
  lp_ndlist_item *items;
};

/* It does not overflow: the array is there. */
static size_t api_ndlist_bytes(const lp_ndlist_item *item) {
  size_t bytes = sizeof(float);
  for (uint32_t i = 0; i < item->ndim; i++) {
    bytes *= item->dims[i];
  }
  return bytes;
}

static void api_ndlist_free(lp_ndlist *list) {
  for (uint32_t i = 0; list->items != NULL && i < list->count; i++) {
    lp_release(list->items[i].data, api_ndlist_bytes(&list->items[i]));
  }
  lp_pool_free(&list->pool);
  list->magic = 0;
  lp_release(list, sizeof *list);
}

static lp_status api_ndlist_item(lp_ndlist *list, const lp_ndarray_file *file,
                                 const lp_ndarray_entry *entry, lp_ndlist_item *item) {
  static const uint32_t no_dims[1];
  size_t bytes;
  item->name = "";
  item->dims = no_dims;
  if (entry->name_length != 0) {
    item->name = lp_pool_string(&list->pool, entry->name, entry->name_length);
  }
  if (item->name == NULL) {
    return LP_ERROR_MEMORY;
  }
  if (entry->none) {
    return LP_OK;
  }
  if (!lp_shape_bytes(&entry->shape, sizeof(float), &bytes)) {
    return lp_fail_memory("an array", SIZE_MAX);
  }
  uint32_t *dims = lp_pool_array(&list->pool, (size_t)entry->shape.ndim, sizeof *dims);
  if (dims == NULL) {
    return LP_ERROR_MEMORY;
  }
  for (int d = 0; d < entry->shape.ndim; d++) {
    if (entry->shape.dim[d] > UINT32_MAX) {
      return lp_fail(LP_ERROR_PARAMS, "array '%.200s': dimension %d does not fit 32 bits",
                     item->name, d);
    }
    dims[d] = (uint32_t)entry->shape.dim[d];
  }
  item->data = lp_allocate(bytes);
  if (item->data == NULL) {
    return lp_fail_memory("an array", bytes);
  }
  item->dims = dims;
  item->ndim = (uint32_t)entry->shape.ndim;
  return lp_ndarray_file_copy(file, entry, LP_FLOAT32, item->data);
}

static lp_status api_ndlist_read(lp_ndlist *list, const char *bytes, size_t size) {
  lp_ndarray_file file;
  lp_byte_source source = lp_byte_source_memory(bytes, size);
  LP_TRY(lp_ndarray_file_open(&source, &list->pool, &file));
  if (file.count > UINT32_MAX) {
    return lp_fail(LP_ERROR_PARAMS, "the file has %zu arrays", file.count);
  }
  list->items = lp_pool_array(&list->pool, file.count, sizeof *list->items);
  if (list->items == NULL) {
    return LP_ERROR_MEMORY;
  }
  list->count = (uint32_t)file.count;
  for (uint32_t i = 0; i < list->count; i++) {
    lp_ndarray_entry entry;
    LP_TRY(lp_ndarray_file_get(&file, i, &entry));
    LP_TRY(api_ndlist_item(list, &file, &entry, &list->items[i]));
  }
  return LP_OK;
}

static lp_status api_ndlist_create(const char *bytes, int size, NDListHandle *out,
                                   uint32_t *out_length) {
  LP_TRY(lp_guard_pointer("MXNDListCreate", "nd_file_bytes", bytes));
  LP_TRY(lp_guard_pointer("MXNDListCreate", "out", out));
  LP_TRY(lp_guard_pointer("MXNDListCreate", "out_length", out_length));
  if (size < 0) {
    return lp_fail(LP_ERROR_ARGUMENT, "MXNDListCreate: nd_file_size is %d", size);
  }
  lp_ndlist *list = lp_allocate(sizeof *list);
  if (list == NULL) {
    return lp_fail_memory("a list", sizeof *list);
  }
  memset(list, 0, sizeof *list);
  list->magic = LP_MAGIC_NDLIST;
  lp_status status = api_ndlist_read(list, bytes, (size_t)size);
  if (status != LP_OK) {
    api_ndlist_free(list);
    return status;
  }
  *out = list;
  *out_length = list->count;
  return LP_OK;
}

int MXNDListCreate(const char *nd_file_bytes, int nd_file_size, NDListHandle *out,
                   uint32_t *out_length) {
  return lp_guard_return(api_ndlist_create(nd_file_bytes, nd_file_size, out, out_length));
}

static lp_status api_ndlist_get(lp_ndlist *list, uint32_t index, const char **out_key,
                                const float **out_data, const uint32_t **out_shape,
                                uint32_t *out_ndim) {
  LP_TRY(lp_guard_pointer("MXNDListGet", "out_key", out_key));
  LP_TRY(lp_guard_pointer("MXNDListGet", "out_data", out_data));
  LP_TRY(lp_guard_pointer("MXNDListGet", "out_shape", out_shape));
  LP_TRY(lp_guard_pointer("MXNDListGet", "out_ndim", out_ndim));
  if (index >= list->count) {
    return lp_fail(LP_ERROR_INDEX, "Index out of range: array %u, there are %u", (unsigned)index,
                   (unsigned)list->count);
  }
  const lp_ndlist_item *item = &list->items[index];
  *out_key = item->name;
  *out_data = item->data;
  *out_shape = item->dims;
  *out_ndim = item->ndim;
  return LP_OK;
}

int MXNDListGet(NDListHandle handle, uint32_t index, const char **out_key, const float **out_data,
                const uint32_t **out_shape, uint32_t *out_ndim) {
  lp_ndlist *list = lp_guard_ndlist("MXNDListGet", handle);
  return list == NULL ? -1
                      : lp_guard_return(api_ndlist_get(list, index, out_key, out_data, out_shape,
                                                       out_ndim));
}

int MXNDListFree(NDListHandle handle) {
  if (handle == NULL) {
    return 0;
  }
  lp_ndlist *list = lp_guard_ndlist("MXNDListFree", handle);
  if (list == NULL) {
    return -1;
  }
  api_ndlist_free(list);
  return 0;
}
