/* os_file.h - files of any size by the names that the system gives them. */
#ifndef LP_BASE_OS_FILE_H
#define LP_BASE_OS_FILE_H

#include <stdio.h>

#include "config.h"

/* Opens a file for reading; its name is UTF-8 on Windows, else as fopen takes it. NULL: errno tells why. */
LP_INTERNAL FILE *lp_file_open(const char *path);
/* As fseek and ftell, beyond 2 GiB too where the system can. */
LP_INTERNAL int lp_file_seek(FILE *file, int64_t offset, int origin);
LP_INTERNAL int64_t lp_file_tell(FILE *file);

#endif
