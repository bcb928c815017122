/* os_win32.h - windows.h, of which as little as can be, where there is one. */
#ifndef LP_BASE_OS_WIN32_H
#define LP_BASE_OS_WIN32_H

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
/* Words for pointers of 1985 that a program cannot use as names. */
#undef near
#undef far
#endif

#endif
