/* Runs one operator alone, by every algorithm, at every instruction set this machine has.
 *
 *     run_op run;
 *     run_op_begin(&run, &lp_op_Activation, "act_type=relu");
 *     run_op_floats(&run, 0, lp_shape_2(2, 2), (const float[]){-1, 2, 3, 4});
 *     CHECK(run_op_infer(&run) == LP_OK);
 *     run_op_expect(&run, 0, (const double[]){0, 2, 3, 4}, 0, 0);    (absolute, relative)
 *     CHECK(run_op_all(&run) >= 2);                                  (runs made)
 *     run_op_end(&run);
 *
 * A run brings the inputs into the layout that the algorithm asks for, with NaN in the padding
 * lanes; packs the constant input if it packs; poisons output and scratch memory; runs; brings
 * output 0 back; and compares each output that has an expectation. Every algorithm that accepts
 * is run with one thread and with three, in place too where it says that it can, and all runs of
 * one algorithm and level must be bitwise the same. Failures are reported through check.h.
 *
 * Memory has no slack behind it, so that a sanitizer sees a step beyond. It is conversion code of
 * its own, without kernel/layout.c, so that the two test each other.
 */
#ifndef LP_RUN_OP_H_
#define LP_RUN_OP_H_

#include "../src/op/op.h"
#include "check.h"

#define RUN_OP_MAX 40 /* inputs or outputs */

/* Not declared by C11's own stdlib.h. */
extern int posix_memalign(void **memory, size_t alignment, size_t size);

typedef struct run_op {
  const lp_op *op;
  lp_pool pool;
  void *param;
  int num_inputs;
  int num_outputs;
  lp_tensor in[RUN_OP_MAX];  /* plain; data owned */
  lp_tensor out[RUN_OP_MAX]; /* plain; data owned: the last run's results */
  bool hide[RUN_OP_MAX];     /* set before run_op_all: this output is not asked for (data NULL) */
  double *expected[RUN_OP_MAX];
  double absolute[RUN_OP_MAX];
  double relative[RUN_OP_MAX];
  uint32_t constant_inputs; /* may be set before run_op_all */
  lp_epilogue epilogue;     /* may be set before run_op_all; the added input is then one more input, given after run_op_infer with run_op_added */
  const char *only;         /* name of the only algorithm to run; NULL: all */
  lp_isa lowest;            /* level to begin at; base if not set */
  int ran_blocked;          /* runs of algorithms with a blocked input or output */
  int ran_inplace;
} run_op;

static inline void *run_op_memory(size_t size) {
  void *memory = NULL;
  if (posix_memalign(&memory, LP_ALIGNMENT, size > 0 ? size : 1) != 0) {
    printf("out of memory in run_op.h\n");
    exit(1);
  }
  return memory;
}

static inline size_t run_op_bytes(const lp_tensor *tensor) {
  size_t bytes = 0;
  if (!lp_shape_bytes(&tensor->shape, lp_dtype_size(tensor->dtype), &bytes)) {
    printf("impossible shape in run_op.h\n");
    exit(1);
  }
  return bytes;
}

/* Parses attributes written "key=value key=value", no blanks in values. Status of lp_attr_parse. */
static inline lp_status run_op_try_begin(run_op *run, const lp_op *op, const char *attributes) {
  lp_attr_text texts[32];
  int count = 0;
  memset(run, 0, sizeof *run);
  run->op = op;
  char *text = lp_pool_string(&run->pool, attributes, strlen(attributes));
  while (text != NULL && *text != '\0' && count < 32) {
    char *equals = strchr(text, '=');
    if (equals == NULL) {
      printf("attributes without '=' in run_op.h: %s\n", text);
      exit(1);
    }
    char *blank = strchr(equals, ' ');
    *equals = '\0';
    if (blank != NULL) {
      *blank = '\0';
    }
    texts[count++] = (lp_attr_text){text, equals + 1};
    text = blank != NULL ? blank + 1 : NULL;
  }
  lp_status status = lp_attr_parse(op, texts, count, &run->pool, NULL, NULL, &run->param);
  if (status != LP_OK) {
    return status;
  }
  run->num_inputs = lp_op_count_inputs(op, run->param);
  run->num_outputs = lp_op_count_outputs(op, run->param);
  if (run->num_inputs > RUN_OP_MAX || run->num_outputs > RUN_OP_MAX) {
    printf("too many inputs or outputs for run_op.h\n");
    exit(1);
  }
  for (int i = 0; i < RUN_OP_MAX; i++) {
    run->in[i].dtype = run->out[i].dtype = LP_DTYPE_UNKNOWN;
    run->in[i].block = run->out[i].block = 1;
    run->in[i].shape = run->out[i].shape = lp_shape_unknown();
  }
  return LP_OK;
}

