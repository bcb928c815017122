/*
 * parts.h - what is compiled in. The whole library is, unless the program's
 * author says otherwise.
 *
 * LP_MINIMAL: what LP_CONFIG_FILE ("predict_config.h" beside predict.c) lists,
 * and nothing else. `libpredict trim` writes that file. It defines
 *   LP_CONFIG_OPERATORS(X)   X(name) for each operator, as op/ops_*.h has them
 *   LP_CONFIG_NAMES          a text of their names, for the error about another one
 *   LP_CONFIG_ACTIVATIONS    a set of lp_activation_function, 1u << each
 * and 1 for each part below that is wanted.
 *
 * Code asks for a part in an ordinary condition, which the compiler decides; so
 * both ways are always checked. Functions that nobody calls vanish by
 * themselves, being static in the single file.
 */
#ifndef LP_BASE_PARTS_H
#define LP_BASE_PARTS_H

#if defined(LP_MINIMAL)
#ifndef LP_CONFIG_FILE
#define LP_CONFIG_FILE "predict_config.h"
#endif
#include LP_CONFIG_FILE
#if !defined(LP_CONFIG_OPERATORS) || !defined(LP_CONFIG_NAMES)
#error "LP_MINIMAL: predict_config.h lists no operators; make it with: libpredict trim MODEL -o predict_config.h"
#endif
#define LP_PARTS_REST 0
/* Nothing unwinds through the library: the tables for it, a tenth of its size, go where strip finds them. */
#if defined(__GNUC__) && !defined(LP_PLAIN_C) && defined(__linux__) && defined(__x86_64__)
__asm__(".cfi_sections .debug_frame");
#endif
#else
#define LP_PARTS_REST 1
#endif

/* Kernels for instruction sets beyond the compiler's target, chosen at run time. */
#ifndef LP_WITH_LEVELS
#define LP_WITH_LEVELS LP_PARTS_REST
#endif
/* Blocked layouts, packed weights, Winograd's convolutions, special cases of poolings. */
#ifndef LP_WITH_FAST
#define LP_WITH_FAST LP_PARTS_REST
#endif
/* Softmax and activations in vectors of 16, where attention and recurrent networks spend much of their time. */
#ifndef LP_WITH_WIDE_FUNCTIONS
#define LP_WITH_WIDE_FUNCTIONS LP_PARTS_REST
#endif
/* Elementwise nodes in one pass over memory; equal nodes merged. */
#ifndef LP_WITH_CHAINS
#define LP_WITH_CHAINS LP_PARTS_REST
#endif
/* Element types besides float32. */
#ifndef LP_WITH_DTYPES
#define LP_WITH_DTYPES LP_PARTS_REST
#endif
/* Files of before MXNet 1.0, sparse arrays. */
#ifndef LP_WITH_OLD_FILES
#define LP_WITH_OLD_FILES LP_PARTS_REST
#endif
/* Nodes with subgraphs: loops, what other backends fused. */
#ifndef LP_WITH_SUBGRAPHS
#define LP_WITH_SUBGRAPHS LP_PARTS_REST
#endif
/* LPPredDescribe, LPPredGetNodeProfile, LPUpgradeSymbol. */
#ifndef LP_WITH_REPORTS
#define LP_WITH_REPORTS LP_PARTS_REST
#endif
/* Words of errors that damaged files, wrong attributes and shapes give. */
#ifndef LP_WITH_TEXTS
#define LP_WITH_TEXTS LP_PARTS_REST
#endif
#ifndef LP_CONFIG_ACTIVATIONS
#define LP_CONFIG_ACTIVATIONS 0xffffffffu
#endif

#endif
