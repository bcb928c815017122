/** @file Runs every test that is linked in. */
#include "cpp_check.hpp"

/** A size that cannot be had is an error here, not the end. */
#if defined(IS_SANITIZED)
extern "C" const char *__asan_default_options();
extern "C" const char *__tsan_default_options();
extern "C" const char *__asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char *__tsan_default_options() { return "allocator_may_return_null=1"; }
#endif

int main(int argc, char **argv) { return check::run(argc, argv); }
