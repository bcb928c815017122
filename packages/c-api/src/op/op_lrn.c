/*
 * op_lrn.c - LRN: y = x (knorm + alpha / nsize sum x^2)^-beta, the sum over the
 * nsize channels around each, those that there are.
 *
 * Attributes: nsize (required, odd), alpha = 1e-4, beta = 0.75, knorm = 2.
 * Hidden output tmp_norm: knorm + alpha / nsize sum. Four dimensions, float32, as in
 * MXNet, but with less channels than nsize too. AlexNet, GoogLeNet.
 */
#include "../kernel/lrn.h"
#include "op_table.h"

typedef struct op_lrn_param {
  int64_t nsize;
  double alpha;
  double beta;
  double knorm;
} op_lrn_param;

#define OP_LRN_LARGEST 65535

static const lp_attr op_lrn_attrs[] = {
    {"nsize", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_lrn_param, nsize), NULL, NULL},
    {"alpha", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_lrn_param, alpha), "1e-4", NULL},
    {"beta", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_lrn_param, beta), "0.75", NULL},
    {"knorm", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_lrn_param, knorm), "2", NULL},
};

static lp_status op_lrn_check(void *parsed) {
  const op_lrn_param *param = parsed;
  if (param->nsize % 2 != 1 || param->nsize > OP_LRN_LARGEST) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "attribute 'nsize' is %lld, expected an odd number up to %d",
                   (long long)param->nsize, OP_LRN_LARGEST);
  }
  return LP_OK;
}

static lp_status op_lrn_shape(const lp_infer *infer) {
  lp_shape four = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &four));
  return lp_infer_same_shape(infer);
}

static double op_lrn_cost(const lp_query *query) {
  const op_lrn_param *param = query->param;
  if (!lp_query_no_epilogue(query) || !lp_query_all(query, LP_FLOAT32)) {
    return LP_COST_REJECT;
  }
  return lp_query_elements(query) * (0.6 + 0.05 * (double)param->nsize);
}

static double op_lrn_cost_blocked(const lp_query *query) {
  const op_lrn_param *param = query->param;
  return query->block > 1 && param->nsize / 2 <= query->block ? op_lrn_cost(query)
                                                              : LP_COST_REJECT;
}

typedef struct op_lrn_work {
  const lp_call *call;
  lp_lrn lrn;
  int64_t image;  /* elements of one, padding lanes included */
  int64_t pixels; /* of a chunk */
  int64_t parts;  /* chunks of an image */
} op_lrn_work;

static void op_lrn_chunk(void *context, int64_t index, unsigned worker) {
  const op_lrn_work *work = context;
  const lp_call *call = work->call;
  const float *x = (const float *)call->in[0].data + index / work->parts * work->image;
  float *y = (float *)call->out[0].data + index / work->parts * work->image;
  int64_t from = index % work->parts * work->pixels;
  int64_t to = from + work->pixels < work->lrn.pixels ? from + work->pixels : work->lrn.pixels;
  (void)worker;
  if (call->in[0].block > 1) {
    lp_lrn_blocked(&work->lrn, x, y, from, to, call->isa);
  } else {
    lp_lrn_plain(&work->lrn, x, y, from, to, call->isa);
  }
}

/* Element of channel c in image x. */
static float op_lrn_get(const op_lrn_work *work, const float *x, int64_t c, int64_t pixel) {
  const int block = work->call->in[0].block;
  return x[(c / block * work->lrn.pixels + pixel) * block + c % block];
}

/* The hidden output, which hardly anyone asks for. */
static void op_lrn_norms(const op_lrn_work *work) {
  const lp_lrn *lrn = &work->lrn;
  float *norm = work->call->out[1].data;
  for (int64_t image = 0; image < work->call->in[0].shape.dim[0]; image++) {
    const float *x = (const float *)work->call->in[0].data + image * work->image;
    for (int64_t c = 0; c < lrn->channels; c++) {
      for (int64_t pixel = 0; pixel < lrn->pixels; pixel++) {
        float sum = 0;
        for (int64_t k = c - lrn->radius; k <= c + lrn->radius; k++) {
          if (k >= 0 && k < lrn->channels) {
            sum += op_lrn_get(work, x, k, pixel) * op_lrn_get(work, x, k, pixel);
          }
        }
        *norm++ = lrn->knorm + lrn->scale * sum;
      }
    }
  }
}

static lp_status op_lrn_run(const lp_call *call) {
  const op_lrn_param *param = call->param;
  const lp_shape *shape = &call->in[0].shape;
  const int64_t block = call->in[0].block;
  op_lrn_work work = {.call = call};
  work.lrn = (lp_lrn){shape->dim[1],
                      shape->dim[2] * shape->dim[3],
                      param->nsize / 2,
                      (float)(param->alpha / (double)param->nsize),
                      (float)param->beta,
                      (float)param->knorm};
  work.image = (shape->dim[1] + block - 1) / block * block * work.lrn.pixels;
  work.pixels = (100000 / (work.lrn.channels + 1) + 16) / 16 * 16;
  work.parts = (work.lrn.pixels + work.pixels - 1) / work.pixels;
  lp_threads_run(call->threads, shape->dim[0] * work.parts, op_lrn_chunk, &work);
  if (call->out[1].data != NULL) {
    op_lrn_norms(&work);
  }
  return LP_OK;
}

static const lp_algorithm op_lrn_algorithms[] = {
    {.name = "blocked",
     .cost = op_lrn_cost_blocked,
     .blocked_inputs = 1,
     .blocked_output = true,
     .run = op_lrn_run},
    {.name = "plain", .cost = op_lrn_cost, .run = op_lrn_run},
};

static const lp_op_family op_lrn_family = {
    .attrs = op_lrn_attrs,
    .num_attrs = (int)LP_COUNT(op_lrn_attrs),
    .param_size = sizeof(op_lrn_param),
    .check = op_lrn_check,
    .inputs = "data",
    .outputs = "output tmp_norm",
    .shape = op_lrn_shape,
    .algorithms = op_lrn_algorithms,
    .num_algorithms = (int)LP_COUNT(op_lrn_algorithms),
};
LP_DATA const lp_op lp_op_LRN = {.name = "LRN", .family = &op_lrn_family};

#undef OP_LRN_LARGEST
