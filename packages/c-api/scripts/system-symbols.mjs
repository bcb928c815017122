// What the library may ask of the system: a reviewed list. A new name fails the build until it is
// added here, which is the moment to think of the systems that do not have it.

/** ISO C: libc and libm. */
const ISO_C = `
  acos acosh asin asinh atan atanh cbrt ceil ceilf copysign cos cosh erf erfc exp expm1 fclose
  fegetround ferror fesetround floor floorf fmod fopen fread free getenv log log10 log1p log2 malloc memchr memcmp memcpy
  memmove memset pow qsort setvbuf sin sinh snprintf sqrt sqrtf strchr strcmp strcpy strcspn strlen
  strncmp strrchr strstr strtod tan tanh tgamma trunc vsnprintf`;

/** POSIX, and what Linux adds: large files, pages of memory, clocks, processors. */
const POSIX = `
  bcmp clock_gettime close fseeko ftello madvise mmap munmap open read sched_getaffinity sched_yield
  sysconf`;

const THREADS = `
  pthread_atfork pthread_cond_broadcast pthread_cond_destroy pthread_cond_init pthread_cond_wait
  pthread_create pthread_join pthread_mutex_destroy pthread_mutex_init pthread_mutex_lock
  pthread_mutex_unlock pthread_sigmask sigdelset sigfillset`;

/** What stands behind errno, CPU_COUNT, pthread_atfork, thread-local storage and a shared object. */
const BEHIND = `
  __errno_location __sched_cpucount __register_atfork __tls_get_addr __cxa_finalize __gmon_start__
  _GLOBAL_OFFSET_TABLE_ _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable`;

const SYSTEM_SYMBOLS = new Set(`${ISO_C} ${POSIX} ${THREADS} ${BEHIND}`.trim().split(/\s+/));

/**
 * @param {string[]} undefinedSymbols Of the library, or of all of its objects together.
 * @returns {string[]} One line for each that is not on the list.
 */
export function foreignSymbols(undefinedSymbols) {
  return undefinedSymbols
    .filter((name) => !SYSTEM_SYMBOLS.has(name))
    .map((name) => `${name} is neither in the library nor on the list in system-symbols.mjs`);
}
