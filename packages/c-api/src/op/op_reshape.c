/*
 * op_reshape.c - Reshape: the same elements under another shape.
 *
 * shape: tuple = (): 0 copies a dim, -1 is what is left (once), -2 copies all dims that are left, -3
 *   multiplies two, -4 a b splits one into a * b (one of them may be -1), others are dims as they are
 * reverse: bool = False: all of it from the right
 * target_shape: tuple = None, keep_highest: bool = False: of 2015, used when shape is empty: one 0 is
 *   what is left, keep_highest copies the first dim
 * Used by nets of every age: ShuffleNet, SSD, target_shape before 2016.
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_reshape_param {
  lp_tuple shape;
  lp_tuple target_shape;
  int reverse;
  int keep_highest;
} op_reshape_param;

static const lp_attr op_reshape_attrs[] = {
    {"shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_reshape_param, shape), "()", NULL},
    {"reverse", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_reshape_param, reverse), "False", NULL},
    {"target_shape", LP_ATTR_TUPLE, 0, LP_ATTR_OF(op_reshape_param, target_shape), "None", NULL},
    {"keep_highest", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_reshape_param, keep_highest), "False", NULL},
};

/* What `reverse` walks backwards. */
static int64_t op_reshape_at(const int64_t *values, int count, int reverse, int i) {
  return values[reverse ? count - 1 - i : i];
}

/* Splits one dim into a * b, one of which may be -1. */
static lp_status op_reshape_split(const lp_infer *infer, int64_t dim, int64_t *a, int64_t *b) {
  int64_t product;
  if (*a < -1 || *b < -1 || (*a == -1 && *b == -1)) {
    return lp_infer_fail(infer, "shape: -4 %lld %lld: expected two dims, of which one may be -1",
                         (long long)*a, (long long)*b);
  }
  if (dim < 0) {
    return LP_OK; /* what is -1 stays unknown */
  }
  if (*a == -1 && *b != 0 && dim % *b == 0) {
    *a = dim / *b;
  } else if (*b == -1 && *a != 0 && dim % *a == 0) {
    *b = dim / *a;
  }
  lp_shape pair = lp_shape_2(*a, *b);
  if (!lp_movement_product(&pair, 0, 2, &product) || product != dim) {
    return lp_infer_fail(infer, "shape: -4 %lld %lld does not split %lld", (long long)*a,
                         (long long)*b, (long long)dim);
  }
  return LP_OK;
}

/* Puts what is left of input 0 into dim `left` of `out` (-1: none), if it is known. */
static lp_status op_reshape_finish(const lp_infer *infer, int left, lp_shape *out) {
  const lp_shape *in = &infer->in[0];
  lp_shape_text in_text;
  lp_shape_text out_text;
  int64_t total;
  int64_t others;
  lp_shape rest = *out;
  if (left >= 0) {
    rest.dim[left] = 1;
  }
  if (!lp_movement_product(in, 0, in->ndim, &total) ||
      !lp_movement_product(&rest, 0, rest.ndim, &others)) {
    return lp_infer_fail(infer, "%s is too big", lp_shape_print(out, &out_text));
  }
  if (total < 0 || others < 0) {
    return LP_OK;
  }
  if (left >= 0 && others != 0 && total % others == 0) {
    out->dim[left] = total / others;
  } else if (left >= 0 || total != others) {
    return lp_infer_fail(infer, "%s cannot be reshaped to %s: %lld elements against %lld",
                         lp_shape_print(in, &in_text), lp_shape_print(out, &out_text),
                         (long long)total, (long long)others);
  }
  return LP_OK;
}

/*
 * MXNet puts an inferred dim where -1 stands in `shape`, which is further right than its own place
 * if -4 comes before; its own place then has 1. Models that run with it expect this. Where it
 * cannot be, since there is no 1, MXNet refuses and the own place is taken.
 */
static void op_reshape_move(lp_shape *out, int *left, int left_item) {
  if (left_item > *left && left_item < out->ndim && out->dim[left_item] == 1) {
    out->dim[*left] = 1;
    *left = left_item;
    out->dim[*left] = LP_DIM_UNKNOWN;
  }
}

