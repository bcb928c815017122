/* What the test programs use of POSIX and Windows has under another name or not at all. Included
 * first in every program that is built for Windows. */
#ifndef LP_WINDOWS_POSIX_H_
#define LP_WINDOWS_POSIX_H_

#include <stdlib.h>

static inline int setenv(const char *name, const char *value, int overwrite) {
    (void)overwrite; /* the tests always do */
    return _putenv_s(name, value);
}

static inline int unsetenv(const char *name) { return _putenv_s(name, ""); }

#endif /* LP_WINDOWS_POSIX_H_ */
