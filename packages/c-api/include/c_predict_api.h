/*
 * c_predict_api.h - the contract of libpredict.
 *
 * Part one (MX*) is the C predict API of Apache MXNet 1.9.1: same names, same
 * types, same calling convention, same observable behaviour. A program that
 * was written for libmxnet_predict.so or libmxnet.so runs unchanged.
 * Part two (LP*) adds what that API lacks.
 *
 * This header is the specification, and every language binding is generated
 * from it. It compiles alone, as C11 and as C++11. It is read by a program, so
 * the comments follow a fixed form:
 *
 *   @param[in|out|inout] name {kind; owner} text        NULL is an error
 *   @param[in|out|inout] name {kind; owner; null} text  NULL is allowed; for
 *                             memory of n elements only where there are none
 *     kind    scalar            a number passed by value
 *             string            NUL-terminated UTF-8
 *             string[n]         array of n such strings
 *             array[n]          array of n elements of the C type
 *             elements[n]       array of n elements of the tensor's own element type,
 *                               whatever the C type says
 *             bytes[n]          memory of n bytes
 *             value             one element of the C type, written by the call
 *             view[n]           pointer to n elements (or bytes, for void) that
 *                               the library owns
 *             string-view       pointer to a string that the library owns
 *             handle:X          handle of kind X: predictor, model, ndlist, ndarray
 *             handle:X[n]       array of n handles
 *             struct:X          structure X, filled or read during the call
 *             callback          function of the caller's
 *             opaque            pointer that the library passes on, untouched
 *     owner   caller            the caller's memory; not kept after the call
 *             new:F             the caller gets it and releases it with F
 *             library:until     the library's memory; valid until `until`
 *             none              nothing is owned (scalars)
 *     n may name another parameter; `*name` is the value it points to after
 *     the call; `a[b]` is an element of an array parameter.
 *   @error CODE trigger         one line for each error the call can give
 *   @thread text                which calls may run at the same time; "any": with
 *                               the same handle too; "any, also while": even
 *                               while a call that is not "any" works on it
 *
 * General rules
 *   Every function returns 0 on success and -1 on failure, but for those that
 *   return text or a code. On failure nothing is written through output
 *   pointers (but for LPError structures), nothing leaks and no object changes,
 *   unless a function says otherwise.
 *   The library never aborts, never prints, never exits, and does not change
 *   the floating-point environment.
 *   Besides the errors listed with each function, every function that
 *   allocates can give LP_ERROR_MEMORY.
 *   A handle is checked for NULL and for its kind. A handle that has been
 *   freed must not be used again; C has no way to make that an error.
 *   Threads: different predictors may be used at the same time. One predictor
 *   must not be used by two threads at the same time, and neither may an
 *   NDList. A model may be used by any number of threads. The error text is
 *   kept per thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef MXNET_C_PREDICT_API_H_
#define MXNET_C_PREDICT_API_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MXNET_EXTERN_C extern "C"
#else
#define MXNET_EXTERN_C
#endif

/* Define LP_STATIC when the engine is compiled into the program. */
#ifndef MXNET_DLL
#if defined(_WIN32) && !defined(LP_STATIC)
#ifdef LP_BUILD
#define MXNET_DLL MXNET_EXTERN_C __declspec(dllexport)
#else
#define MXNET_DLL MXNET_EXTERN_C __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define MXNET_DLL MXNET_EXTERN_C __attribute__((visibility("default")))
#else
#define MXNET_DLL MXNET_EXTERN_C
#endif
#endif

/** Unsigned 32-bit integer, the name that programs of 2015 use. */
typedef uint32_t mx_uint;
/** 32-bit IEEE float, the name that programs of 2015 use. */
typedef float mx_float;
/** A predictor: a model bound to input shapes, with its own memory. */
typedef void *PredictorHandle;
/** A list of named arrays, read from a file. */
typedef void *NDListHandle;
/** One array, as a monitor callback receives it. */
typedef void *NDArrayHandle;
/** A model: graph and weights, immutable, shared by predictors. */
typedef void *LPModelHandle;

/** Element types, numbered as in MXNet's files. */
typedef enum LPDType {
  /** 32-bit IEEE float. */
  LP_FLOAT32 = 0,
  /** 64-bit IEEE float. */
  LP_FLOAT64 = 1,
  /** 16-bit IEEE float. */
  LP_FLOAT16 = 2,
  /** 8-bit unsigned integer. */
  LP_UINT8 = 3,
  /** 32-bit signed integer. */
  LP_INT32 = 4,
  /** 8-bit signed integer. */
  LP_INT8 = 5,
  /** 64-bit signed integer. */
  LP_INT64 = 6,
  /** One byte, 0 or 1. */
  LP_BOOL = 7
} LPDType;

/**
 * What went wrong. Every failure has one of these codes besides its text.
 *
 * The comment of a code has the form `meaning. Example: what gives it. Remedy: what to do.`
 */
