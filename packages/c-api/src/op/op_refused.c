/* op_refused.c - see op_refused.h. docs/operators.md is made from it. */
#include "op_refused.h"

#include <string.h>

static const lp_refusal op_refused_table[] = {
    {"Custom _npi_Custom _Native _NDArray _CustomFunction",
     "it calls code of the program that made the model, which no file holds",
     "choose an output before it, or export the network with built-in operators in its place"},
    {"_CachedOp*", "it stands for a graph in the memory of the program that made the model",
     "export the network again with HybridBlock.export"},
    {"_TensorRT", "it holds a network that was compiled for NVIDIA's TensorRT",
     "export the network without partitioning it for TensorRT"},
    {"_while_loop _cond", "whether its parts run depends on the data",
     "export the network with its loops unrolled, or each branch as a model of its own; _foreach "
     "is supported"},
    {"_sg_* _subgraph*", "it is a part of a graph that a back end of MXNet has fused",
     "export the network with MXNET_SUBGRAPH_BACKEND=NONE and without optimize_for"},
    {"_random_pdf_* random_pdf_* _linalg_* linalg_* khatri_rao _histogram _contrib_fft "
     "_contrib_ifft _contrib_hawkesll _contrib_count_sketch _contrib_RROIAlign",
     "it is rare in trained networks, and nobody has written it yet", "choose an output before it"},
    {"_random_* random_* _sample_* sample_* shuffle _shuffle uniform normal _image_random_* "
     "_npx__image_random_* _npi_uniform* _npi_normal* _npi_random_* _npi_bernoulli _npi_choice "
     "_npi_exponential _npi_gamma _npi_gumbel _npi_logistic _npi_multinomial _npi_pareto "
     "_npi_rayleigh _npi_shuffle _npi_weibull",
     "its numbers are random, and MXNet's cannot be drawn again",
     "replace it in the symbol by a variable, and feed the numbers as an input"},
    {"*_update *_update_phase1 *_update_phase2 multi_sum_sq multi_lars reset_arrays "
     "_contrib_calibrate_entropy",
     "it trains a network or prepares it for int8, and computes nothing of it",
     "export the forward network alone"},
    {"CTCLoss ctc_loss _contrib_CTCLoss _contrib_ctc_loss WarpCTC *_MultiBoxTarget "
     "_npx_multibox_target",
     "it computes from labels what training needs", "choose the output that it is computed from"},
    {"_backward_* _contrib_backward_* *_backward", "it computes gradients", "export the forward network alone"},
    {"_contrib_boolean_mask _npi_boolean_mask* _npi_nonzero _npx_nonzero _npi_unique _npi_delete",
     "the shape of its result depends on the data, and here shapes are fixed when a predictor is "
     "made",
     "choose an output before it and select in the program, or mask with where"},
    {"_npi_* _np_* _npx_*",
     "it follows NumPy's rules for shapes, which MXNet's predict API does not have",
     "export the network without npx.set_np()"},
    {"_cv* _imdecode", "it reads or decodes image files",
     "decode them in the program, and feed the pixels as an input"},
    {"_sparse_* _square_sum _contrib_dgl_* _contrib_edge_id _contrib_getnnz",
     "it works on sparse arrays, and here all arrays are dense",
     "export the network with dense arrays"},
    {"_set_value _onehot_encode fill_element_0index _scatter_set_nd",
     "it changes an array in place, which no graph for inference does",
     "use one_hot, pick, where or scatter_nd"},
    {"_contrib_allclose",
     "its result has no dimension, which shapes that do not follow NumPy cannot say",
     "choose its inputs as outputs, and compare in the program"},
    {"_NoGradient", "it only marks what has no gradient", "export the forward network alone"},
};

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

const lp_refusal *lp_op_refusal_at(int index) {
  return index < (int)LP_COUNT(op_refused_table) ? &op_refused_table[index] : NULL;
}

const lp_refusal *lp_op_refusal(const char *name) {
  for (int i = 0; LP_WITH_TEXTS && i < (int)LP_COUNT(op_refused_table); i++) {
    const char *at = op_refused_table[i].names;
    while (*at != '\0') {
      const size_t length = strcspn(at, " ");
      if (op_refused_fits(at, length, name)) {
        return &op_refused_table[i];
      }
      at += length + (at[length] == ' ' ? 1 : 0);
    }
  }
  return NULL;
}
