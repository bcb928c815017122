/*
 * op_eye.c - _eye: a matrix of zeros with ones on one diagonal: out[i, j] = (j - i == k).
 *
 * N: int, required: rows; M: int = 0: columns, N where it is not positive; k: int = 0: which
 *   diagonal, above the main one if positive; dtype: type = float32; ctx: no effect
 */
#include "movement.h"
#include "op_table.h"

typedef struct op_eye_param {
  int64_t rows;
  int64_t columns;
  int64_t k;
  int dtype;
} op_eye_param;

static const lp_attr op_eye_attrs[] = {
    {"N", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_eye_param, rows), NULL, NULL},
    {"M", LP_ATTR_INT, 0, LP_ATTR_OF(op_eye_param, columns), "0", NULL},
    {"k", LP_ATTR_INT, 0, LP_ATTR_OF(op_eye_param, k), "0", NULL},
    {"dtype", LP_ATTR_DTYPE, 0, LP_ATTR_OF(op_eye_param, dtype), "float32", NULL},
    {"ctx", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_eye_shape(const lp_infer *infer) {
  const op_eye_param *param = infer->param;
  lp_shape out = lp_shape_2(param->rows, param->columns > 0 ? param->columns : param->rows);
  return lp_infer_merge(infer, &infer->out[0], &out);
}

static lp_status op_eye_dtype(const lp_infer *infer) {
  const op_eye_param *param = infer->param;
  return lp_infer_merge_dtype(infer, &infer->out_dtype[0], param->dtype);
}

static lp_status op_eye_run(const lp_call *call) {
  const int64_t k = ((const op_eye_param *)call->param)->k;
  const lp_tensor *out = &call->out[0];
  const size_t size = lp_dtype_size(out->dtype);
  const int64_t columns = out->shape.dim[1];
  const lp_movement_diagonal diagonal =
      lp_movement_diagonal_of(out->shape.dim[0], columns, k);
  const double one = 1;
  int64_t element[1];
  lp_strided_copy copy;
  lp_movement_fill(out, 0, call->threads);
  if (diagonal.size > 0) {
    lp_dtype_convert(LP_FLOAT64, &one, out->dtype, element, 1);
    lp_strided_copy_begin(&copy);
    lp_strided_copy_add(&copy, diagonal.size, 0, columns + 1);
    lp_strided_copy_run(&copy, element,
                        (char *)out->data +
                            (size_t)(diagonal.row * columns + diagonal.column) * size,
                        size, call->threads);
  }
  return LP_OK;
}

static const lp_algorithm op_eye_algorithms[] = {
    {.name = "plain", .cost = lp_movement_cost, .run = op_eye_run},
};

static const lp_op_family op_eye_family = {
    .attrs = op_eye_attrs,
    .num_attrs = LP_COUNT(op_eye_attrs),
    .param_size = sizeof(op_eye_param),
    .shape = op_eye_shape,
    .dtype = op_eye_dtype,
    .algorithms = op_eye_algorithms,
    .num_algorithms = LP_COUNT(op_eye_algorithms),
};
LP_DATA const lp_op lp_op_eye = {.name = "_eye", .family = &op_eye_family};
