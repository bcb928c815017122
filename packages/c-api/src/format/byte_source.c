/* byte_source.c - bytes from memory or from a file; see byte_source.h. */
#include "byte_source.h"

#include "../base/os_file.h"

#include <errno.h>
#include <string.h>

/* strerror is not for several threads. */
static const char *byte_source_reason(int number) {
  switch (number) {
#ifdef ENOENT
    case ENOENT:
      return "no such file or directory";
#endif
#ifdef ENOTDIR
    case ENOTDIR:
      return "a part of the path is not a directory";
#endif
#ifdef EISDIR
    case EISDIR:
      return "it is a directory";
#endif
#ifdef EACCES
    case EACCES:
      return "no permission to read it";
#endif
#ifdef EPERM
    case EPERM:
      return "the operation is not permitted";
#endif
#ifdef EMFILE
    case EMFILE:
      return "the process has too many open files";
#endif
#ifdef ENFILE
    case ENFILE:
      return "the system has too many open files";
#endif
#ifdef ENAMETOOLONG
    case ENAMETOOLONG:
      return "the name is too long";
#endif
#ifdef ELOOP
    case ELOOP:
      return "too many symbolic links";
#endif
#ifdef EIO
    case EIO:
      return "the device fails";
#endif
#ifdef EOVERFLOW
    case EOVERFLOW:
      return "the file is too large for this build";
#endif
#ifdef ENOMEM
    case ENOMEM:
      return "out of memory";
#endif
#ifdef ENXIO
    case ENXIO:
      return "no such device";
#endif
    default:
      return "the system refuses it";
  }
}

static lp_status byte_source_fail(const char *what, size_t at) {
  int number = errno;
  return lp_fail(LP_ERROR_FILE, "byte %zu: the file cannot be %s: %s (error %d)", at, what,
                 byte_source_reason(number), number);
}

/* `size` bytes at `at`, which the file had when it was opened. */
static lp_status byte_source_fetch(lp_byte_source *source, size_t at, size_t size, void *target) {
  errno = 0;
  if (source->file_at != at && lp_file_seek(source->file, (int64_t)at, SEEK_SET) != 0) {
    return byte_source_fail("read", at);
  }
  source->file_at = SIZE_MAX;
  size_t got = fread(target, 1, size, source->file);
  if (got < size) {
    return ferror(source->file)
               ? byte_source_fail("read", at + got)
               : lp_fail(LP_ERROR_FILE,
                         "byte %zu: expected %zu bytes, found %zu: the file has become shorter "
                         "while it was read",
                         at, size, got);
  }
  source->file_at = at + size;
  return LP_OK;
}

/* All of a file of unknown size; its beginning is in the buffer. */
static lp_status byte_source_gather(lp_byte_source *source) {
  size_t capacity = 0;
  size_t used = source->buffer_size;
  unsigned char *all = NULL;
  do {
    size_t larger = capacity == 0 ? 4 * LP_BYTE_SOURCE_VIEW : capacity * 2;
    unsigned char *next = larger > capacity ? lp_allocate(larger) : NULL;
    if (next == NULL) {
      lp_release(all, capacity);
      return lp_fail_memory("a file", larger);
    }
    memcpy(next, all == NULL ? source->buffer : all, used);
    lp_release(all, capacity);
    all = next;
    capacity = larger;
    errno = 0;
    used += fread(all + used, 1, capacity - used, source->file);
    if (ferror(source->file)) {
      lp_status status = byte_source_fail("read", used);
      lp_release(all, capacity);
      return status;
    }
  } while (used == capacity);
  source->bytes = source->held = all;
  source->held_size = capacity;
  source->size = used;
  return LP_OK;
}

