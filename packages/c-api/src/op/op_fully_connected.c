/*
 * op_fully_connected.c - FullyConnected: y = x W' + bias.
 *
 * flatten (the default): data (d0, rest...) is seen as (d0, product of rest),
 * data (d0) as (d0, 1); output (d0, num_hidden). Otherwise the last axis is
 * replaced: data (..., K), output (..., num_hidden).
 * Weight (num_hidden, K), bias (num_hidden) or (num_hidden, 1).
 *
 * Attributes: num_hidden (required), no_bias (False), flatten (True).
 * Classifiers of every age; flatten since 0.12, before that always on.
 */
#include "../kernel/blas.h"
#include "../kernel/fully_connected.h"
#include "fully_connected_param.h"
#include "movement.h"
#include "op_table.h"

static const lp_attr op_fully_connected_attrs[] = {
    {"num_hidden", LP_ATTR_INT, LP_ATTR_REQUIRED, LP_ATTR_OF(lp_fully_connected_param, num_hidden),
     NULL, NULL},
    {"no_bias", LP_ATTR_BOOL, 0, LP_ATTR_OF(lp_fully_connected_param, no_bias), "False", NULL},
    {"flatten", LP_ATTR_BOOL, 0, LP_ATTR_OF(lp_fully_connected_param, flatten), "True", NULL},
};

static lp_status op_fully_connected_check(void *param) {
  const lp_fully_connected_param *p = param;
  if (p->num_hidden < 1 || p->num_hidden > INT32_MAX) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_hidden is %lld, expected 1 to %lld",
                   (long long)p->num_hidden, (long long)INT32_MAX);
  }
  return LP_OK;
}

static int op_fully_connected_inputs(const void *param) {
  return ((const lp_fully_connected_param *)param)->no_bias ? 2 : 3;
}

/* Elements of one image: what a row of weights has. LP_DIM_UNKNOWN if that is not known yet. */
static lp_status op_fully_connected_depth(const lp_infer *infer, int64_t *depth) {
  const lp_fully_connected_param *p = infer->param;
  const lp_shape *data = &infer->in[0];
  *depth = LP_DIM_UNKNOWN;
  if (data->ndim < 1) {
    return LP_OK;
  }
  if (!p->flatten) {
    *depth = data->dim[data->ndim - 1];
    return LP_OK;
  }
  if (!lp_movement_product(data, 1, data->ndim, depth)) {
    lp_shape_text text;
    return lp_infer_fail(infer, "data %s is too large", lp_shape_print(data, &text));
  }
  return LP_OK;
}

static lp_status op_fully_connected_bias(const lp_infer *infer) {
  const lp_fully_connected_param *p = infer->param;
  lp_shape *bias = &infer->in[2];
  lp_shape shape = bias->ndim == 2 ? lp_shape_2(p->num_hidden, 1) : lp_shape_1(p->num_hidden);
  return lp_infer_merge(infer, bias, &shape);
}

static lp_status op_fully_connected_shape(const lp_infer *infer) {
  const lp_fully_connected_param *p = infer->param;
  lp_shape *data = &infer->in[0];
  lp_shape *out = &infer->out[0];
  int64_t depth;
  if (data->ndim == 0) {
    return lp_infer_fail(infer, "data has no dimensions, expected at least 1");
  }
  if (infer->num_inputs > 2) {
    LP_TRY(op_fully_connected_bias(infer));
  }
  if (data->ndim > 0) {
    lp_shape shape;
    if (p->flatten) {
      shape = lp_shape_2(data->dim[0], p->num_hidden);
      LP_TRY(lp_infer_merge(infer, out, &shape));
      shape = *data;
      shape.dim[0] = out->dim[0];
    } else {
      shape = *data;
      shape.dim[data->ndim - 1] = p->num_hidden;
      LP_TRY(lp_infer_merge(infer, out, &shape));
      shape = *out;
      shape.dim[data->ndim - 1] = data->dim[data->ndim - 1];
    }
    LP_TRY(lp_infer_merge(infer, data, &shape));
  } else if (p->flatten) {
    lp_shape shape = lp_shape_2(LP_DIM_UNKNOWN, p->num_hidden);
    LP_TRY(lp_infer_merge(infer, out, &shape));
  }
  LP_TRY(op_fully_connected_depth(infer, &depth));
  lp_shape weight = lp_shape_2(p->num_hidden, depth);
  return lp_infer_merge(infer, &infer->in[1], &weight);
}

static lp_fully_connected op_fully_connected_job(const void *param, const lp_tensor *in) {
  const lp_fully_connected_param *p = param;
  const lp_shape *data = &in[0].shape;
  return (lp_fully_connected){
      .images = p->flatten ? data->dim[0] : lp_shape_product(data, 0, data->ndim - 1),
      .rows = p->num_hidden,
      .depth = in[1].shape.dim[1]};
}

static double op_fully_connected_cost(const lp_query *query) {
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  double weights = (double)job.rows * (double)job.depth;
  double rate = query->isa == LP_ISA_AVX512 ? 35.0 : query->isa == LP_ISA_AVX2 ? 20.0 : 5.0;
  if (lp_query_doubles(query)) {
    return lp_query_no_epilogue(query) ? weights * (double)job.images : LP_COST_REJECT;
  }
  if (!lp_query_all(query, LP_FLOAT32)) {
    return LP_COST_REJECT;
  }
  if (lp_blas_takes(query->isa, weights * (double)job.images)) {
    rate = LP_BLAS_RATE;
  }
  /* Weights come from memory once, at some 20 bytes per nanosecond. */
  return 200.0 + weights * 0.2 + weights * (double)job.images / rate;
}