static lp_status op_reshape_by_shape(const lp_infer *infer, const op_reshape_param *param,
                                     lp_shape *out) {
  const lp_shape *in = &infer->in[0];
  int count = param->shape.count;
  int reverse = param->reverse;
  int source = 0;
  int left = -1;
  int left_item = -1; /* the item of `shape` that is -1 */
  out->ndim = 0;
  for (int i = 0; i < count; i++) {
    int64_t code = op_reshape_at(param->shape.values, count, reverse, i);
    int needs = code == -3 ? 2 : code == 0 || code == -4 ? 1 : 0;
    int makes = code == -4 ? 2 : code == -2 ? in->ndim - source : 1;
    if (needs > 0 && source + needs > in->ndim) {
      return lp_infer_fail(infer, "shape: item %d (%lld) needs a dimension %d, the input has %d", i,
                           (long long)code, source + needs - 1, in->ndim);
    }
    if (makes > 0 && out->ndim + makes > LP_MAX_NDIM) {
      return lp_infer_fail(infer, "shape gives more than %d dimensions", LP_MAX_NDIM);
    }
    int64_t *target = &out->dim[out->ndim];
    if (code == -2) {
      for (; source < in->ndim; source++) {
        out->dim[out->ndim++] = op_reshape_at(in->dim, in->ndim, reverse, source);
      }
      continue;
    }
    if (code == -3) {
      lp_shape pair = lp_shape_2(op_reshape_at(in->dim, in->ndim, reverse, source),
                                 op_reshape_at(in->dim, in->ndim, reverse, source + 1));
      if (!lp_movement_product(&pair, 0, 2, target)) {
        return lp_infer_fail(infer, "shape: the product of two dims is too big");
      }
      source += 2;
    } else if (code == -4) {
      if (i + 2 >= count) {
        return lp_infer_fail(infer, "shape: -4 needs two numbers after it");
      }
      target[0] = op_reshape_at(param->shape.values, count, reverse, i + 1);
      target[1] = op_reshape_at(param->shape.values, count, reverse, i + 2);
      LP_TRY(op_reshape_split(infer, op_reshape_at(in->dim, in->ndim, reverse, source), &target[0],
                              &target[1]));
      i += 2;
      source++;
    } else if (code == 0) {
      *target = op_reshape_at(in->dim, in->ndim, reverse, source++);
    } else if (code == -1) {
      if (left >= 0) {
        return lp_infer_fail(infer, "shape has -1 twice: one dimension can be inferred");
      }
      left = out->ndim;
      left_item = i;
      *target = LP_DIM_UNKNOWN;
      source++;
    } else if (code > 0) {
      *target = code;
      source++;
    } else {
      return lp_infer_fail(infer, "shape: %lld is neither a dimension nor a code from 0 to -4",
                           (long long)code);
    }
    out->ndim += makes;
  }
  op_reshape_move(out, &left, left_item);
  for (int i = 0; reverse && i < out->ndim / 2; i++) {
    int64_t dim = out->dim[i];
    out->dim[i] = out->dim[out->ndim - 1 - i];
    out->dim[out->ndim - 1 - i] = dim;
  }
  if (reverse && left >= 0) {
    left = out->ndim - 1 - left;
  }
  return op_reshape_finish(infer, left, out);
}

static lp_status op_reshape_by_target_shape(const lp_infer *infer, const op_reshape_param *param,
                                            lp_shape *out) {
  const lp_tuple *target = &param->target_shape;
  int left = -1;
  if (target->count > LP_MAX_NDIM) {
    return lp_infer_fail(infer, "target_shape has more than %d dimensions", LP_MAX_NDIM);
  }
  out->ndim = target->count;
  for (int i = 0; i < target->count; i++) {
    out->dim[i] = target->values[i];
    if (i == 0 && param->keep_highest) {
      out->dim[0] = infer->in[0].ndim > 0 ? infer->in[0].dim[0] : 1;
    } else if (target->values[i] == 0 && left < 0) {
      left = i;
      out->dim[i] = LP_DIM_UNKNOWN;
    } else if (target->values[i] <= 0) {
      return lp_infer_fail(infer, "target_shape: item %d is %lld; one 0 can be inferred, the "
                                  "others are positive",
                           i, (long long)target->values[i]);
    }
  }
  return op_reshape_finish(infer, left, out);
}

static lp_status op_reshape_shape(const lp_infer *infer) {
  const op_reshape_param *param = infer->param;
  lp_shape *in = &infer->in[0];
  lp_shape out = infer->out[0];
  if (in->ndim < 0) {
    return LP_OK;
  }
  if (param->shape.count > 0) {
    LP_TRY(op_reshape_by_shape(infer, param, &out));
  } else if (param->target_shape.count > 0) {
    LP_TRY(op_reshape_by_target_shape(infer, param, &out));
  } else if (out.ndim >= 0) {
    LP_TRY(op_reshape_finish(infer, -1, &out));
  }
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));

  /* Back: one dim of the input that is not known. */
  int unknown = -1;
  int64_t total;
  int64_t others;
  for (int i = 0; i < in->ndim; i++) {
    if (in->dim[i] < 0) {
      if (unknown >= 0) {
        return LP_OK;
      }
      unknown = i;
    }
  }
  if (unknown < 0 || !lp_shape_known(&infer->out[0])) {
    return LP_OK;
  }
  lp_shape rest = *in;
  rest.dim[unknown] = 1;
  if (lp_movement_product(&infer->out[0], 0, infer->out[0].ndim, &total) &&
      lp_movement_product(&rest, 0, rest.ndim, &others) && others != 0 && total % others == 0) {
    in->dim[unknown] = total / others;
  }
  return LP_OK;
}

static const lp_op_family op_reshape_family = {
    .attrs = op_reshape_attrs,
    .num_attrs = LP_COUNT(op_reshape_attrs),
    .param_size = sizeof(op_reshape_param),
    .inputs = "input0",
    .shape = op_reshape_shape,
    .algorithms = &lp_movement_copy,
    .num_algorithms = 1,
    .reshapes = true,
};
LP_DATA const lp_op lp_op_Reshape = {
    .name = "Reshape",
    .aliases = "reshape",
    .family = &op_reshape_family,
};
