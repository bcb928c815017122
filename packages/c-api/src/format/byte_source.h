/*
 * byte_source.h - where the bytes of a model file are read from: memory or a file.
 *
 * Readers ask for bytes by their place. From memory nothing is copied but what
 * the reader wants to own; from a file it passes through one small buffer, or,
 * if it is long, straight to where the reader wants it.
 */
#ifndef LP_FORMAT_BYTE_SOURCE_H
#define LP_FORMAT_BYTE_SOURCE_H

#include <stdio.h>

#include "../base/memory.h"

/* Bytes that can be looked at at once. */
#define LP_BYTE_SOURCE_VIEW ((size_t)16384)

typedef struct lp_byte_source {
  const unsigned char *bytes; /* all of them; NULL: they are in the file */
  size_t size;

  /* Of a file. */
  FILE *file;
  size_t file_at;        /* where it stands */
  unsigned char *buffer; /* LP_BYTE_SOURCE_VIEW bytes */
  size_t buffer_at;      /* where the buffer's bytes stand in the file */
  size_t buffer_size;
  unsigned char *held; /* what `bytes` is, if it is the source's own */
  size_t held_size;
} lp_byte_source;

/* The caller's memory, which must live as long as the source. */
LP_INTERNAL lp_byte_source lp_byte_source_memory(const void *bytes, size_t size);

/*
 * Opens a file. One that tells no size (a pipe) is read into memory, in steps
 * that grow with what has come. LP_ERROR_FILE: it cannot be opened or read, a
 * folder; LP_ERROR_MEMORY. The text does not name the path. On failure there is
 * nothing to close.
 */
LP_INTERNAL lp_status lp_byte_source_open(const char *path, lp_byte_source *source);
/* Brings all bytes to memory, to source->bytes. LP_ERROR_FILE, LP_ERROR_MEMORY. */
LP_INTERNAL lp_status lp_byte_source_load(lp_byte_source *source);
LP_INTERNAL void lp_byte_source_close(lp_byte_source *source);

/* lp_byte_source_view of a file. */
LP_INTERNAL lp_status lp_byte_source_fill(lp_byte_source *source, size_t at, size_t size,
                                          const unsigned char **bytes);

/*
 * Bytes that are there (at + size <= source->size), at most LP_BYTE_SOURCE_VIEW;
 * valid until the next call on the source. LP_ERROR_FILE: the file cannot be
 * read, or has become shorter. From memory it cannot fail.
 */
static inline lp_status lp_byte_source_view(lp_byte_source *source, size_t at, size_t size,
                                            const unsigned char **bytes) {
  if (source->bytes != NULL) {
    *bytes = source->bytes + at;
    return LP_OK;
  }
  return lp_byte_source_fill(source, at, size, bytes);
}
/* Copies any number of bytes that are there. Errors as lp_byte_source_view. */
LP_INTERNAL lp_status lp_byte_source_read(lp_byte_source *source, size_t at, size_t size,
                                          void *target);

#endif