static size_t op_fully_connected_scratch(const lp_query *query) {
  return lp_fully_connected_scratch(((const lp_fully_connected_param *)query->param)->num_hidden,
                                    query->threads);
}

/* All but the weights. */
static lp_fully_connected op_fully_connected_fill(const lp_call *call) {
  const lp_fully_connected_param *p = call->param;
  lp_fully_connected job = op_fully_connected_job(p, call->in);
  job.x = call->in[0].data;
  job.bias = p->no_bias || call->epilogue->bias_in_shift ? NULL : call->in[2].data;
  job.added = call->epilogue->add ? call->in[call->num_inputs - 1].data : NULL;
  job.epilogue = call->epilogue;
  job.y = call->out[0].data;
  job.scratch = call->scratch;
  job.threads = call->threads;
  job.isa = call->isa;
  return job;
}

static lp_status op_fully_connected_run(const lp_call *call) {
  lp_fully_connected job = op_fully_connected_fill(call);
  job.w = call->in[1].data;
  if (lp_dtype_is(call->out[0].dtype, LP_FLOAT64)) {
    lp_fully_connected_f64(&job);
  } else {
    lp_fully_connected_f32(&job);
  }
  return LP_OK;
}

static size_t op_fully_connected_packed(const lp_query *query) {
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  size_t size = lp_fully_connected_packed(job.rows, job.depth, query->isa);
  return size == SIZE_MAX ? 0 : size;
}

static int64_t op_fully_connected_variant(const lp_query *query) {
  return lp_linear_find(query->isa)->gemm_columns;
}

static void op_fully_connected_pack(const lp_query *query, const float *plain,
                                    lp_threads *threads, void *packed) {
  (void)threads;
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  lp_fully_connected_pack(job.rows, job.depth, query->isa, plain, packed);
}

static void op_fully_connected_unpack(const lp_query *query, const void *packed, float *plain) {
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  lp_fully_connected_unpack(job.rows, job.depth, query->isa, packed, plain);
}

static const lp_packing op_fully_connected_packing = {.name = "panels",
                                                      .input = 1,
                                                      .size = op_fully_connected_packed,
                                                      .variant = op_fully_connected_variant,
                                                      .pack = op_fully_connected_pack,
                                                      .unpack = op_fully_connected_unpack};

/* One or two images read the rows as they are: memory sets the pace, and the model may keep its plain weights. */
static double op_fully_connected_panels_cost(const lp_query *query) {
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  double weights = (double)job.rows * (double)job.depth;
  double rate = query->isa == LP_ISA_AVX512 ? 80.0 : query->isa == LP_ISA_AVX2 ? 40.0 : 8.0;
  if (!lp_query_all(query, LP_FLOAT32) || (query->constant_inputs & 2) == 0 || job.images < 3 ||
      job.depth < 1 || job.rows < 1) {
    return LP_COST_REJECT;
  }
  return 200.0 + weights * 0.2 + weights * (double)job.images / rate;
}

static size_t op_fully_connected_panels_scratch(const lp_query *query) {
  lp_fully_connected job = op_fully_connected_job(query->param, query->in);
  return lp_fully_connected_panels_scratch(job.images, job.rows, job.depth);
}

static lp_status op_fully_connected_panels_run(const lp_call *call) {
  lp_fully_connected job = op_fully_connected_fill(call);
  job.w = call->packed;
  lp_fully_connected_panels(&job);
  return LP_OK;
}

static const lp_algorithm op_fully_connected_algorithms[] = {
#if LP_WITH_FAST
    {.name = "panels",
     .cost = op_fully_connected_panels_cost,
     .packing = &op_fully_connected_packing,
     .scratch = op_fully_connected_panels_scratch,
     .run = op_fully_connected_panels_run},
#endif
    {.name = "plain",
     .cost = op_fully_connected_cost,
     .scratch = op_fully_connected_scratch,
     .run = op_fully_connected_run},
};

static const lp_op_family op_fullyconnected_family = {
    .attrs = op_fully_connected_attrs,
    .num_attrs = (int)LP_COUNT(op_fully_connected_attrs),
    .param_size = sizeof(lp_fully_connected_param),
    .check = op_fully_connected_check,
    .inputs = "data weight bias",
    .count_inputs = op_fully_connected_inputs,
    .weight_inputs = 6,
    .shape = op_fully_connected_shape,
    .multiply_adds = LP_WITH_REPORTS ? lp_infer_adds_per_output : NULL,
    .algorithms = op_fully_connected_algorithms,
    .num_algorithms = (int)LP_COUNT(op_fully_connected_algorithms),
    .role = LP_ROLE_LINEAR,
};
LP_DATA const lp_op lp_op_FullyConnected = {
    .name = "FullyConnected",
    .aliases = "_sparse_FullyConnected _npx_fully_connected",
    .family = &op_fullyconnected_family,
};
