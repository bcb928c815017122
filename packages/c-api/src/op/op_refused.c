/* op_refused.c - see op_refused.h. docs/operators.md is made from it. */
#include "op_refused.h"

#include <string.h>

/* Of each refusal its names, reason and remedy, with a NUL behind each: without pointers there is nothing to relocate. */
static const char op_refused_table[] =
    "Custom _npi_Custom _Native _NDArray _CustomFunction\0"
    "it calls code of the program that made the model, which no file holds\0"
    "choose an output before it, or export the network with built-in operators in its place\0"
    "_CachedOp*\0"
    "it stands for a graph in the memory of the program that made the model\0"
    "export the network again with HybridBlock.export\0"
    "_TensorRT\0"
    "it holds a network that was compiled for NVIDIA's TensorRT\0"
    "export the network without partitioning it for TensorRT\0"
    "_while_loop _cond\0"
    "whether its parts run depends on the data\0"
    "export the network with its loops unrolled, or each branch as a model of its own; "
    "_foreach is supported\0"
    "_sg_* _subgraph*\0"
    "it is a part of a graph that a back end of MXNet has fused\0"
    "export the network with MXNET_SUBGRAPH_BACKEND=NONE and without optimize_for\0"
    "_contrib_quantized_rnn _contrib_quantize_asym\0"
    "it is a recurrent layer on 8 bits, which is rare, and nobody has written it yet\0"
    "quantize the network with RNN among the excluded operators\0"
    "_random_pdf_* random_pdf_* _linalg_* linalg_* khatri_rao _histogram _contrib_fft "
    "_contrib_ifft _contrib_hawkesll _contrib_count_sketch _image_adjust_lighting\0"
    "it is rare in trained networks, and nobody has written it yet\0"
    "choose an output before it\0"
    "_random_* random_* _sample_* sample_* shuffle _shuffle uniform normal _image_random_*\0"
    "its numbers are random, and MXNet's cannot be drawn again\0"
    "replace it in the symbol by a variable, and feed the numbers as an input\0"
    "*_update *_update_phase1 *_update_phase2 multi_sum_sq multi_lars reset_arrays "
    "_contrib_calibrate_entropy\0"
    "it trains a network or prepares it for int8, and computes nothing of it\0"
    "export the forward network alone\0"
    "WarpCTC\0"
    "it computes from labels what training needs\0"
    "choose the output that it is computed from\0"
    "_backward_* _contrib_backward_* *_backward\0"
    "it computes gradients\0"
    "export the forward network alone\0"
    "_contrib_boolean_mask _npi_boolean_mask\0"
    "the shape of its result depends on the data, and here shapes are fixed when a "
    "predictor is made\0"
    "choose an output before it and select in the program, or mask with where\0"
    "_npi_* _np_* _npx_*\0"
    "it follows NumPy's rules for shapes, which MXNet's predict API does not have\0"
    "export the network without npx.set_np()\0"
    "_cv* _imdecode\0"
    "it reads or decodes image files\0"
    "decode them in the program, and feed the pixels as an input\0"
    "_sparse_* _square_sum _contrib_dgl_* _contrib_edge_id _contrib_getnnz\0"
    "it works on sparse arrays, and here all arrays are dense\0"
    "export the network with dense arrays\0"
    "_set_value _onehot_encode fill_element_0index _scatter_set_nd\0"
    "it changes an array in place, which no graph for inference does\0"
    "use one_hot, pick, where or scatter_nd\0"
    "_contrib_allclose\0"
    "its result has no dimension, which shapes that do not follow NumPy cannot say\0"
    "choose its inputs as outputs, and compare in the program\0"
    "_NoGradient\0"
    "it only marks what has no gradient\0"
    "export the forward network alone\0";

/* Whether a name fits a pattern of `length` bytes. */
static bool op_refused_fits(const char *pattern, size_t length, const char *name) {
  const char *star = memchr(pattern, '*', length);
  const size_t size = strlen(name);
  if (star == NULL) {
    return size == length && memcmp(pattern, name, length) == 0;
  }
  const size_t head = (size_t)(star - pattern);
  const size_t tail = length - head - 1;
  return size >= head + tail && memcmp(pattern, name, head) == 0 &&
         memcmp(star + 1, name + size - tail, tail) == 0;
}

bool lp_op_refusal_at(int index, lp_refusal *refusal) {
  const char *const end = op_refused_table + sizeof op_refused_table - 1;
  const char *at = op_refused_table;
  for (int i = 0; i < 3 * index && at < end; i++) {
    at += strlen(at) + 1;
  }
  if (at >= end) {
    return false;
  }
  refusal->names = at;
  refusal->reason = refusal->names + strlen(refusal->names) + 1;
  refusal->remedy = refusal->reason + strlen(refusal->reason) + 1;
  return true;
}

bool lp_op_refusal(const char *name, lp_refusal *refusal) {
  for (int i = 0; LP_WITH_TEXTS && lp_op_refusal_at(i, refusal); i++) {
    const char *at = refusal->names;
    while (*at != '\0') {
      const size_t length = strcspn(at, " ");
      if (op_refused_fits(at, length, name)) {
        return true;
      }
      at += length + (at[length] == ' ' ? 1 : 0);
    }
  }
  return false;
}
