/*
 * op_box_coding.c - boxes as differences from anchors: centre (ax, ay) and size (aw, ah).
 *
 * _contrib_box_decode  data (B, N, 4), anchors (1, N, 4) -> corners x -+ w/2, y -+ h/2 with
 *                      x = d0 std0 aw + ax, y = d1 std1 ah + ay, w = e^(d2 std2) aw,
 *                      h = e^(d3 std3) ah; clip > 0 limits the exponents from above.
 *   Attributes: std0 to std3 = 1, clip = -1, format: enum{corner|center} = center: of the anchors.
 * _contrib_box_encode  the way back, for training: samples, matches (B, N), anchors (B, N, 4), refs
 *                      (B, M, 4), means (4), stds (4) -> targets and masks (B, N, 4). Where the sample
 *                      is > 0.5: ((gx - ax) / aw - mean0) / std0, ..., (log(gw / aw) - mean2) / std2,
 *                      with g the match's box of refs, and 1; else 0 and 0. Boxes as corners.
 * A match outside refs is an error of the forward. GluonCV.
 */
#include "../kernel/elementwise.h"
#include "../kernel/suppress.h"
#include "movement.h"
#include "op_table.h"

typedef struct op_box_coding_param {
  double std[4];
  double clip;
  int format;
} op_box_coding_param;

static const lp_attr op_box_coding_attrs[] = {
    {"std0", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_coding_param, std[0]), "1", NULL},
    {"std1", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_coding_param, std[1]), "1", NULL},
    {"std2", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_coding_param, std[2]), "1", NULL},
    {"std3", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_coding_param, std[3]), "1", NULL},
    {"clip", LP_ATTR_FLOAT, 0, LP_ATTR_OF(op_box_coding_param, clip), "-1", NULL},
    {"format", LP_ATTR_ENUM, 0, LP_ATTR_OF(op_box_coding_param, format), "center", "corner|center"},
};

static lp_status op_box_coding_decode_shape(const lp_infer *infer) {
  lp_shape data = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, 4);
  lp_shape anchors = lp_shape_3(1, LP_DIM_UNKNOWN, 4);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  LP_TRY(lp_infer_first_shape(infer));
  anchors.dim[1] = infer->in[0].dim[1];
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &anchors));
  data.dim[1] = infer->in[1].dim[1];
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  return lp_infer_first_shape(infer);
}

static lp_status op_box_coding_encode_shape(const lp_infer *infer) {
  lp_shape rows = lp_shape_2(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < 2; i++) {
      LP_TRY(lp_infer_merge(infer, &infer->in[i], &rows));
      rows = infer->in[i];
    }
    lp_shape boxes = lp_shape_3(rows.dim[0], rows.dim[1], 4);
    LP_TRY(lp_infer_merge(infer, &infer->in[2], &boxes));
    for (int i = 0; i < 2; i++) {
      LP_TRY(lp_infer_merge(infer, &infer->out[i], &infer->in[2]));
    }
    boxes.dim[1] = LP_DIM_UNKNOWN;
    LP_TRY(lp_infer_merge(infer, &infer->in[3], &boxes));
    rows = lp_shape_2(infer->in[2].dim[0], infer->in[2].dim[1]);
  }
  const lp_shape four = lp_shape_1(4);
  LP_TRY(lp_infer_merge(infer, &infer->in[4], &four));
  return lp_infer_merge(infer, &infer->in[5], &four);
}

static double op_box_coding_cost(const lp_query *query) {
  return lp_query_no_epilogue(query) &&
                 (lp_query_all(query, LP_FLOAT32) || lp_query_doubles(query))
             ? 10 * lp_query_elements(query)
             : LP_COST_REJECT;
}

/* Boxes whose exponents are made together. */
#define OP_BOX_CODING_BLOCK 64

static void op_box_coding_exp(lp_dtype dtype, void *x, int64_t count, lp_isa isa) {
  const lp_elementwise work = {.function = LP_FUNCTION_EXP,
                               .dtype = dtype,
                               .x = x,
                               .out = x,
                               .x_step = 1,
                               .rows = 1,
                               .n = count};
  lp_elementwise_apply(&work, isa);
}