static inline void run_op_begin(run_op *run, const lp_op *op, const char *attributes) {
  lp_status status = run_op_try_begin(run, op, attributes);
  CHECK_EQ_INT(status, LP_OK);
  if (status != LP_OK) {
    printf("  %s %s: %s\n", op->name, attributes, lp_status_text());
    lp_pool_free(&run->pool);
    REQUIRE(status == LP_OK);
  }
}

static inline void run_op_end(run_op *run) {
  for (int i = 0; i < RUN_OP_MAX; i++) {
    free(run->in[i].data);
    free(run->out[i].data);
    free(run->expected[i]);
  }
  lp_pool_free(&run->pool);
}

/* Gives input i; data is copied. NULL: zeros. */
static inline void run_op_input(run_op *run, int i, lp_dtype dtype, lp_shape shape,
                                const void *data) {
  lp_tensor *tensor = &run->in[i];
  free(tensor->data);
  tensor->dtype = dtype;
  tensor->shape = shape;
  size_t bytes = run_op_bytes(tensor);
  tensor->data = run_op_memory(bytes);
  if (data != NULL) {
    memcpy(tensor->data, data, bytes);
  } else {
    memset(tensor->data, 0, bytes);
  }
}

static inline void run_op_floats(run_op *run, int i, lp_shape shape, const float *data) {
  run_op_input(run, i, LP_FLOAT32, shape, data);
}

/* Numbers in [-scale, scale), the same ones at every call with one seed. */
static inline void run_op_random(run_op *run, int i, lp_shape shape, uint32_t seed, float scale) {
  run_op_input(run, i, LP_FLOAT32, shape, NULL);
  float *data = run->in[i].data;
  uint64_t state = 0x9e3779b97f4a7c15u * (seed + 1u);
  for (int64_t k = 0; k < lp_shape_size(&shape); k++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    data[k] = scale * ((float)(int32_t)(uint32_t)(state >> 32) / 2147483648.0f);
  }
}

/* The epilogue's added input, after run_op_infer. */
static inline void run_op_added(run_op *run, lp_shape shape, const float *data) {
  run->epilogue.add = true;
  run_op_input(run, run->num_inputs, LP_FLOAT32, shape, data);
  run->num_inputs++;
}

/* Element types and shapes by the operator's rules; inputs that were not given become zeros of the
 * shape found, outputs get memory. Status of the rules; LP_ERROR_SHAPE if something stays unknown. */
static inline lp_status run_op_infer(run_op *run) {
  lp_shape in[RUN_OP_MAX];
  lp_shape out[RUN_OP_MAX];
  lp_dtype in_dtype[RUN_OP_MAX];
  lp_dtype out_dtype[RUN_OP_MAX];
  lp_infer infer = {"node", run->op, run->param, run->num_inputs, run->num_outputs,
                    in,     out,     in_dtype,   out_dtype};
  for (int i = 0; i < RUN_OP_MAX; i++) {
    in[i] = run->in[i].shape;
    out[i] = run->out[i].shape;
    in_dtype[i] = run->in[i].dtype;
    out_dtype[i] = run->out[i].dtype;
  }
  for (int round = 0; round < 4; round++) {
    LP_TRY((run->op->family->dtype != NULL ? run->op->family->dtype : lp_infer_same_dtype)(&infer));
    LP_TRY((run->op->family->shape != NULL ? run->op->family->shape : lp_infer_same_shape)(&infer));
  }
  for (int i = 0; i < run->num_inputs; i++) {
    if (!lp_shape_known(&in[i])) {
      return lp_fail(LP_ERROR_SHAPE, "shape of input %d is not known", i);
    }
    if (run->in[i].data == NULL) {
      run_op_input(run, i, in_dtype[i] == LP_DTYPE_UNKNOWN ? LP_FLOAT32 : in_dtype[i], in[i], NULL);
    }
  }
  for (int i = 0; i < run->num_outputs; i++) {
    if (!lp_shape_known(&out[i])) {
      return lp_fail(LP_ERROR_SHAPE, "shape of output %d is not known", i);
    }
    run->out[i].shape = out[i];
    run->out[i].dtype = out_dtype[i] == LP_DTYPE_UNKNOWN ? LP_FLOAT32 : out_dtype[i];
    free(run->out[i].data);
    run->out[i].data = run_op_memory(run_op_bytes(&run->out[i]));
  }
  return LP_OK;
}