typedef enum LPErrorCode {
  /** No call of this thread has failed yet. */
  LP_OK = 0,
  /** An argument is unusable: a NULL pointer, a negative size, a code that does not exist. Example: MXPredForward(NULL). Remedy: the text names function and parameter; pass what its description asks for. */
  LP_ERROR_ARGUMENT = 1,
  /** A handle is of another kind than the function works on. Example: MXPredFree of an NDList. Remedy: pass the handle that the text expects; it may have been freed, too. */
  LP_ERROR_HANDLE = 2,
  /** Memory could not be had, or a size does not fit the address space. Example: an input of shape (65535,65535,65535). Remedy: smaller inputs or a smaller batch, fewer predictors; the text says for what how many bytes were asked. */
  LP_ERROR_MEMORY = 3,
  /** The symbol is not valid JSON, or not a valid graph. Example: a text cut off in the middle; a node that is its own input. Remedy: the text gives line and column; export or download the file again. */
  LP_ERROR_SYMBOL = 4,
  /** The parameter or NDArray file is damaged, or belongs to another model. Example: fewer bytes than its header promises; no name that the graph knows. Remedy: download the file again; take symbol and parameters of one model. */
  LP_ERROR_PARAMS = 5,
  /** The model needs an operator, or a mode of one, that this library does not have. Example: a node of the operator Custom. Remedy: LPCheckModel lists all of them; choose outputs that do not need them (LPPredCreate), or export the model without. */
  LP_ERROR_UNSUPPORTED = 6,
  /** An operator's attribute has a value it cannot have. Example: Convolution with num_group=0. Remedy: the text names node, attribute and what is possible; mend the symbol file. */
  LP_ERROR_ATTRIBUTE = 7,
  /** Shapes contradict each other, or cannot be worked out from what is known. Example: data of shape (1,1,28,28) for weights trained on (1,3,224,224). Remedy: give the shape that the model was trained with, channels first, and shapes of all inputs; the text says which were expected and found. */
  LP_ERROR_SHAPE = 8,
  /** Element types contradict each other, or are not what the array holds. Example: LPPredGetOutput of float64 from an output that is float32. Remedy: ask for the type with LPPredGetOutputInfo or LPPredGetInputInfo; a float16 model needs types for its inputs (LPPredCreate). */
  LP_ERROR_DTYPE = 9,
  /** A name is not among the names that are valid here. Example: MXPredSetInput("input", ...) where the input is called "data". Remedy: the text lists names that are near; LPModelGetInputName tells all inputs. */
  LP_ERROR_NAME = 10,
  /** A buffer has another size than the array. Example: MXPredSetInput with 150528 elements for an input of shape (1,3,112,112). Remedy: the text says how many were expected; sizes count elements in MX functions and bytes in LP functions. */
  LP_ERROR_SIZE = 11,
  /** An index is beyond the last element. Example: MXPredGetOutput of output 1 of a model that has one output. Remedy: indices begin at 0; ask for the count first. */
  LP_ERROR_INDEX = 12,
  /** The call comes at the wrong time. Example: MXPredGetOutput before MXPredForward. Remedy: make the calls in the order that the text tells. */
  LP_ERROR_STATE = 13,
  /** A weight is neither in the parameters nor set by the caller. Example: a forward of a model that was loaded with the parameters of another epoch or network. Remedy: load the parameters that belong to the symbol, or set the weight by MXPredSetInput. */
  LP_ERROR_MISSING = 14,
  /** The device does not exist. Example: dev_type 2 (GPU). Remedy: pass dev_type 1, the CPU. */
  LP_ERROR_DEVICE = 15,
  /** A defect of libpredict itself. Example: none is known. Remedy: please report it with the text, the model's symbol file and LPGetBuildInfo(). */
  LP_ERROR_INTERNAL = 16,
  /** LPPredCancel stopped the forward. Example: LPPredCancel from another thread while MXPredForward runs. Remedy: none is needed; the next forward begins anew. */
  LP_ERROR_CANCELLED = 17,
  /** A file cannot be opened or read. Example: LPModelCreateFromFiles with the path of a directory. Remedy: the text gives path, byte and the system's reason; mend the path or the permissions, and leave the file alone while it is read. */
  LP_ERROR_FILE = 18
} LPErrorCode;

/** An error that does not depend on the thread: filled by the calls that make a handle when they fail. */
typedef struct LPError {
  /** One of LPErrorCode; LP_OK after a success. */
  int32_t code;
  /** Not used; 0. */
  uint32_t reserved;
  /** NUL-terminated UTF-8, cut off where it does not fit; empty after a success. */
  char text[2040];
} LPError;

/** Bits of LPOptions.disabled_passes: each switches one graph pass off. The results stay the same within rounding. */
typedef enum LPPass {
  /** Dropping of nodes that do nothing at inference (Dropout, identity, BlockGrad, loss heads). */
  LP_PASS_DROP = 1,
  /** Merging of nodes that compute the same. */
  LP_PASS_CSE = 2,
  /** Folding of BatchNorm into the convolution or FullyConnected before it. */
  LP_PASS_FOLD_BATCH_NORM = 4,
  /** Fusing of an activation into the node before it. */
  LP_PASS_FUSE_ACTIVATION = 8,
  /** Fusing of an addition into the convolution before it. */
  LP_PASS_FUSE_ADD = 16,
  /** Concat, slices and reshapes as views instead of copies. */
  LP_PASS_VIEW = 32,
  /** Blocked layouts (NCHWc) inside the network. */
  LP_PASS_LAYOUT = 64,
  /** Reuse of the memory of dead activations. */
  LP_PASS_REUSE = 128,
  /** Running of elementwise nodes that follow each other in one pass over memory. */
  LP_PASS_CHAIN = 256,
  /** Doing a depthwise convolution and the 1x1 convolution behind it together, band by band. */
  LP_PASS_JOIN = 512
} LPPass;

/** Values of LPOptions.memory_mode: what to save. */
typedef enum LPMemoryMode {
  /** Time: weights may be held in a second form that is faster (Winograd's, up to four times as large). */
  LP_MEMORY_FAST = 0,
  /** Memory: one copy of the weights, and no room for transforms. Convolutions of 3x3 take two to three times as long. */
  LP_MEMORY_LEAN = 1
} LPMemoryMode;

/** Options of LPPredCreate. Fill with zeros, set struct_size, then what is wanted. */
typedef struct LPOptions {
  /** sizeof(LPOptions) of the header the caller was compiled with. */
  uint32_t struct_size;
  /** Threads that one forward may use, the calling one included, at most 256. 0: what the environment variable LIBPREDICT_NUM_THREADS says; if it is not a number from 1 up, as many as processors this thread may run on, by its affinity mask and by the CPU quota of its control groups. */
  uint32_t num_threads;
  /** Bits of LPPass to switch off; 0: all passes run. */
  uint32_t disabled_passes;
  /** One of LPMemoryMode; it was called reserved and 0 in the first version. */
  uint32_t memory_mode;
} LPOptions;

/** What a predictor and its model occupy, in bytes, and how many nodes are left to run. */
typedef struct LPStats {
  /** sizeof(LPStats) of the header the caller was compiled with; set by the caller. */
  uint32_t struct_size;
  /** Nodes of the graph, variables not counted, before any pass. */
  uint32_t graph_nodes;
  /** Nodes that a forward runs. */
  uint32_t plan_nodes;
  /** Threads that a forward may use. */
  uint32_t num_threads;
  /** One copy of the model's parameters; shared by its predictors. */
  uint64_t weights_bytes;
  /** What the model holds beyond that one copy (second copies packed for kernels, padding); shared. */
  uint64_t packed_bytes;
  /** Activations, inputs and outputs of this predictor. */
  uint64_t arena_bytes;
  /** Temporary memory that kernels of this predictor use during a forward. */
  uint64_t scratch_bytes;
  /** Everything else this predictor holds (plan, names, private weights). */
  uint64_t plan_bytes;
} LPStats;

/**
 * Receives the name and the array of a tensor during a forward.
 *
 * `name` and `array` are valid during the call only; read the array with
 * LPArrayGetInfo. The callback must not call functions on the predictor that
 * is running, but for those that read an error text.
 */
typedef void (*PredMonitorCallback)(const char *name, NDArrayHandle array, void *user);

