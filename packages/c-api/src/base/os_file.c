/* os_file.c - see os_file.h. */
#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE)
#define _POSIX_C_SOURCE 200112L /* fseeko */
#endif
#if defined(__linux__) && !defined(__LP64__) && !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64 /* on 32 bits too */
#endif
#include "os_file.h"

#include "memory.h"
#include "os_win32.h"

#include <errno.h>
#include <limits.h>

#if defined(_WIN32)

FILE *lp_file_open(const char *path) {
  /* The narrow fopen takes names of the system's code page, in which most names cannot be said. */
  const int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
  const size_t size = (size_t)(count > 0 ? count : 1) * sizeof(wchar_t);
  wchar_t *wide = count > 0 ? lp_allocate(size) : NULL;
  if (wide == NULL) {
    errno = count > 0 ? ENOMEM : ENOENT;
    return NULL;
  }
  (void)MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, count);
  const DWORD attributes = GetFileAttributesW(wide);
  FILE *file = NULL;
  if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    errno = EISDIR; /* _wfopen would say EACCES */
  } else {
    file = _wfopen(wide, L"rb");
  }
  const int reason = errno;
  lp_release(wide, size);
  errno = reason;
  return file;
}

int lp_file_seek(FILE *file, int64_t offset, int origin) {
  return _fseeki64(file, offset, origin);
}

int64_t lp_file_tell(FILE *file) { return _ftelli64(file); }

#else

FILE *lp_file_open(const char *path) { return fopen(path, "rb"); }

#if defined(_POSIX_C_SOURCE) && _POSIX_C_SOURCE >= 200112L
#include <sys/types.h>

int lp_file_seek(FILE *file, int64_t offset, int origin) {
  const off_t place = (off_t)offset;
  if (place != offset) {
    errno = EOVERFLOW;
    return -1;
  }
  return fseeko(file, place, origin);
}

int64_t lp_file_tell(FILE *file) { return (int64_t)ftello(file); }
#else
int lp_file_seek(FILE *file, int64_t offset, int origin) {
  return offset > LONG_MAX ? -1 : fseek(file, (long)offset, origin);
}

int64_t lp_file_tell(FILE *file) { return (int64_t)ftell(file); }
#endif

#endif