/* Expectation for output i, one number per element: |actual - expected| <= absolute + relative * |expected|. */
static inline void run_op_expect(run_op *run, int i, const double *expected, double absolute,
                                 double relative) {
  size_t count = (size_t)lp_shape_size(&run->out[i].shape);
  free(run->expected[i]);
  run->expected[i] = run_op_memory(count * sizeof(double));
  memcpy(run->expected[i], expected, count * sizeof(double));
  run->absolute[i] = absolute;
  run->relative[i] = relative;
}

/* One element of a plain tensor as a double. */
static inline double run_op_element(const lp_tensor *tensor, int64_t index) {
  const char *data = (const char *)tensor->data + (size_t)index * lp_dtype_size(tensor->dtype);
  union {
    float f32;
    double f64;
    uint16_t f16;
    uint8_t u8;
    int8_t i8;
    int32_t i32;
    int64_t i64;
  } value;
  memcpy(&value, data, lp_dtype_size(tensor->dtype));
  switch (tensor->dtype) {
    case LP_FLOAT32:
      return (double)value.f32;
    case LP_FLOAT64:
      return value.f64;
    case LP_FLOAT16:
      return (double)lp_half_to_float(value.f16);
    case LP_INT32:
      return (double)value.i32;
    case LP_INT64:
      return (double)value.i64;
    case LP_INT8:
      return (double)value.i8;
    default:
      return (double)value.u8;
  }
}

/* Between plain and blocked memory of one shape. Padding lanes of blocked memory become NaN. */
static inline void run_op_relayout(const lp_shape *shape, int block, float *plain, float *blocked,
                                   bool to_blocked) {
  int64_t channels = shape->dim[1];
  int64_t padded = (channels + block - 1) / block * block;
  int64_t pixels = lp_shape_product(shape, 2, shape->ndim);
  for (int64_t n = 0; n < shape->dim[0]; n++) {
    for (int64_t c = 0; c < padded; c++) {
      for (int64_t p = 0; p < pixels; p++) {
        float *b = blocked + ((n * padded + c / block * block) * pixels + p * block + c % block);
        if (c >= channels) {
          if (to_blocked) {
            *b = NAN;
          }
        } else if (to_blocked) {
          *b = plain[(n * channels + c) * pixels + p];
        } else {
          plain[(n * channels + c) * pixels + p] = *b;
        }
      }
    }
  }
}

static inline size_t run_op_blocked_bytes(const lp_shape *shape, int block) {
  int64_t padded = (shape->dim[1] + block - 1) / block * block;
  return (size_t)(shape->dim[0] * padded * lp_shape_product(shape, 2, shape->ndim)) * sizeof(float);
}

static inline void run_op_compare(run_op *run, const char *how) {
  for (int i = 0; i < run->num_outputs; i++) {
    if (run->expected[i] == NULL || run->hide[i]) {
      continue;
    }
    int64_t count = lp_shape_size(&run->out[i].shape);
    for (int64_t k = 0; k < count; k++) {
      double actual = run_op_element(&run->out[i], k);
      double expected = run->expected[i][k];
      if (!check_is_near(actual, expected, run->absolute[i] + run->relative[i] * fabs(expected))) {
        check_fail(__FILE__, __LINE__, run->op->name);
        printf(" %s: output %d element %lld of %lld is %.9g, expected %.9g\n", how, i, (long long)k,
               (long long)count, actual, expected);
        break;
      }
    }
  }
}