/** Gives `size` bytes (never 0) aligned to `alignment` (a power of two, at most 64), or NULL. */
typedef void *(*LPAllocateFunction)(size_t size, size_t alignment, void *user);
/** Takes back memory that the allocate function gave; `size` is the size asked for. Never called with NULL. */
typedef void (*LPReleaseFunction)(void *memory, size_t size, void *user);

/* ------------------------------------------------------------------------- */
/* Part one: the predict API of MXNet 1.9.1                                   */
/* ------------------------------------------------------------------------- */

/**
 * Returns the text of the last error of the calling thread.
 *
 * @return string-view, valid until the next failing call of the same thread;
 *   "" if none failed yet. Success does not clear it.
 * @thread any; each thread has its own text
 */
MXNET_DLL const char *MXGetLastError(void);

/**
 * Makes a predictor from a model in memory.
 *
 * Shapes of the named variables are given, all others are inferred. Any
 * variable may be named: an input, a label, a weight. A name that the model
 * does not have is ignored, as MXNet does. Every input that is neither named
 * nor can be inferred is an error; labels need not be named. Parameters that
 * the graph does not use are ignored; parameters that the file lacks are an
 * error at the first forward, not here, because the caller may still set them.
 * Element types come from the parameters; everything else is float32.
 *
 * @param[in] symbol_json_str {string; caller} The graph (`*-symbol.json`), of any age from 2015 to 1.9. It is read up to its closing brace and no byte further.
 * @param[in] param_bytes {bytes[param_size]; caller} The content of the `.params` file, any version.
 * @param[in] param_size {scalar; none} Size of param_bytes in bytes; LPModelCreate takes sizes over 2 GiB.
 * @param[in] dev_type {scalar; none} 1: CPU. Anything else is an error.
 * @param[in] dev_id {scalar; none} Ignored.
 * @param[in] num_input_nodes {scalar; none} Number of names whose shapes are given.
 * @param[in] input_keys {string[num_input_nodes]; caller; null} Names of variables; may be NULL when there are none.
 * @param[in] input_shape_indptr {array[num_input_nodes+1]; caller; null} Shape i is input_shape_data[input_shape_indptr[i]] to input_shape_data[input_shape_indptr[i+1]-1]; begins with 0 and never falls; may be NULL when there are none.
 * @param[in] input_shape_data {array[input_shape_indptr[num_input_nodes]]; caller; null} The dimensions of all shapes, one after the other; a 0 means: not known, to be inferred.
 * @param[out] out {handle:predictor; new:MXPredFree} The predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT symbol_json_str, param_bytes or out is NULL; param_size is negative; num_input_nodes is not 0 and one of its arrays is NULL; input_shape_indptr falls
 * @error LP_ERROR_DEVICE dev_type is not 1
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_PARAMS the parameters are damaged, or not a list of named arrays
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have; the text names each with its node
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @error LP_ERROR_SHAPE shapes contradict each other or are not sufficient
 * @error LP_ERROR_DTYPE element types contradict each other
 * @thread any
 */
MXNET_DLL int MXPredCreate(const char *symbol_json_str, const void *param_bytes, int param_size,
                           int dev_type, int dev_id, uint32_t num_input_nodes,
                           const char **input_keys, const uint32_t *input_shape_indptr,
                           const uint32_t *input_shape_data, PredictorHandle *out);

/**
 * Makes a predictor and gives element types of inputs.
 *
 * As MXPredCreate. The types of names that the parameters determine are not
 * overridden, and names that the model does not have are ignored.
 *
 * @param[in] symbol_json_str {string; caller} As in MXPredCreate.
 * @param[in] param_bytes {bytes[param_size]; caller} As in MXPredCreate.
 * @param[in] param_size {scalar; none} As in MXPredCreate.
 * @param[in] dev_type {scalar; none} As in MXPredCreate.
 * @param[in] dev_id {scalar; none} As in MXPredCreate.
 * @param[in] num_input_nodes {scalar; none} As in MXPredCreate.
 * @param[in] input_keys {string[num_input_nodes]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_indptr {array[num_input_nodes+1]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_data {array[input_shape_indptr[num_input_nodes]]; caller; null} As in MXPredCreate.
 * @param[in] num_provided_arg_dtypes {scalar; none} Number of names whose types are given.
 * @param[in] provided_arg_dtype_names {string[num_provided_arg_dtypes]; caller; null} Names of variables; may be NULL when there are none.
 * @param[in] provided_arg_dtypes {array[num_provided_arg_dtypes]; caller; null} Their types, each one of LPDType; may be NULL when there are none.
 * @param[out] out {handle:predictor; new:MXPredFree} The predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT as MXPredCreate; or a type is not one of LPDType
 * @error LP_ERROR_DEVICE dev_type is not 1
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_PARAMS the parameters are damaged
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @error LP_ERROR_SHAPE shapes contradict each other or are not sufficient
 * @error LP_ERROR_DTYPE element types contradict each other
 * @thread any
 */
MXNET_DLL int MXPredCreateEx(const char *symbol_json_str, const void *param_bytes, int param_size,
                             int dev_type, int dev_id, uint32_t num_input_nodes,
                             const char **input_keys, const uint32_t *input_shape_indptr,
                             const uint32_t *input_shape_data, uint32_t num_provided_arg_dtypes,
                             const char **provided_arg_dtype_names, const int *provided_arg_dtypes,
                             PredictorHandle *out);

/**
 * Makes a predictor whose outputs are chosen internal outputs of the graph.
 *
 * A key `k` means the internal output `k_output`; where there is none, the
 * internal output or variable called `k` itself. The predictor has exactly
 * these outputs, in this order, repeats allowed; what they do not need is not
 * computed, and its inputs vanish. No key at all means the whole graph.
 *
 * @param[in] symbol_json_str {string; caller} As in MXPredCreate.
 * @param[in] param_bytes {bytes[param_size]; caller} As in MXPredCreate.
 * @param[in] param_size {scalar; none} As in MXPredCreate.
 * @param[in] dev_type {scalar; none} As in MXPredCreate.
 * @param[in] dev_id {scalar; none} As in MXPredCreate.
 * @param[in] num_input_nodes {scalar; none} As in MXPredCreate.
 * @param[in] input_keys {string[num_input_nodes]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_indptr {array[num_input_nodes+1]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_data {array[input_shape_indptr[num_input_nodes]]; caller; null} As in MXPredCreate.
 * @param[in] num_output_nodes {scalar; none} Number of output keys.
 * @param[in] output_keys {string[num_output_nodes]; caller; null} Names of nodes; may be NULL when there are none.
 * @param[out] out {handle:predictor; new:MXPredFree} The predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT as MXPredCreate
 * @error LP_ERROR_DEVICE dev_type is not 1
 * @error LP_ERROR_NAME an output key names nothing; the text lists names that are near
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_PARAMS the parameters are damaged
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @error LP_ERROR_SHAPE shapes contradict each other or are not sufficient
 * @error LP_ERROR_DTYPE element types contradict each other
 * @thread any
 */
