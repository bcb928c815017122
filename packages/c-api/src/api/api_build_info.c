/*
 * api_build_info.c - what was built, from what, and what it uses here. The only
 * file that the build tells version and sources' hash (LP_VERSION, LP_SOURCE).
 */
#include <stdio.h>

#include "../../include/c_predict_api.h"
#include "../base/cpu.h"

#ifndef LP_VERSION
#define LP_VERSION "0.0.0-unversioned"
#endif
#ifndef LP_SOURCE
#define LP_SOURCE "unknown"
#endif
#if defined(LP_NO_THREADS)
#define API_BUILD_INFO_THREADS "no"
#else
#define API_BUILD_INFO_THREADS "yes"
#endif
#if LP_HAVE_VECTORS
#define API_BUILD_INFO_VECTORS "yes"
#else
#define API_BUILD_INFO_VECTORS "no"
#endif

#if defined(LP_USE_CBLAS)
#define API_BUILD_INFO_BLAS "yes"
#else
#define API_BUILD_INFO_BLAS "no"
#endif

const char *LPGetVersion(void) { return LP_VERSION; }

/* Of the thread, because the number of processors may change between calls. */
static LP_THREAD_LOCAL char api_build_info_text[256];

const char *LPGetBuildInfo(void) {
  (void)snprintf(api_build_info_text, sizeof api_build_info_text,
                 "version=" LP_VERSION " source=" LP_SOURCE " isa=%s vectors=" API_BUILD_INFO_VECTORS
                 " threads=" API_BUILD_INFO_THREADS " blas=" API_BUILD_INFO_BLAS " cpus=%u",
                 lp_cpu_isa_name(lp_cpu_isa()), lp_cpu_default_threads());
  return api_build_info_text;
}