/* One run; results in run->out. inplace_input -1: output 0 has memory of its own. */
static inline void run_op_once(run_op *run, const lp_algorithm *algorithm, const lp_query *query,
                               const char *how, int inplace_input) {
  lp_tensor in[RUN_OP_MAX];
  lp_tensor out[RUN_OP_MAX];
  lp_threads *threads = NULL;
  void *packed = NULL;
  CHECK_EQ_INT(lp_threads_create(query->threads, &threads), LP_OK);
  for (int i = 0; i < run->num_inputs; i++) {
    bool added = run->epilogue.add && i == run->num_inputs - 1;
    bool blocked = query->block > 1 && (added ? algorithm->blocked_output
                                              : i < 32 && (algorithm->blocked_inputs >> i & 1u));
    in[i] = run->in[i];
    in[i].block = blocked ? query->block : 1;
    if (blocked) {
      in[i].data = run_op_memory(run_op_blocked_bytes(&in[i].shape, query->block));
      run_op_relayout(&in[i].shape, query->block, run->in[i].data, in[i].data, true);
    } else {
      in[i].data = run_op_memory(run_op_bytes(&run->in[i]));
      memcpy(in[i].data, run->in[i].data, run_op_bytes(&run->in[i]));
    }
  }
  for (int i = 0; i < run->num_outputs; i++) {
    out[i] = run->out[i];
    out[i].block = i == 0 && algorithm->blocked_output ? query->block : 1;
    size_t bytes = out[i].block > 1 ? run_op_blocked_bytes(&out[i].shape, query->block)
                                    : run_op_bytes(&out[i]);
    if (i == 0 && inplace_input >= 0) {
      out[i].data = in[inplace_input].data;
    } else if (run->hide[i]) {
      out[i].data = NULL;
    } else {
      out[i].data = run_op_memory(bytes);
      memset(out[i].data, 0xff, bytes);
    }
  }
  if (algorithm->packing != NULL) {
    const lp_packing *packing = algorithm->packing;
    size_t plain_bytes = run_op_bytes(&run->in[packing->input]);
    size_t size = packing->size(query);
    packed = run_op_memory(size);
    memset(packed, 0xff, size);
    packing->pack(query, run->in[packing->input].data, threads, packed);
    if (packing->unpack != NULL) {
      float *back = run_op_memory(plain_bytes);
      packing->unpack(query, packed, back);
      check_bytes(back, run->in[packing->input].data, plain_bytes, __FILE__, __LINE__, how);
      free(back);
    }
    free(in[packing->input].data); /* a model may hold the packed form alone */
    in[packing->input].data = NULL;
  }
  size_t scratch_size = algorithm->scratch != NULL ? algorithm->scratch(query) : 0;
  void *scratch = run_op_memory(scratch_size);
  memset(scratch, 0xff, scratch_size);
  lp_call call = {.op = run->op,
                  .param = run->param,
                  .num_inputs = run->num_inputs,
                  .num_outputs = run->num_outputs,
                  .in = in,
                  .out = out,
                  .epilogue = &run->epilogue,
                  .packed = packed,
                  .scratch = scratch,
                  .threads = threads,
                  .isa = query->isa,
                  .block = query->block};
  /* As in a plan on a first run; without, on the others. */
  void *prepared = NULL;
  size_t prepared_size =
      algorithm->prepared != NULL && query->threads == 1 ? algorithm->prepared(query) : 0;
  if (prepared_size > 0) {
    prepared = run_op_memory(prepared_size);
    memset(prepared, 0, prepared_size);
    algorithm->prepare(&call, prepared);
    call.prepared = prepared;
  }
  lp_status status = algorithm->run(&call);
  free(prepared);
  if (status != LP_OK) {
    check_fail(__FILE__, __LINE__, run->op->name);
    printf(" %s: failed with %d: %s\n", how, status, lp_status_text());
  }
  for (int i = 0; i < run->num_outputs; i++) {
    if (out[i].data == NULL) {
      continue;
    }
    if (out[i].block > 1) {
      run_op_relayout(&out[i].shape, query->block, run->out[i].data, out[i].data, false);
    } else {
      memcpy(run->out[i].data, out[i].data, run_op_bytes(&run->out[i]));
    }
    if (!(i == 0 && inplace_input >= 0)) {
      free(out[i].data);
    }
  }
  for (int i = 0; i < run->num_inputs; i++) {
    if (i != inplace_input && in[i].block == 1 && in[i].data != NULL) {
      check_bytes(in[i].data, run->in[i].data, run_op_bytes(&run->in[i]), __FILE__, __LINE__, how);
    }
    free(in[i].data);
  }
  free(scratch);
  free(packed);
  lp_threads_free(threads);
  if (status == LP_OK) {
    run_op_compare(run, how);
  }
}

/* Whether output 0 may take input i's place. */
static inline bool run_op_may_share(const run_op *run, const lp_algorithm *algorithm, int i) {
  bool blocked_input = i < 32 && (algorithm->blocked_inputs >> i & 1u) != 0;
  if (run->epilogue.add && i == run->num_inputs - 1) {
    return true;
  }
  return algorithm->inplace && run->in[i].dtype == run->out[0].dtype &&
         lp_shape_equal(&run->in[i].shape, &run->out[0].shape) &&
         blocked_input == algorithm->blocked_output;
}