MXNET_DLL int MXPredCreatePartialOut(const char *symbol_json_str, const void *param_bytes,
                                     int param_size, int dev_type, int dev_id,
                                     uint32_t num_input_nodes, const char **input_keys,
                                     const uint32_t *input_shape_indptr,
                                     const uint32_t *input_shape_data, uint32_t num_output_nodes,
                                     const char **output_keys, PredictorHandle *out);

/**
 * Makes several predictors that share one copy of the weights.
 *
 * Each has inputs, activations and outputs of its own and may run on a thread
 * of its own. Either all are made or none.
 *
 * @param[in] symbol_json_str {string; caller} As in MXPredCreate.
 * @param[in] param_bytes {bytes[param_size]; caller} As in MXPredCreate.
 * @param[in] param_size {scalar; none} As in MXPredCreate.
 * @param[in] dev_type {scalar; none} As in MXPredCreate.
 * @param[in] dev_id {scalar; none} As in MXPredCreate.
 * @param[in] num_input_nodes {scalar; none} As in MXPredCreate.
 * @param[in] input_keys {string[num_input_nodes]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_indptr {array[num_input_nodes+1]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_data {array[input_shape_indptr[num_input_nodes]]; caller; null} As in MXPredCreate.
 * @param[in] num_threads {scalar; none} How many predictors to make; at least 1.
 * @param[out] out {handle:predictor[num_threads]; new:MXPredFree} The predictors, each to be freed.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT as MXPredCreate; or num_threads is below 1
 * @error LP_ERROR_DEVICE dev_type is not 1
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_PARAMS the parameters are damaged
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @error LP_ERROR_SHAPE shapes contradict each other or are not sufficient
 * @error LP_ERROR_DTYPE element types contradict each other
 * @thread any
 */
MXNET_DLL int MXPredCreateMultiThread(const char *symbol_json_str, const void *param_bytes,
                                      int param_size, int dev_type, int dev_id,
                                      uint32_t num_input_nodes, const char **input_keys,
                                      const uint32_t *input_shape_indptr,
                                      const uint32_t *input_shape_data, int num_threads,
                                      PredictorHandle *out);

/**
 * Makes a new predictor with other input shapes, sharing the weights of an old one.
 *
 * The old predictor stays usable and unchanged; both are freed on their own.
 * Inputs that are not named keep the shapes they were given before. Arguments
 * without a loaded parameter (inputs, labels, states) may change their size;
 * a parameter may not. The content of inputs is not carried over; weights that
 * were set by name are. Element types, chosen outputs and options are kept; a
 * monitor callback is not.
 *
 * @param[in] num_input_nodes {scalar; none} Number of names whose shapes are given.
 * @param[in] input_keys {string[num_input_nodes]; caller; null} Names of variables; unknown ones are ignored; may be NULL when there are none.
 * @param[in] input_shape_indptr {array[num_input_nodes+1]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_data {array[input_shape_indptr[num_input_nodes]]; caller; null} As in MXPredCreate.
 * @param[in] handle {handle:predictor; caller} The old predictor.
 * @param[out] out {handle:predictor; new:MXPredFree} The new predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT handle or out is NULL, or the arrays are unusable as in MXPredCreate
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_SHAPE shapes contradict each other, are not sufficient, or change the size of a parameter
 * @thread not at the same time as another call on the old predictor
 */
MXNET_DLL int MXPredReshape(uint32_t num_input_nodes, const char **input_keys,
                            const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                            PredictorHandle handle, PredictorHandle *out);

/**
 * Tells the shape of an output. Valid before any forward.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[out] shape_data {view[*shape_ndim]; library:next MXPredGetOutputShape of this predictor, or MXPredFree} The dimensions.
 * @param[out] shape_ndim {value; caller} Number of dimensions.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs
 * @error LP_ERROR_SIZE a dimension does not fit 32 bits
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredGetOutputShape(PredictorHandle handle, uint32_t index, uint32_t **shape_data,
                                   uint32_t *shape_ndim);

/**
 * Tells the element type of an output.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] out_index {scalar; none} Index of the output, from 0.
 * @param[out] out_dtype {value; caller} One of LPDType. MXNet writes element out_index of an array here; this library writes the one integer.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredGetOutputType(PredictorHandle handle, uint32_t out_index, int *out_dtype);

/**
 * Copies data into an input.
 *
 * Any argument may be set by its name, weights included (auxiliary states such
 * as a BatchNorm's moving mean not). A weight that is set becomes this
 * predictor's own. The data stay until they are set again.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] key {string; caller} Name of the argument.
 * @param[in] data {elements[size]; caller} The elements, row-major, in the element type of the argument (for a uint8 input: bytes).
 * @param[in] size {scalar; none} Number of elements; exactly that of the argument.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_NAME there is no such argument ("cannot find input key")
 * @error LP_ERROR_SIZE size is not the number of elements ("Memory size do not match")
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredSetInput(PredictorHandle handle, const char *key, const float *data,
                             uint32_t size);

/**
 * Computes all outputs from the inputs. Runs until they are there.
 *
 * Inputs that were never set are zeros. After a failure the outputs are
 * undefined and the predictor can be used again.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT handle is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_MISSING a weight is neither in the parameters nor was it set; the text names it
 * @error LP_ERROR_UNSUPPORTED the values of the inputs ask for something an operator cannot do
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredForward(PredictorHandle handle);

/**
 * Computes one step of a forward.
 *
 * Call with step = 0, 1, 2, ... until *step_left is 0; then the outputs are
 * valid. The number of steps is at least 1 and fixed for a predictor. A step
 * beyond the last, or negative, does nothing and gives *step_left = 0.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] step {scalar; none} The step, from 0.
 * @param[out] step_left {value; caller} Steps that remain after this one.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_MISSING as MXPredForward
 * @error LP_ERROR_UNSUPPORTED as MXPredForward
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredPartialForward(PredictorHandle handle, int step, int *step_left);

/**
 * Copies an output.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[out] data {elements[size]; caller} Receives the elements, row-major, in the element type of the output.
 * @param[in] size {scalar; none} Number of elements; exactly that of the output.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs ("Output index out of range")
 * @error LP_ERROR_SIZE size is not the number of elements ("Memory size do not match")
 * @error LP_ERROR_STATE no forward has been completed yet
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredGetOutput(PredictorHandle handle, uint32_t index, float *data, uint32_t size);

/**
 * Frees a predictor. Its model lives on while other predictors use it.
 *
 * @param[in] handle {handle:predictor; caller; null} The predictor; NULL does nothing.
 * @return 0 or -1
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread not at the same time as another call on the predictor
 */