/* Reads the beginning, which tells a folder from a file, and finds the size. */
static lp_status byte_source_begin(lp_byte_source *source) {
  source->buffer = lp_allocate(LP_BYTE_SOURCE_VIEW);
  if (source->buffer == NULL) {
    return lp_fail_memory("a file's buffer", LP_BYTE_SOURCE_VIEW);
  }
  errno = 0;
  source->buffer_size = fread(source->buffer, 1, LP_BYTE_SOURCE_VIEW, source->file);
  if (ferror(source->file)) {
    return byte_source_fail("read", source->buffer_size);
  }
  int64_t size = -1;
  if (lp_file_seek(source->file, 0, SEEK_END) == 0) {
    size = lp_file_tell(source->file);
  }
  /* A device says 0 though there is more. */
  if (size < (int64_t)source->buffer_size || size == 0) {
    return byte_source_gather(source);
  }
  if ((uint64_t)size > SIZE_MAX) {
    return lp_fail_memory("a file", SIZE_MAX);
  }
  source->size = (size_t)size;
  source->file_at = (size_t)size;
  return LP_OK;
}

lp_byte_source lp_byte_source_memory(const void *bytes, size_t size) {
  lp_byte_source source = {0};
  source.bytes = bytes;
  source.size = size;
  return source;
}

lp_status lp_byte_source_open(const char *path, lp_byte_source *source) {
  memset(source, 0, sizeof *source);
  errno = 0;
  source->file = lp_file_open(path);
  if (source->file == NULL) {
    int number = errno;
#ifdef ENOMEM
    if (number == ENOMEM) {
      return lp_fail_memory("a file", strlen(path));
    }
#endif
    return lp_fail(LP_ERROR_FILE, "the file cannot be opened: %s (error %d)",
                   byte_source_reason(number), number);
  }
  /* The source has a buffer of its own, from the program's allocator. */
  (void)setvbuf(source->file, NULL, _IONBF, 0);
  lp_status status = byte_source_begin(source);
  if (status != LP_OK) {
    lp_byte_source_close(source);
  }
  return status;
}

lp_status lp_byte_source_load(lp_byte_source *source) {
  if (source->bytes != NULL) {
    return LP_OK;
  }
  source->held = lp_allocate(source->size);
  if (source->held == NULL) {
    return lp_fail_memory("a file", source->size);
  }
  source->held_size = source->size;
  LP_TRY(lp_byte_source_read(source, 0, source->size, source->held));
  source->bytes = source->held;
  return LP_OK;
}

void lp_byte_source_close(lp_byte_source *source) {
  if (source->file != NULL) {
    (void)fclose(source->file);
  }
  lp_release(source->buffer, LP_BYTE_SOURCE_VIEW);
  lp_release(source->held, source->held_size);
  memset(source, 0, sizeof *source);
}

lp_status lp_byte_source_fill(lp_byte_source *source, size_t at, size_t size,
                              const unsigned char **bytes) {
  bool there = at >= source->buffer_at && at - source->buffer_at <= source->buffer_size &&
               size <= source->buffer_size - (at - source->buffer_at);
  if (!there) {
    size_t left = source->size - at;
    size_t wanted = left < LP_BYTE_SOURCE_VIEW ? left : LP_BYTE_SOURCE_VIEW;
    source->buffer_size = 0;
    if (byte_source_fetch(source, at, wanted, source->buffer) != LP_OK) {
      return LP_ERROR_FILE; /* a constant, so that compilers see that *bytes is set */
    }
    source->buffer_at = at;
    source->buffer_size = wanted;
  }
  *bytes = source->buffer + (at - source->buffer_at);
  return LP_OK;
}

lp_status lp_byte_source_read(lp_byte_source *source, size_t at, size_t size, void *target) {
  if (size == 0) {
    return LP_OK;
  }
  if (source->bytes != NULL) {
    memcpy(target, source->bytes + at, size);
    return LP_OK;
  }
  /* What the buffer has of it. */
  if (at >= source->buffer_at && at - source->buffer_at < source->buffer_size) {
    size_t offset = at - source->buffer_at;
    size_t part = source->buffer_size - offset < size ? source->buffer_size - offset : size;
    memcpy(target, source->buffer + offset, part);
    at += part;
    size -= part;
    target = (char *)target + part;
  }
  if (size >= LP_BYTE_SOURCE_VIEW) {
    return byte_source_fetch(source, at, size, target);
  }
  if (size != 0) {
    const unsigned char *bytes;
    LP_TRY(lp_byte_source_fill(source, at, size, &bytes));
    memcpy(target, bytes, size);
  }
  return LP_OK;
}