/* Runs every algorithm that accepts; number of runs. */
static inline int run_op_all(run_op *run) {
  int runs = 0;
  size_t bytes = run_op_bytes(&run->out[0]);
  void *first = run_op_memory(bytes);
  run->ran_blocked = run->ran_inplace = 0;
  for (int isa = (int)run->lowest; isa <= (int)lp_cpu_isa(); isa++) {
    for (int a = 0; a < run->op->family->num_algorithms; a++) {
      const lp_algorithm *algorithm = &run->op->family->algorithms[a];
      if (run->only != NULL && strcmp(run->only, algorithm->name) != 0) {
        continue;
      }
      bool uses_block = algorithm->blocked_inputs != 0 || algorithm->blocked_output;
      int once = 0;
      for (unsigned threads = 1; threads <= 3; threads += 2) {
        lp_query query = {.op = run->op,
                          .param = run->param,
                          .num_inputs = run->num_inputs,
                          .num_outputs = run->num_outputs,
                          .in = run->in,
                          .out = run->out,
                          .constant_inputs = run->constant_inputs,
                          .epilogue = &run->epilogue,
                          .isa = (lp_isa)isa,
                          .block = lp_cpu_block((lp_isa)isa),
                          .threads = threads};
        if (algorithm->cost(&query) < 0 || (uses_block && query.block == 1)) {
          continue;
        }
        for (int place = -1; place < run->num_inputs; place++) {
          if (place >= 0 && !run_op_may_share(run, algorithm, place)) {
            continue;
          }
          char how[128];
          (void)snprintf(how, sizeof how, "algorithm %s, %s, %u threads%s", algorithm->name,
                         lp_cpu_isa_name((lp_isa)isa), threads, place >= 0 ? ", in place" : "");
          run_op_once(run, algorithm, &query, how, place);
          if (once++ == 0) {
            memcpy(first, run->out[0].data, bytes);
          } else {
            check_bytes(run->out[0].data, first, bytes, __FILE__, __LINE__, how);
          }
          runs++;
          run->ran_blocked += uses_block;
          run->ran_inplace += place >= 0;
        }
      }
    }
  }
  free(first);
  return runs;
}

/* One run by the first algorithm, plain and on one thread: for forwards that fail. Inferred before. */
static inline lp_status run_op_first(run_op *run) {
  const lp_algorithm *algorithm = &run->op->family->algorithms[0];
  const lp_query query = {.op = run->op,
                          .param = run->param,
                          .num_inputs = run->num_inputs,
                          .num_outputs = run->num_outputs,
                          .in = run->in,
                          .out = run->out,
                          .epilogue = &run->epilogue,
                          .block = 1,
                          .threads = 1};
  lp_call call = {.op = run->op,
                  .param = run->param,
                  .num_inputs = run->num_inputs,
                  .num_outputs = run->num_outputs,
                  .in = run->in,
                  .out = run->out,
                  .epilogue = &run->epilogue,
                  .block = 1};
  call.scratch = run_op_memory(algorithm->scratch != NULL ? algorithm->scratch(&query) : 0);
  const lp_status status = algorithm->run(&call);
  free(call.scratch);
  return status;
}

/* The attributes are not accepted: LP_ERROR_ATTRIBUTE, and this text. */
static inline void run_op_refuses_attribute(const lp_op *op, const char *attributes,
                                            const char *text) {
  run_op run;
  CHECK_EQ_INT(run_op_try_begin(&run, op, attributes), LP_ERROR_ATTRIBUTE);
  CHECK_CONTAINS(lp_status_text(), text);
  run_op_end(&run);
}

/* Inputs of one type in these shapes, of which the operator takes as many as it has, are not: LP_ERROR_SHAPE, and this text. They have no memory. */
static inline void run_op_refuses_shapes(const lp_op *op, const char *attributes, lp_dtype dtype,
                                         const lp_shape *shapes, int count, const char *text) {
  run_op run;
  run_op_begin(&run, op, attributes);
  for (int i = 0; i < count && i < run.num_inputs; i++) {
    run_op_input(&run, i, dtype, lp_shape_1(0), NULL);
    run.in[i].shape = shapes[i];
  }
  CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
  CHECK_CONTAINS(lp_status_text(), text);
  run_op_end(&run);
}

/* An operand of random numbers within `range`, float32 or float64; returns them as doubles, which the caller frees. */
static inline double *run_op_operand(run_op *run, int i, lp_shape shape, lp_dtype dtype,
                                     uint32_t seed, float range) {
  run_op_random(run, i, shape, seed, range);
  const int64_t count = lp_shape_size(&shape);
  double *x = malloc(((size_t)count + 1) * sizeof(double));
  for (int64_t k = 0; k < count; k++) {
    x[k] = (double)((float *)run->in[i].data)[k];
  }
  if (dtype == LP_FLOAT64) {
    run_op_input(run, i, LP_FLOAT64, shape, x);
  }
  return x;
}

#endif /* LP_RUN_OP_H_ */