MXNET_DLL int MXPredFree(PredictorHandle handle);

/**
 * Has a function called with every tensor of each later forward.
 *
 * In execution order, on the thread that calls the forward: with monitor_all,
 * before a node runs, each of its inputs (first under the name of the variable
 * that feeds it, if one does, then as `<node>_<input>`); after it ran, each of
 * its outputs, hidden ones included, as `<node>_<output>`. The predictor then
 * runs every node of the graph by itself, which is slower.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] callback {callback; caller; null} The function; NULL takes it away. It must stay callable until it is taken away or the predictor is freed.
 * @param[in] callback_handle {opaque; caller; null} Passed to the function as `user`.
 * @param[in] monitor_all {scalar; none} true: inputs too; false: outputs only.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT handle is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int MXPredSetMonitorCallback(PredictorHandle handle, PredMonitorCallback callback,
                                       void *callback_handle, bool monitor_all);

/**
 * Reads a list of arrays (for instance a mean image) from the content of a file.
 *
 * Arrays of every element type are converted to float32. Names are kept as
 * they are, prefixes included; a file without names gives empty names.
 *
 * @param[in] nd_file_bytes {bytes[nd_file_size]; caller} The content of the file.
 * @param[in] nd_file_size {scalar; none} Its size in bytes.
 * @param[out] out {handle:ndlist; new:MXNDListFree} The list.
 * @param[out] out_length {value; caller} Number of arrays.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL, or the size is negative
 * @error LP_ERROR_PARAMS the file is damaged
 * @thread any
 */
MXNET_DLL int MXNDListCreate(const char *nd_file_bytes, int nd_file_size, NDListHandle *out,
                             uint32_t *out_length);

/**
 * Reads one array of a list.
 *
 * @param[in] handle {handle:ndlist; caller} The list.
 * @param[in] index {scalar; none} Index of the array, from 0.
 * @param[out] out_key {string-view; library:MXNDListFree} Its name.
 * @param[out] out_data {view[product(*out_shape)]; library:MXNDListFree} Its elements, row-major.
 * @param[out] out_shape {view[*out_ndim]; library:next MXNDListGet of this list, or MXNDListFree} Its dimensions.
 * @param[out] out_ndim {value; caller} Number of dimensions.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not an NDList
 * @error LP_ERROR_INDEX there are not so many arrays ("Index out of range")
 * @thread one call at a time on a list
 */
MXNET_DLL int MXNDListGet(NDListHandle handle, uint32_t index, const char **out_key,
                          const float **out_data, const uint32_t **out_shape, uint32_t *out_ndim);

/**
 * Frees a list.
 *
 * @param[in] handle {handle:ndlist; caller; null} The list; NULL does nothing.
 * @return 0 or -1
 * @error LP_ERROR_HANDLE handle is not an NDList
 * @thread not at the same time as another call on the list
 */
MXNET_DLL int MXNDListFree(NDListHandle handle);

/* ------------------------------------------------------------------------- */
/* Part two: additions of libpredict                                          */
/* ------------------------------------------------------------------------- */

/**
 * Tells the version of the library.
 *
 * @return string-view, such as "0.1.0"; lives as long as the library
 * @thread any
 */
MXNET_DLL const char *LPGetVersion(void);

/**
 * Tells how the library was built and what it uses on this machine.
 *
 * `version`; `source`: the first 16 hexadecimal digits of the SHA-256 of its
 * source files, the same that stands in full at the head of the single file
 * predict.c, or "unknown" if the build did not say; `isa`: the instruction set
 * of the kernels (base, avx2, avx512; neon on arm64; simd128, relaxed-simd in
 * WebAssembly); `vectors`, `threads`, `blas`: whether it
 * was compiled with them; `cpus`: threads that a predictor made now by this
 * thread would have by default (see LPOptions). Readers pass over keys that
 * they do not know.
 *
 * @return string-view of `key=value` pairs with one space between them, such
 *   as "version=0.1.0 source=0123456789abcdef isa=avx2 vectors=yes threads=yes
 *   blas=no cpus=8"; valid until the next call of this function by the same
 *   thread, or the end of the thread
 * @thread any, while none changes the environment; each thread has its own text
 */
MXNET_DLL const char *LPGetBuildInfo(void);

/**
 * Tells the code of the last error of the calling thread.
 *
 * @return One of LPErrorCode; it belongs to the text of MXGetLastError.
 * @thread any; each thread has its own code
 */
MXNET_DLL int LPGetErrorCode(void);

/**
 * Sets the functions that all memory of the library comes from.
 *
 * Both NULL: back to the standard ones.
 *
 * @param[in] allocate {callback; caller; null} Gives memory; must stay callable as long as the library is used.
 * @param[in] release {callback; caller; null} Takes it back.
 * @param[in] user {opaque; caller; null} Passed to both.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT one function is NULL and the other is not
 * @error LP_ERROR_STATE objects of the library are alive
 * @thread not at the same time as any other call
 */
MXNET_DLL int LPSetAllocator(LPAllocateFunction allocate, LPReleaseFunction release, void *user);

/**
 * Lists the names of all operators that the library has, aliases included.
 *
 * @param[out] list {bytes[list_capacity]; caller; null} Receives the names in byte order, each ended by a newline, and a NUL; cut off at list_capacity. May be NULL when list_capacity is 0.
 * @param[in] list_capacity {scalar; none} Size of list in bytes.
 * @param[out] list_size {value; caller} Size of the whole text in bytes, the NUL included.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT list_size is NULL, or list is NULL and list_capacity is not 0
 * @thread any
 */
MXNET_DLL int LPListOperators(char *list, size_t list_capacity, size_t *list_size);

/**
 * Says all at once what stands in the way of running a model.
 *
 * The report is JSON: {"errors": [...], "warnings": [...], "weights": [...]}.
 * Each error or warning has "code" (of LPErrorCode, as a number), "node", "op",
 * "text" and, where one is known, "remedy", what to do. Errors: operators and
 * modes that are not supported, bad attribute values. Warnings: attributes that
 * are not known and are ignored. Weights: names of the variables that must come
 * from a parameter file or be set.
 *
 * @param[in] symbol_json {bytes[symbol_json_size]; caller} The graph.
 * @param[in] symbol_json_size {scalar; none} Its size in bytes; a NUL byte ends it early.
 * @param[out] report {bytes[report_capacity]; caller; null} Receives the report and a NUL; cut off at report_capacity. May be NULL when report_capacity is 0.
 * @param[in] report_capacity {scalar; none} Size of report in bytes.
 * @param[out] report_size {value; caller} Size of the whole report in bytes, the NUL included.
 * @param[out] num_errors {value; caller} Number of errors; 0: the model can be run.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (report may be when report_capacity is 0)
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @thread any
 */