/* `count` boxes from the first-th on. */
static void op_box_coding_block(const lp_call *call, int64_t first, int64_t count) {
  const op_box_coding_param *param = call->param;
  const lp_dtype dtype = call->in[0].dtype;
  const void *d = call->in[0].data;
  const double clip = param->clip;
  double factor[2 * OP_BOX_CODING_BLOCK]; /* room for either type */
  for (int64_t i = 0; i < 2 * count; i++) {
    const int k = (int)(i % 2);
    const double exponent = lp_suppress_get(dtype, d, 4 * (first + i / 2) + 2 + k) * param->std[2 + k];
    lp_suppress_set(dtype, factor, i, clip > 0 && !(exponent < clip) ? clip : exponent);
  }
  op_box_coding_exp(dtype, factor, 2 * count, call->isa);
  for (int64_t i = 0; i < 2 * count; i++) {
    const int k = (int)(i % 2);
    const int64_t at = 4 * (first + i / 2) + k;
    const int64_t anchor = 4 * ((first + i / 2) % call->in[0].shape.dim[1]) + k;
    double middle = lp_suppress_get(dtype, call->in[1].data, anchor);
    double size = lp_suppress_get(dtype, call->in[1].data, anchor + 2);
    if (param->format == 0) {
      size -= middle;
      middle += size / 2;
    }
    middle += lp_suppress_get(dtype, d, at) * param->std[k] * size;
    size *= lp_suppress_get(dtype, factor, i) / 2;
    lp_suppress_set(dtype, call->out[0].data, at, middle - size);
    lp_suppress_set(dtype, call->out[0].data, at + 2, middle + size);
  }
}

static lp_status op_box_coding_decode_run(const lp_call *call) {
  const int64_t all = call->in[0].shape.dim[0] * call->in[0].shape.dim[1];
  for (int64_t first = 0; first < all; first += OP_BOX_CODING_BLOCK) {
    op_box_coding_block(call, first,
                        all - first < OP_BOX_CODING_BLOCK ? all - first : OP_BOX_CODING_BLOCK);
  }
  return LP_OK;
}

/* Targets of the i-th anchor towards box `match` of refs; -1: none. */
static void op_box_coding_encode(const lp_call *call, int64_t i, int64_t match) {
  const lp_dtype dtype = call->in[0].dtype;
  for (int64_t k = 0; k < 4; k++) {
    double low[2]; /* of the anchor and the match */
    double size[2];
    double target = 0;
    for (int b = 0; b < 2 && match >= 0; b++) {
      const int64_t at = 4 * (b == 0 ? i : match) + k % 2;
      low[b] = lp_suppress_get(dtype, call->in[2 + b].data, at);
      size[b] = lp_suppress_get(dtype, call->in[2 + b].data, at + 2) - low[b];
    }
    if (match >= 0) {
      target = k < 2 ? (low[1] + size[1] / 2 - low[0] - size[0] / 2) / size[0]
                     : log(size[1] / size[0]);
      target = (target - lp_suppress_get(dtype, call->in[4].data, k)) /
               lp_suppress_get(dtype, call->in[5].data, k);
    }
    lp_suppress_set(dtype, call->out[0].data, 4 * i + k, target);
    lp_suppress_set(dtype, call->out[1].data, 4 * i + k, match >= 0);
  }
}

static lp_status op_box_coding_encode_run(const lp_call *call) {
  const int64_t n = call->in[0].shape.dim[1];
  const int64_t refs = call->in[3].shape.dim[1];
  for (int64_t i = 0; i < call->in[0].shape.dim[0] * n; i++) {
    int64_t match = -1;
    if (lp_suppress_get(call->in[0].dtype, call->in[0].data, i) > 0.5) {
      match = lp_movement_index(&call->in[1], i);
      if (match < 0 || match >= refs) {
        return lp_fail(LP_ERROR_INDEX, "_contrib_box_encode: match %lld at position %lld, expected "
                                       "0 to %lld",
                       (long long)match, (long long)i, (long long)refs - 1);
      }
      match += i / n * refs;
    }
    op_box_coding_encode(call, i, match);
  }
  return LP_OK;
}

static const lp_algorithm op_box_coding_decode_algorithms[] = {
    {.name = "plain", .cost = op_box_coding_cost, .run = op_box_coding_decode_run},
};
static const lp_algorithm op_box_coding_encode_algorithms[] = {
    {.name = "plain", .cost = op_box_coding_cost, .run = op_box_coding_encode_run},
};

static const lp_op_family op_box_decode_family = {
    .attrs = op_box_coding_attrs,
    .num_attrs = (int)LP_COUNT(op_box_coding_attrs),
    .param_size = sizeof(op_box_coding_param),
    .inputs = "data anchors",
    .shape = op_box_coding_decode_shape,
    .algorithms = op_box_coding_decode_algorithms,
    .num_algorithms = (int)LP_COUNT(op_box_coding_decode_algorithms),
};
LP_DATA const lp_op lp_op_contrib_box_decode = {
    .name = "_contrib_box_decode", .family = &op_box_decode_family};

static int op_box_coding_two(const void *param) {
  (void)param;
  return 2;
}
static const lp_op_family op_box_encode_family = {
    .attrs_any = true,
    .inputs = "samples matches anchors refs means stds",
    .outputs = "output0 output1",
    .count_visible = op_box_coding_two,
    .shape = op_box_coding_encode_shape,
    .algorithms = op_box_coding_encode_algorithms,
    .num_algorithms = (int)LP_COUNT(op_box_coding_encode_algorithms),
};
LP_DATA const lp_op lp_op_contrib_box_encode = {
    .name = "_contrib_box_encode", .family = &op_box_encode_family};

#undef OP_BOX_CODING_BLOCK