MXNET_DLL int LPCheckModel(const char *symbol_json, size_t symbol_json_size, char *report,
                           size_t report_capacity, size_t *report_size, uint32_t *num_errors);

/**
 * Writes a graph of any age as MXNet 1.9.1 writes it.
 *
 * The text is a symbol file that means the same to a reader of today: the
 * operators' own names instead of aliases, `param` and `attr` merged into
 * `attrs`, inputs that the file leaves out as variables, nodes that no output
 * needs dropped, variables of one name made one, user attributes hidden
 * (`lr_mult` is `__lr_mult__`, `weight_lr_mult` goes to the weight). Rules of
 * 2015 and 2016 are spelled out: BatchNorm that uses gamma gets
 * fix_gamma=False, argmax over the whole array loses axis=-1, Pooling gets its
 * pooling_convention, and becomes Pooling_v1 where only that treats padding
 * and averages at borders as the file's time did. How a Pooling rounds that
 * does not say so is read off the other nodes of the file; a predictor may
 * find, by its shapes, that it was the other way. Attributes that no operator
 * knows stay; attributes of the graph but the version and is_np_shape go, and
 * so does the order among nodes that do not depend on each other
 * (`control_deps`). Written again, the text stays as it is.
 *
 * @param[in] symbol_json {bytes[symbol_json_size]; caller} The graph.
 * @param[in] symbol_json_size {scalar; none} Its size in bytes; a NUL byte ends it early.
 * @param[out] text {bytes[text_capacity]; caller; null} Receives the file's text and a NUL; cut off at text_capacity. May be NULL when text_capacity is 0.
 * @param[in] text_capacity {scalar; none} Size of text in bytes.
 * @param[out] text_size {value; caller} Size of the whole text in bytes, the NUL included.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (text may be when text_capacity is 0)
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have, or a Pooling of 2015 or 2016 that no operator of today equals
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @thread any
 */
MXNET_DLL int LPUpgradeSymbol(const char *symbol_json, size_t symbol_json_size, char *text,
                              size_t text_capacity, size_t *text_size);

/**
 * Makes a model: reads graph and parameters once, for any number of predictors.
 *
 * @param[in] symbol_json {bytes[symbol_json_size]; caller} The graph (`*-symbol.json`); needs no NUL.
 * @param[in] symbol_json_size {scalar; none} Its size in bytes; a NUL byte ends it early.
 * @param[in] params {bytes[params_size]; caller; null} The content of the `.params` file; NULL with size 0: no parameters.
 * @param[in] params_size {scalar; none} Its size in bytes.
 * @param[out] error {struct:LPError; caller; null} Receives the error, on any thread; may be NULL.
 * @param[out] out {handle:model; new:LPModelFree} The model, with one reference.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT symbol_json or out is NULL; params is NULL and params_size is not 0
 * @error LP_ERROR_SYMBOL the symbol is damaged
 * @error LP_ERROR_PARAMS the parameters are damaged, or none of them has a name that the graph knows
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have; the text names each with its node
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @thread any
 */
MXNET_DLL int LPModelCreate(const char *symbol_json, size_t symbol_json_size, const void *params,
                            size_t params_size, LPError *error, LPModelHandle *out);

/**
 * Makes a model from files: as LPModelCreate, without their bytes in memory.
 *
 * Each array is read from the file straight to where the model keeps it, so
 * that there is one copy of the parameters from the beginning. The files are
 * closed when the call returns. They must not change meanwhile: what is read
 * is checked as it comes, but which state of a changing file is seen is not
 * known. What cannot tell its size, such as a pipe, is first read into memory.
 * Every error text begins with the path, of a long one with its end.
 *
 * @param[in] symbol_path {string; caller} Path of the graph (`*-symbol.json`): UTF-8 on Windows, elsewhere as the C library's fopen takes it.
 * @param[in] params_path {string; caller; null} Path of the `.params` file, likewise; NULL: no parameters.
 * @param[out] error {struct:LPError; caller; null} Receives the error, on any thread; may be NULL.
 * @param[out] out {handle:model; new:LPModelFree} The model, with one reference.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT symbol_path or out is NULL
 * @error LP_ERROR_FILE a file cannot be opened or read, is a directory, or has changed while it was read
 * @error LP_ERROR_SYMBOL the symbol is damaged or empty
 * @error LP_ERROR_PARAMS the parameters are damaged or empty, or none of them has a name that the graph knows
 * @error LP_ERROR_UNSUPPORTED the graph has operators that the library does not have; the text names each with its node
 * @error LP_ERROR_ATTRIBUTE an attribute has an impossible value
 * @thread any
 */
MXNET_DLL int LPModelCreateFromFiles(const char *symbol_path, const char *params_path,
                                     LPError *error, LPModelHandle *out);

/**
 * Adds a reference to a model.
 *
 * @param[in] model {handle:model; caller} The model.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT model is NULL
 * @error LP_ERROR_HANDLE model is not a model
 * @thread any
 */
MXNET_DLL int LPModelRetain(LPModelHandle model);

/**
 * Gives a reference to a model back; the last one frees it. Predictors hold references of their own.
 *
 * @param[in] model {handle:model; caller; null} The model; NULL does nothing.
 * @return 0 or -1
 * @error LP_ERROR_HANDLE model is not a model
 * @thread any
 */
MXNET_DLL int LPModelFree(LPModelHandle model);

/**
 * Counts the inputs of a model: arguments that the parameters do not hold, labels excepted.
 *
 * @param[in] model {handle:model; caller} The model.
 * @param[out] count {value; caller} Number of inputs.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE model is not a model
 * @thread any
 */
MXNET_DLL int LPModelGetInputCount(LPModelHandle model, uint32_t *count);

/**
 * Tells the name of an input of a model.
 *
 * @param[in] model {handle:model; caller} The model.
 * @param[in] index {scalar; none} Index of the input, from 0, in the order of the graph.
 * @param[out] name {string-view; library:LPModelFree} Its name.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE model is not a model
 * @error LP_ERROR_INDEX there are not so many inputs
 * @thread any
 */
MXNET_DLL int LPModelGetInputName(LPModelHandle model, uint32_t index, const char **name);

/**
 * Counts the outputs of a model.
 *
 * @param[in] model {handle:model; caller} The model.
 * @param[out] count {value; caller} Number of outputs.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE model is not a model
 * @thread any
 */
MXNET_DLL int LPModelGetOutputCount(LPModelHandle model, uint32_t *count);

/**
 * Tells the name of an output of a model, such as "softmax_output".
 *
 * @param[in] model {handle:model; caller} The model.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[out] name {string-view; library:LPModelFree} Its name.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE model is not a model
 * @error LP_ERROR_INDEX there are not so many outputs
 * @thread any
 */
MXNET_DLL int LPModelGetOutputName(LPModelHandle model, uint32_t index, const char **name);

/**
 * Makes a predictor of a model.
 *
 * Takes what MXPredCreate, MXPredCreateEx and MXPredCreatePartialOut take
 * together, but a name that the model does not have is an error.
 *
 * @param[in] model {handle:model; caller} The model; the predictor holds a reference of its own.
 * @param[in] num_inputs {scalar; none} Number of names whose shapes are given.
 * @param[in] input_keys {string[num_inputs]; caller; null} Names of variables; may be NULL when there are none.
 * @param[in] input_shape_indptr {array[num_inputs+1]; caller; null} As in MXPredCreate.
 * @param[in] input_shape_data {array[input_shape_indptr[num_inputs]]; caller; null} As in MXPredCreate.
 * @param[in] num_dtypes {scalar; none} Number of names whose types are given.
 * @param[in] dtype_keys {string[num_dtypes]; caller; null} Names of variables; may be NULL when there are none.
 * @param[in] dtypes {array[num_dtypes]; caller; null} Their types, each one of LPDType; may be NULL when there are none.
 * @param[in] num_outputs {scalar; none} Number of output keys; 0: the outputs of the graph.
 * @param[in] output_keys {string[num_outputs]; caller; null} Names as in MXPredCreatePartialOut; a full output name such as `fc_output` works too; may be NULL when there are none.
 * @param[in] options {struct:LPOptions; caller; null} Options; NULL: defaults.
 * @param[out] error {struct:LPError; caller; null} Receives the error, on any thread; may be NULL.
 * @param[out] out {handle:predictor; new:MXPredFree} The predictor.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT model or out is NULL; an array is NULL or unusable as in MXPredCreate; a type is not one of LPDType; options are of an unknown size or hold an impossible value
 * @error LP_ERROR_HANDLE model is not a model
 * @error LP_ERROR_NAME a name is not in the model; the text lists names that are near
 * @error LP_ERROR_SHAPE shapes contradict each other or are not sufficient
 * @error LP_ERROR_DTYPE element types contradict each other
 * @error LP_ERROR_UNSUPPORTED an operator cannot work on these shapes or types
 * @thread any
 */
MXNET_DLL int LPPredCreate(LPModelHandle model, uint32_t num_inputs, const char **input_keys,
                           const uint32_t *input_shape_indptr, const uint32_t *input_shape_data,
                           uint32_t num_dtypes, const char **dtype_keys, const int *dtypes,
                           uint32_t num_outputs, const char **output_keys,
                           const LPOptions *options, LPError *error, PredictorHandle *out);

/**
 * Tells the text of the last error of a predictor.
 *
 * Unlike MXGetLastError it does not depend on the thread.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @return string-view, valid until the next failing call on the predictor or
 *   MXPredFree; "" if none failed yet; NULL if handle is no predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL const char *LPPredGetLastError(PredictorHandle handle);

/**
 * Tells the code of the last error of a predictor.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @return One of LPErrorCode; LP_OK if no call on it failed yet;
 *   LP_ERROR_HANDLE if handle is no predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetErrorCode(PredictorHandle handle);

/**
 * Counts the inputs of a predictor: arguments that the parameters do not hold, labels excepted.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[out] count {value; caller} Number of inputs.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetInputCount(PredictorHandle handle, uint32_t *count);

/**
 * Tells name, element type and shape of an input.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the input, from 0, in the order of the graph.
 * @param[out] name {string-view; library:MXPredFree} Its name.
 * @param[out] dtype {value; caller} One of LPDType.
 * @param[out] dims {view[*ndim]; library:MXPredFree} Its dimensions.
 * @param[out] ndim {value; caller} Number of dimensions.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many inputs
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetInputInfo(PredictorHandle handle, uint32_t index, const char **name,
                                 int *dtype, const int64_t **dims, uint32_t *ndim);

/**
 * Counts the outputs of a predictor.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[out] count {value; caller} Number of outputs.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetOutputCount(PredictorHandle handle, uint32_t *count);

/**
 * Tells name, element type and shape of an output. Valid before any forward.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[out] name {string-view; library:MXPredFree} Its name, such as "softmax_output".
 * @param[out] dtype {value; caller} One of LPDType.
 * @param[out] dims {view[*ndim]; library:MXPredFree} Its dimensions.
 * @param[out] ndim {value; caller} Number of dimensions.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetOutputInfo(PredictorHandle handle, uint32_t index, const char **name,
                                  int *dtype, const int64_t **dims, uint32_t *ndim);

/**
 * Copies data of a stated element type into an argument.
 *
 * As MXPredSetInput, with type and size checked. Nothing is converted.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] key {string; caller} Name of the argument.
 * @param[in] dtype {scalar; none} Element type of data, one of LPDType; must be that of the argument.
 * @param[in] data {bytes[size_bytes]; caller; null} The elements, row-major.
 * @param[in] size_bytes {scalar; none} Size of data in bytes; exactly that of the argument.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (data may be when size_bytes is 0), or dtype is not one of LPDType
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_NAME there is no such argument; the text lists names that are near
 * @error LP_ERROR_DTYPE the argument has another element type
 * @error LP_ERROR_SIZE the argument has another size
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredSetInput(PredictorHandle handle, const char *key, int dtype, const void *data,
                             size_t size_bytes);

/**
 * Copies an output of a stated element type.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[in] dtype {scalar; none} Element type expected, one of LPDType; must be that of the output.
 * @param[out] data {bytes[size_bytes]; caller; null} Receives the elements, row-major.
 * @param[in] size_bytes {scalar; none} Size of data in bytes; exactly that of the output.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (data may be when size_bytes is 0), or dtype is not one of LPDType
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs
 * @error LP_ERROR_DTYPE the output has another element type
 * @error LP_ERROR_SIZE the output has another size
 * @error LP_ERROR_STATE no forward has been completed yet
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetOutput(PredictorHandle handle, uint32_t index, int dtype, void *data,
                              size_t size_bytes);

/**
 * Gives read access to an output without a copy.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] index {scalar; none} Index of the output, from 0.
 * @param[out] data {view[*size_bytes]; library:next forward of this predictor, or MXPredFree} The elements, row-major, in the element type of the output.
 * @param[out] size_bytes {value; caller} Size in bytes.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_INDEX there are not so many outputs
 * @error LP_ERROR_STATE no forward has been completed yet
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetOutputData(PredictorHandle handle, uint32_t index, const void **data,
                                  size_t *size_bytes);

/**
 * Tells what a predictor occupies.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[inout] stats {struct:LPStats; caller} Set struct_size before the call; the rest is filled.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL, or struct_size is of no known version
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetStats(PredictorHandle handle, LPStats *stats);

/**
 * Stops the forward that runs on a predictor.
 *
 * The one function that may be called while another call works on the same
 * predictor. MXPredForward ends before the next node and fails with
 * LP_ERROR_CANCELLED; the next forward begins anew, with the inputs that were
 * set. While no MXPredForward runs, it does nothing: a caller that cannot know
 * whether the forward has begun yet calls again until the forward has returned.
 * Steps of MXPredPartialForward are not stopped; make no further ones.
 *
 * @param[in] handle {handle:predictor; caller} The predictor; it must not be freed meanwhile.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT handle is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread any, also while a call on the predictor runs
 */
MXNET_DLL int LPPredCancel(PredictorHandle handle);

/**
 * Begins or ends the measuring of each node's time.
 *
 * Measures from the next MXPredForward on; what was measured before is
 * forgotten. It is off in a new predictor, and costs nothing then; on, about 50
 * nanoseconds a node. Steps of MXPredPartialForward are not measured. What
 * makes a new plan (a weight that is set, a monitor that comes or goes) begins
 * anew.
 *
 * @param[in] handle {handle:predictor; caller} The predictor.
 * @param[in] enable {scalar; none} 0: end and forget; anything else: begin.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT handle is NULL
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_MEMORY no memory
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredSetProfiling(PredictorHandle handle, int enable);

/**
 * Tells what each node took, as JSON.
 *
 * {"runs": n, "total_ns": n, "nodes": [...]}: whole forwards that were
 * measured, the sum of their nodes' mean times, and the nodes as they are run,
 * fused and in order, each with
 *   "name":       of the last node that was fused into it
 *   "op":         the operator; "to_layout" and "to_dtype" are conversions
 *                 that no node of the model stands for
 *   "algorithm":  how it is done
 *   "min_ns", "mean_ns": nanoseconds of one run, the least and the mean
 *   "share":      of the sum of the mean times, 0 to 1
 *   "multiply_adds": as in LPPredDescribe
 *   "bytes":      of its inputs, weights and outputs, each once
 *
 * @param[in] handle {handle:predictor; caller} The predictor; it is not changed.
 * @param[out] report {bytes[report_capacity]; caller; null} Receives the report and a NUL; cut off at report_capacity. May be NULL when report_capacity is 0.
 * @param[in] report_capacity {scalar; none} Size of report in bytes.
 * @param[out] report_size {value; caller} Size of the whole report in bytes, the NUL included.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (report may be when report_capacity is 0)
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @error LP_ERROR_MEMORY no memory
 * @error LP_ERROR_STATE nothing was measured: LPPredSetProfiling and a forward come first
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredGetNodeProfile(PredictorHandle handle, char *report, size_t report_capacity,
                                   size_t *report_size);

/**
 * Describes a predictor's graph as JSON: nodes, shapes, parameters, costs.
 *
 * {"nodes": [...], "heads": [[node, output], ...]}: the nodes that the
 * outputs of this predictor need, variables included, in execution order, as
 * the model has them: before any pass drops or fuses some. Each node has
 *   "name", "op": the operator's own name where the file uses an alias;
 *                 "null" for a variable
 *   "attrs":      attributes that the file gives, as texts, and those that a
 *                 rule for old files adds
 *   "inputs":     [[node, output], ...]; node is a position in "nodes"
 *   "outputs":    [{"name", "dtype", "shape"}, ...]; hidden outputs are not
 *                 among them
 *   "parameters", "parameter_bytes": elements and bytes of the variables it
 *                 reads that are the model's: held by the parameter file, or
 *                 weights and states missing there. A variable counts once, at
 *                 the first node that reads it (at itself if it is a head), so
 *                 that sums over nodes are sums over the model
 *   "multiply_adds": products summed up in one forward; biases not counted:
 *                 Convolution     N F Yo Xo (C / groups) Ky Kx
 *                 Deconvolution   N C Yi Xi (F / groups) Ky Kx
 *                 FullyConnected  N K F
 *                 matrix products rows times columns times depth, attention's
 *                 and the int8 forms of these alike, deformable convolutions as
 *                 plain ones; RNN the products of all steps, layers and
 *                 directions; Correlation elements of the output times C K K
 *                 with N images, C channels in, F filters or num_hidden, K
 *                 elements of an image (Correlation: kernel_size), o: out, i:
 *                 in; every other operator 0
 * and, if it is a variable and so, "input": true (one of the predictor's
 * inputs), "label": true, "state": true (auxiliary), "missing": true (a weight
 * or state that is neither in the parameters nor set yet). Names and texts have
 * the bytes of the symbol file: where that is not UTF-8, the report is not.
 *
 * @param[in] handle {handle:predictor; caller} The predictor; it is not changed.
 * @param[out] report {bytes[report_capacity]; caller; null} Receives the report and a NUL; cut off at report_capacity. May be NULL when report_capacity is 0.
 * @param[in] report_capacity {scalar; none} Size of report in bytes.
 * @param[out] report_size {value; caller} Size of the whole report in bytes, the NUL included.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL (report may be when report_capacity is 0)
 * @error LP_ERROR_HANDLE handle is not a predictor
 * @thread one call at a time on a predictor
 */
MXNET_DLL int LPPredDescribe(PredictorHandle handle, char *report, size_t report_capacity,
                             size_t *report_size);

/**
 * Reads the array that a monitor callback was handed.
 *
 * @param[in] array {handle:ndarray; caller} The array.
 * @param[out] dtype {value; caller} One of LPDType.
 * @param[out] dims {view[*ndim]; library:return of the callback} Its dimensions.
 * @param[out] ndim {value; caller} Number of dimensions.
 * @param[out] data {view[*size_bytes]; library:return of the callback} Its elements, row-major.
 * @param[out] size_bytes {value; caller} Size of the elements in bytes.
 * @return 0 or -1
 * @error LP_ERROR_ARGUMENT a pointer is NULL
 * @error LP_ERROR_HANDLE array is not such an array
 * @thread the thread of the callback
 */
MXNET_DLL int LPArrayGetInfo(NDArrayHandle array, int *dtype, const int64_t **dims,
                             uint32_t *ndim, const void **data, size_t *size_bytes);

#endif /* MXNET_C_PREDICT_API_H_ */
