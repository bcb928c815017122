/*
 * op_rnn.c - RNN: layers of recurrent cells over a sequence, in one direction or both.
 *
 * data (T, N, I), parameters (a vector), state (L D, N, P), for lstm state_cell (L D, N, H), with
 * use_sequence_length sequence_length (N); L layers, D directions, H = state_size, P = projection_size or H.
 * Output (T, N, D P), forward features first; with state_outputs also the last states.
 *
 *   a = W_x x + b_x, u = W_h h + b_h at every step
 *   rnn_relu, rnn_tanh: h = f(a + u); lstm, gru: see kernel/recurrent.h
 *   projection (lstm): h = W_r h
 *
 * parameters: for each layer, for each direction W_x (G H, inputs), W_h (G H, P), W_r (P, H), G gates;
 * then for each layer and direction b_x and b_h. The next layer's inputs are all features.
 *
 * Attributes: state_size, num_layers, mode (rnn_relu, rnn_tanh, lstm, gru): required. bidirectional =
 * False, state_outputs = False, projection_size = None. p: dropout, of no effect. use_sequence_length =
 * False: an image ends after so many steps; its output is 0 from there on, and its states stay.
 * lstm_state_clip_min, _max = None: refused, as MXNet does without a GPU (there sequence_length is refused too).
 * Speech, text in images (CRNN), language models; what Gluon's and mx.rnn's fused layers export.
 */
#include "../kernel/fully_connected.h"
#include "../kernel/recurrent.h"
#include "movement.h"
#include "op_table.h"

#include <string.h>

#define OP_RNN_MAX_LAYERS 1024
#define OP_RNN_MAX_SIZE 16777215 /* so that op_rnn_variant fits 64 bits */
/* Inputs are multiplied for so many images at once, whole time steps. */
#define OP_RNN_IMAGES 512
/* Images from which on weights are read in panels. */
#define OP_RNN_FEW 3

typedef struct op_rnn_param {
  int64_t state_size;
  int64_t num_layers;
  int64_t projection_size;
  double clip_min, clip_max;
  int mode;
  int bidirectional;
  int state_outputs;
  int use_sequence_length;
} op_rnn_param;

static const lp_attr op_rnn_attrs[] = {
    {"state_size", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_rnn_param, state_size), NULL, NULL},
    {"num_layers", LP_ATTR_UINT, LP_ATTR_REQUIRED, LP_ATTR_OF(op_rnn_param, num_layers), NULL, NULL},
    {"mode", LP_ATTR_ENUM, LP_ATTR_REQUIRED, LP_ATTR_OF(op_rnn_param, mode), NULL,
     "rnn_relu|rnn_tanh|lstm|gru"},
    {"bidirectional", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_rnn_param, bidirectional), "False", NULL},
    {"state_outputs", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_rnn_param, state_outputs), "False", NULL},
    {"projection_size", LP_ATTR_INT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_rnn_param, projection_size),
     "None", NULL},
    {"use_sequence_length", LP_ATTR_BOOL, 0, LP_ATTR_OF(op_rnn_param, use_sequence_length), "False",
     NULL},
    {"lstm_state_clip_min", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_rnn_param, clip_min),
     "None", NULL},
    {"lstm_state_clip_max", LP_ATTR_FLOAT, LP_ATTR_OPTIONAL, LP_ATTR_OF(op_rnn_param, clip_max),
     "None", NULL},
    {"lstm_state_clip_nan", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
    {"p", LP_ATTR_IGNORED, 0, 0, NULL, NULL},
};

static lp_status op_rnn_check(void *any_param) {
  const op_rnn_param *param = any_param;
  if (param->state_size < 1 || param->state_size > OP_RNN_MAX_SIZE) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "state_size is %lld, expected 1 to %d",
                   (long long)param->state_size, OP_RNN_MAX_SIZE);
  }
  if (param->num_layers < 1 || param->num_layers > OP_RNN_MAX_LAYERS) {
    return lp_fail(LP_ERROR_ATTRIBUTE, "num_layers is %lld, expected 1 to %d",
                   (long long)param->num_layers, OP_RNN_MAX_LAYERS);
  }
  if (param->projection_size != LP_NONE &&
      (param->mode != LP_RECURRENT_LSTM || param->projection_size < 1 ||
       param->projection_size > OP_RNN_MAX_SIZE)) {
    return lp_fail(LP_ERROR_ATTRIBUTE,
                   "projection_size is %lld, expected None, or with mode lstm 1 to %d",
                   (long long)param->projection_size, OP_RNN_MAX_SIZE);
  }
  if (!isnan(param->clip_min) || !isnan(param->clip_max)) {
    return lp_fail(LP_ERROR_UNSUPPORTED,
                   "lstm_state_clip_min and lstm_state_clip_max are not supported, nor does MXNet "
                   "have them without a GPU; None, without clipping, is");
  }
  return LP_OK;
}

static int op_rnn_count_inputs(const void *any_param) {
  const op_rnn_param *param = any_param;
  return 3 + (param->mode == LP_RECURRENT_LSTM) + param->use_sequence_length;
}

static int op_rnn_count_outputs(const void *any_param) {
  const op_rnn_param *param = any_param;
  return !param->state_outputs ? 1 : param->mode == LP_RECURRENT_LSTM ? 3 : 2;
}

/* ---- sizes ------------------------------------------------------------------ */

typedef struct op_rnn_job {
  int64_t steps, images, inputs;      /* T, N, I */
  int64_t layers, directions, gates;  /* L, D, G */
  int64_t hidden, features;           /* H, P */
  bool projects;
  lp_recurrent_mode mode;
} op_rnn_job;

static op_rnn_job op_rnn_begin(const void *any_param, const lp_shape *data) {
  static const int gates[] = {1, 1, 4, 3};
  const op_rnn_param *param = any_param;
  op_rnn_job job = {.layers = param->num_layers,
                    .directions = param->bidirectional ? 2 : 1,
                    .gates = gates[param->mode],
                    .hidden = param->state_size,
                    .features = param->state_size,
                    .mode = (lp_recurrent_mode)param->mode};
  if (param->projection_size != LP_NONE) {
    job.features = param->projection_size;
    job.projects = true;
  }
  job.steps = data->dim[0];
  job.images = data->dim[1];
  job.inputs = data->dim[2];
  return job;
}

/* The matrices of a layer's direction, in the order of the parameters. */
enum { OP_RNN_X, OP_RNN_H, OP_RNN_R, OP_RNN_MATRICES };
typedef struct op_rnn_matrix {
  int64_t rows, depth;
  int64_t images; /* that it is multiplied with at once */
} op_rnn_matrix;

static int op_rnn_matrices(const op_rnn_job *job) {
  return job->projects ? OP_RNN_MATRICES : OP_RNN_R;
}

/* Time steps whose inputs are multiplied at once. */
static int64_t op_rnn_chunk(const op_rnn_job *job) {
  const int64_t chunk = job->images > 0 ? OP_RNN_IMAGES / job->images : 1;
  return chunk < 1 ? 1 : chunk < job->steps ? chunk : job->steps;
}

static op_rnn_matrix op_rnn_matrix_at(const op_rnn_job *job, int64_t layer, int which) {
  if (which == OP_RNN_R) {
    return (op_rnn_matrix){job->features, job->hidden, job->images};
  }
  if (which == OP_RNN_H) {
    return (op_rnn_matrix){job->gates * job->hidden, job->features, job->images};
  }
  return (op_rnn_matrix){job->gates * job->hidden,
                         layer == 0 ? job->inputs : job->directions * job->features,
                         op_rnn_chunk(job) * job->images};
}

/* Multiply-adds of one image's step: as many as there are weights. */
static double op_rnn_adds(const op_rnn_job *job) {
  double sum = 0.0;
  for (int64_t layer = 0; layer < job->layers; layer++) {
    for (int which = 0; which < op_rnn_matrices(job); which++) {
      const op_rnn_matrix matrix = op_rnn_matrix_at(job, layer, which);
      sum += (double)job->directions * (double)matrix.rows * (double)matrix.depth;
    }
  }
  return sum;
}

static double op_rnn_biases(const op_rnn_job *job) {
  return (double)(job->layers * job->directions * 2 * job->gates) * (double)job->hidden;
}

/* ---- rules ------------------------------------------------------------------ */

/* Merges dimension 1, the images, of a tensor into *images. */
static void op_rnn_images(const lp_shape *shape, int dim, int64_t *images) {
  if (*images < 0 && shape->ndim > dim) {
    *images = shape->dim[dim];
  }
}

static lp_status op_rnn_shape(const lp_infer *infer) {
  const op_rnn_param *param = infer->param;
  lp_shape three = lp_shape_3(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape *data = &infer->in[0], *out = &infer->out[0];
  const bool cell = param->mode == LP_RECURRENT_LSTM;
  LP_TRY(lp_infer_merge(infer, data, &three));
  LP_TRY(lp_infer_merge(infer, out, &three));
  int64_t images = LP_DIM_UNKNOWN;
  for (int i = 0; i < infer->num_inputs; i++) {
    if (i != 1) {
      op_rnn_images(&infer->in[i], i == 3 + cell ? 0 : 1, &images);
    }
  }
  for (int i = 0; i < infer->num_outputs; i++) {
    op_rnn_images(&infer->out[i], 1, &images);
  }
  const op_rnn_job job = op_rnn_begin(param, data);
  const int64_t states = job.layers * job.directions;
  const lp_shape state = lp_shape_3(states, images, job.features);
  const lp_shape state_cell = lp_shape_3(states, images, job.hidden);
  const lp_shape result = lp_shape_3(data->dim[0], images, job.directions * job.features);
  LP_TRY(lp_infer_merge(infer, out, &result));
  three = lp_shape_3(out->dim[0], images, LP_DIM_UNKNOWN);
  LP_TRY(lp_infer_merge(infer, data, &three));
  LP_TRY(lp_infer_merge(infer, &infer->in[2], &state));
  if (cell) {
    LP_TRY(lp_infer_merge(infer, &infer->in[3], &state_cell));
  }
  if (param->use_sequence_length) {
    const lp_shape lengths = lp_shape_1(images);
    LP_TRY(lp_infer_merge(infer, &infer->in[3 + cell], &lengths));
  }
  for (int i = 1; i < infer->num_outputs; i++) {
    LP_TRY(lp_infer_merge(infer, &infer->out[i], i == 1 ? &state : &state_cell));
  }
  if (data->dim[2] == 0) {
    return lp_infer_fail(infer, "data has no features: its last dimension is 0");
  }
  if (data->dim[2] > 0) {
    const double size = op_rnn_adds(&job) + op_rnn_biases(&job);
    if (size > 1e15) {
      return lp_infer_fail(infer, "it needs %g parameters, which is too many", size);
    }
    const lp_shape parameters = lp_shape_1((int64_t)size);
    return lp_infer_merge(infer, &infer->in[1], &parameters);
  }
  return LP_OK;
}

/* All of one type but the lengths. */
static lp_status op_rnn_dtype(const lp_infer *infer) {
  const op_rnn_param *param = infer->param;
  lp_infer rest = *infer;
  rest.num_inputs -= param->use_sequence_length;
  return lp_infer_same_dtype(&rest);
}

static double op_rnn_multiply_adds(const lp_infer *infer) {
  const op_rnn_job job = op_rnn_begin(infer->param, &infer->in[0]);
  return op_rnn_adds(&job) * (double)job.steps * (double)job.images;
}

/* ---- weights ---------------------------------------------------------------- */

/* Whether a matrix is read in panels. Where these are made at every run, few images read the rows as they are. */
static bool op_rnn_in_panels(const op_rnn_matrix *matrix, bool packed) {
  return LP_WITH_FAST && (packed || matrix->images >= OP_RNN_FEW);
}

#if LP_WITH_FAST
static op_rnn_job op_rnn_of_query(const lp_query *query) {
  return op_rnn_begin(query->param, &query->in[0].shape);
}

/* Between the parameters as they are and with matrices in panels; biases behind them. Either may be NULL: only the size is asked for. */
static size_t op_rnn_repack(const lp_query *query, float *plain, char *packed, bool pack) {
  const op_rnn_job job = op_rnn_of_query(query);
  size_t used = 0;
  for (int64_t at = 0; at < job.layers * job.directions; at++) {
    for (int which = 0; which < op_rnn_matrices(&job); which++) {
      const op_rnn_matrix matrix = op_rnn_matrix_at(&job, at / job.directions, which);
      const size_t bytes = lp_fully_connected_packed(matrix.rows, matrix.depth, query->isa);
      if (plain != NULL) {
        float *to = (float *)(void *)(packed + used);
        if (pack) {
          lp_fully_connected_pack(matrix.rows, matrix.depth, query->isa, plain, to);
        } else {
          lp_fully_connected_unpack(matrix.rows, matrix.depth, query->isa, to, plain);
        }
        plain += matrix.rows * matrix.depth;
      }
      if (!lp_size_add(used, bytes, &used)) {
        return 0;
      }
    }
  }
  const size_t biases = (size_t)op_rnn_biases(&job) * sizeof(float);
  if (plain != NULL) {
    memcpy(pack ? (void *)(packed + used) : (void *)plain,
           pack ? (void *)plain : (void *)(packed + used), biases);
  }
  return lp_size_add(used, biases, &used) ? used : 0;
}

static size_t op_rnn_packed(const lp_query *query) { return op_rnn_repack(query, NULL, NULL, true); }

static int64_t op_rnn_variant(const lp_query *query) {
  const op_rnn_job job = op_rnn_of_query(query);
  /* Two nodes may see one vector in different ways, which must not be taken for one; the block tells the level. */
  int64_t variant = job.hidden * (OP_RNN_MAX_SIZE + 1) + job.features;
  variant = variant * OP_RNN_MAX_LAYERS + job.layers - 1;
  return variant * 16 + (int64_t)job.mode * 4 + (job.projects ? 2 : 0) + job.directions - 1;
}

static void op_rnn_pack(const lp_query *query, const float *plain, lp_threads *threads, void *packed) {
  (void)threads;
  (void)op_rnn_repack(query, (float *)(uintptr_t)plain, packed, true);
}

static void op_rnn_unpack(const lp_query *query, const void *packed, float *plain) {
  (void)op_rnn_repack(query, plain, (char *)(uintptr_t)packed, false);
}

static const lp_packing op_rnn_packing = {.name = "panels",
                                          .input = 1,
                                          .size = op_rnn_packed,
                                          .variant = op_rnn_variant,
                                          .pack = op_rnn_pack,
                                          .unpack = op_rnn_unpack};
#endif

/* ---- running ---------------------------------------------------------------- */

/* What a run keeps in scratch. */
typedef struct op_rnn_memory {
  char *between; /* another layer's output */
  char *a;       /* sums of the inputs, of a chunk of steps */
  char *u;       /* sums of the states */
  char *h, *c;   /* states */
  char *cell;    /* with a projection: what is projected */
  char *bias;
  char *panels[OP_RNN_MATRICES]; /* where the weights are not packed */
  char *product; /* scratch of the products */
} op_rnn_memory;

static char *op_rnn_take(char *base, size_t *used, size_t count, size_t size) {
  char *taken = base == NULL ? NULL : base + *used;
  size_t bytes;
  if (*used > SIZE_MAX / 2 || !lp_size_multiply(count, size, &bytes) || bytes > SIZE_MAX / 4) {
    *used = SIZE_MAX;
    return NULL;
  }
  *used += (bytes + LP_ALIGNMENT - 1) / LP_ALIGNMENT * LP_ALIGNMENT;
  return taken;
}

static size_t op_rnn_product_scratch(const op_rnn_matrix *matrix, bool panels, unsigned threads) {
  return panels ? lp_fully_connected_panels_scratch(matrix->images, matrix->rows, matrix->depth)
             : lp_fully_connected_scratch(matrix->rows, threads);
}

/* Lays out scratch memory; returns its size, SIZE_MAX on overflow. */
static size_t op_rnn_arrange(const op_rnn_job *job, lp_dtype dtype, lp_isa isa, unsigned threads,
                             bool packed, char *base, op_rnn_memory *memory) {
  const size_t size = lp_dtype_size(dtype), images = (size_t)job->images;
  const size_t hidden = (size_t)job->hidden, features = (size_t)job->features;
  const size_t sums = (size_t)job->gates * hidden;
  size_t used = 0, product = 0;
  memset(memory, 0, sizeof *memory);
  if (job->layers > 1) {
    memory->between = op_rnn_take(base, &used, (size_t)(job->steps * job->images),
                                  (size_t)job->directions * features * size);
  }
  memory->a = op_rnn_take(base, &used, (size_t)op_rnn_chunk(job) * images, sums * size);
  memory->u = op_rnn_take(base, &used, images, sums * size);
  memory->h = op_rnn_take(base, &used, images, features * size);
  memory->c = op_rnn_take(base, &used, images, hidden * size);
  memory->cell = job->projects ? op_rnn_take(base, &used, images, hidden * size) : memory->h;
  memory->bias = op_rnn_take(base, &used, sums, size);
  for (int which = 0; which < op_rnn_matrices(job); which++) {
    size_t panels = 0;
    for (int64_t layer = 0; layer < job->layers && layer < 2; layer++) {
      const op_rnn_matrix matrix = op_rnn_matrix_at(job, layer, which);
      const bool in_panels = op_rnn_in_panels(&matrix, packed);
      const size_t bytes = lp_fully_connected_packed(matrix.rows, matrix.depth, isa);
      const size_t scratch = op_rnn_product_scratch(&matrix, in_panels, threads);
      panels = in_panels && bytes > panels ? bytes : panels;
      product = scratch > product ? scratch : product;
    }
    if (!packed && dtype == LP_FLOAT32) {
      memory->panels[which] = op_rnn_take(base, &used, panels, 1);
    }
  }
  memory->product = op_rnn_take(base, &used, product, 1);
  return used;
}

/* A layer in one direction. */
typedef struct op_rnn_layer {
  const lp_call *call;
  const op_rnn_job *job;
  const op_rnn_memory *memory;
  lp_dtype dtype;
  size_t size;            /* of an element */
  const lp_epilogue none;
  op_rnn_matrix matrices[OP_RNN_MATRICES];
  const char *weights[OP_RNN_MATRICES];
  const char *last_bias;  /* GRU: of the state, inside the reset */
  const char *x;
  char *y;                /* this direction's features of the first image of the first step */
  int64_t y_image;        /* features of both directions */
} op_rnn_layer;

static void op_rnn_product(const op_rnn_layer *layer, int which, int64_t images, const char *x,
                           const void *bias, char *y) {
  const op_rnn_matrix *matrix = &layer->matrices[which];
  const lp_fully_connected product = {.images = images,
                                      .rows = matrix->rows,
                                      .depth = matrix->depth,
                                      .x = x,
                                      .w = layer->weights[which],
                                      .bias = bias,
                                      .epilogue = &layer->none,
                                      .y = y,
                                      .scratch = layer->memory->product,
                                      .threads = layer->call->threads,
                                      .isa = layer->call->isa};
  if (lp_dtype_is(layer->dtype, LP_FLOAT64)) {
    lp_fully_connected_f64(&product);
  } else if (op_rnn_in_panels(matrix, layer->call->packed != NULL)) {
    if (images < OP_RNN_FEW && bias == NULL) {
      const lp_recurrent_product few = {images,    matrix->rows, matrix->depth,
                                        product.x, product.w,    product.y};
      lp_recurrent_multiply(&few, product.threads, product.isa);
      return;
    }
    lp_fully_connected_panels(&product);
  } else {
    lp_fully_connected_f32(&product);
  }
}

/* Steps after which image i is over. */
static int64_t op_rnn_length(const op_rnn_layer *layer, int64_t i) {
  const op_rnn_param *param = layer->call->param;
  if (!param->use_sequence_length) {
    return layer->job->steps;
  }
  return lp_movement_index(&layer->call->in[layer->call->num_inputs - 1], i);
}

static void op_rnn_step(const op_rnn_layer *layer, int64_t step, const char *a) {
  const op_rnn_job *job = layer->job;
  const op_rnn_memory *memory = layer->memory;
  const size_t sums = (size_t)(job->gates * job->hidden) * layer->size;
  const size_t hidden = (size_t)job->hidden * layer->size;
  const size_t features = (size_t)job->features * layer->size;
  op_rnn_product(layer, OP_RNN_H, job->images, memory->h, NULL, memory->u);
  for (int64_t i = 0; i < job->images; i++) {
    const size_t image = (size_t)i;
    if (step < op_rnn_length(layer, i)) {
      const lp_recurrent_cell cell = {job->mode,
                                      job->hidden,
                                      a + image * sums,
                                      memory->u + image * sums,
                                      layer->last_bias,
                                      memory->c + image * hidden,
                                      memory->cell + image * hidden};
      lp_recurrent_run(&cell, layer->dtype, layer->call->isa);
    } else if (job->projects) {
      memset(memory->cell + image * hidden, 0, hidden); /* multiplied, and dropped */
    }
  }
  if (job->projects) {
    op_rnn_product(layer, OP_RNN_R, job->images, memory->cell, NULL, memory->u);
  }
  for (int64_t i = 0; i < job->images; i++) {
    char *h = memory->h + (size_t)i * features;
    char *y = layer->y + (size_t)(step * job->images + i) * (size_t)layer->y_image * layer->size;
    if (step >= op_rnn_length(layer, i)) {
      memset(y, 0, features);
      continue;
    }
    if (job->projects) {
      memcpy(h, memory->u + (size_t)i * features, features);
    }
    memcpy(y, h, features);
  }
}

static void op_rnn_direction(const op_rnn_layer *layer, bool backward) {
  const op_rnn_job *job = layer->job;
  const int64_t chunk = op_rnn_chunk(job);
  const size_t x_step = (size_t)(job->images * layer->matrices[OP_RNN_X].depth) * layer->size;
  const size_t a_step = (size_t)(job->images * job->gates * job->hidden) * layer->size;
  for (int64_t done = 0; done < job->steps; done += chunk) {
    const int64_t count = job->steps - done < chunk ? job->steps - done : chunk;
    const int64_t first = backward ? job->steps - done - count : done;
    op_rnn_product(layer, OP_RNN_X, count * job->images, layer->x + (size_t)first * x_step,
                   layer->memory->bias, layer->memory->a);
    for (int64_t k = 0; k < count; k++) {
      const int64_t at = backward ? count - 1 - k : k;
      op_rnn_step(layer, first + at, layer->memory->a + (size_t)at * a_step);
    }
  }
}

/* The bias of the inputs' sums: both, but of the GRU's last gate the inputs' alone. */
static void op_rnn_bias(op_rnn_layer *layer, const char *biases) {
  const int64_t sums = layer->job->gates * layer->job->hidden;
  const int64_t both = layer->job->mode == LP_RECURRENT_GRU ? 2 * layer->job->hidden : sums;
  layer->last_bias = biases + (size_t)(sums + both) * layer->size;
  for (int64_t i = 0; i < sums; i++) {
    if (lp_dtype_is(layer->dtype, LP_FLOAT64)) {
      const double *bias = (const double *)(const void *)biases;
      ((double *)(void *)layer->memory->bias)[i] = bias[i] + (i < both ? bias[sums + i] : 0.0);
    } else {
      const float *bias = (const float *)(const void *)biases;
      ((float *)(void *)layer->memory->bias)[i] = bias[i] + (i < both ? bias[sums + i] : 0.0f);
    }
  }
}

/* The weights of the next layer and direction, from *weights on, in panels where they are to be. */
static void op_rnn_weights(op_rnn_layer *layer, int64_t number, const char **weights) {
  for (int which = 0; which < op_rnn_matrices(layer->job); which++) {
    op_rnn_matrix *matrix = &layer->matrices[which];
    *matrix = op_rnn_matrix_at(layer->job, number, which);
    layer->weights[which] = *weights;
    if (layer->call->packed != NULL) {
      *weights += lp_fully_connected_packed(matrix->rows, matrix->depth, layer->call->isa);
      continue;
    }
    if (layer->dtype == LP_FLOAT32 && op_rnn_in_panels(matrix, false)) {
      float *panels = (float *)(void *)layer->memory->panels[which];
      lp_fully_connected_pack(matrix->rows, matrix->depth, layer->call->isa,
                              (const float *)(const void *)*weights, panels);
      layer->weights[which] = layer->memory->panels[which];
    }
    *weights += (size_t)(matrix->rows * matrix->depth) * layer->size;
  }
}

/* Copies one layer's state in, or out if the output is wanted. */
static void op_rnn_state(const op_rnn_layer *layer, int64_t at, int cell, bool out) {
  const op_rnn_job *job = layer->job;
  const lp_call *call = layer->call;
  const size_t bytes =
      (size_t)(job->images * (cell ? job->hidden : job->features)) * layer->size;
  char *state = cell ? layer->memory->c : layer->memory->h;
  if (!out) {
    memcpy(state, (const char *)call->in[2 + cell].data + (size_t)at * bytes, bytes);
  } else if (call->num_outputs > 1 + cell && call->out[1 + cell].data != NULL) {
    memcpy((char *)call->out[1 + cell].data + (size_t)at * bytes, state, bytes);
  }
}

static lp_status op_rnn_run(const lp_call *call) {
  const op_rnn_job job = op_rnn_begin(call->param, &call->in[0].shape);
  const int states = job.mode == LP_RECURRENT_LSTM ? 2 : 1;
  op_rnn_memory memory;
  op_rnn_layer layer = {.call = call,
                        .job = &job,
                        .memory = &memory,
                        .dtype = call->out[0].dtype,
                        .size = lp_dtype_size(call->out[0].dtype),
                        .y_image = job.directions * job.features};
  (void)op_rnn_arrange(&job, layer.dtype, call->isa, lp_threads_count(call->threads),
                       call->packed != NULL, call->scratch, &memory);
  const char *weights = call->packed != NULL ? call->packed : call->in[1].data;
  size_t matrices = (size_t)op_rnn_adds(&job) * layer.size;
#if LP_WITH_FAST
  if (call->packed != NULL) {
    const lp_query query = {.param = call->param, .in = call->in, .isa = call->isa};
    matrices = op_rnn_packed(&query) - (size_t)op_rnn_biases(&job) * layer.size;
  }
#endif
  const char *biases = weights + matrices;
  layer.x = call->in[0].data;
  for (int64_t l = 0; l < job.layers; l++) {
    /* The last layer's output is the node's; those before take turns. */
    char *y = (job.layers - l) % 2 == 1 ? call->out[0].data : memory.between;
    for (int64_t d = 0; d < job.directions; d++) {
      const int64_t at = l * job.directions + d;
      op_rnn_weights(&layer, l, &weights);
      op_rnn_bias(&layer, biases);
      biases += (size_t)(2 * job.gates * job.hidden) * layer.size;
      layer.y = y + (size_t)(d * job.features) * layer.size;
      for (int cell = 0; cell < states; cell++) {
        op_rnn_state(&layer, at, cell, false);
      }
      if (job.images > 0) {
        op_rnn_direction(&layer, d == 1);
      }
      for (int cell = 0; cell < states; cell++) {
        op_rnn_state(&layer, at, cell, true);
      }
    }
    layer.x = y;
  }
  return LP_OK;
}

static size_t op_rnn_scratch_of(const lp_query *query, bool packed) {
  const op_rnn_job job = op_rnn_begin(query->param, &query->in[0].shape);
  op_rnn_memory memory;
  return op_rnn_arrange(&job, query->out[0].dtype, query->isa, query->threads, packed, NULL, &memory);
}
static size_t op_rnn_scratch(const lp_query *query) { return op_rnn_scratch_of(query, false); }

/* All tensors but the lengths are of this type. */
static bool op_rnn_all(const lp_query *query, lp_dtype dtype) {
  lp_query rest = *query;
  rest.num_inputs -= ((const op_rnn_param *)query->param)->use_sequence_length;
  return lp_query_no_epilogue(query) && lp_query_all(&rest, dtype);
}

static double op_rnn_cost(const lp_query *query) {
  const op_rnn_job job = op_rnn_begin(query->param, &query->in[0].shape);
  const double adds = op_rnn_adds(&job);
  if (LP_WITH_DTYPES && op_rnn_all(query, LP_FLOAT64)) {
    return adds * (double)job.steps * (double)job.images;
  }
  return op_rnn_all(query, LP_FLOAT32)
             ? adds * (1.0 + 0.1 * (double)job.steps * (double)job.images)
             : LP_COST_REJECT;
}

#if LP_WITH_FAST
static size_t op_rnn_packed_scratch(const lp_query *query) { return op_rnn_scratch_of(query, true); }

static double op_rnn_packed_cost(const lp_query *query) {
  return op_rnn_all(query, LP_FLOAT32) && (query->constant_inputs & 2) != 0
             ? op_rnn_cost(query) * 0.9
             : LP_COST_REJECT;
}
#endif

static const lp_algorithm op_rnn_algorithms[] = {
#if LP_WITH_FAST
    {.name = "packed",
     .cost = op_rnn_packed_cost,
     .packing = &op_rnn_packing,
     .scratch = op_rnn_packed_scratch,
     .run = op_rnn_run},
#endif
    {.name = "plain", .cost = op_rnn_cost, .scratch = op_rnn_scratch, .run = op_rnn_run},
};

static const lp_op_family op_rnn_family = {
    .attrs = op_rnn_attrs,
    .num_attrs = (int)LP_COUNT(op_rnn_attrs),
    .param_size = sizeof(op_rnn_param),
    .check = op_rnn_check,
    .inputs = "data parameters state state_cell sequence_length",
    .count_inputs = op_rnn_count_inputs,
    .outputs = "output state_output statecell_output",
    .count_outputs = op_rnn_count_outputs,
    .count_visible = op_rnn_count_outputs,
    .weight_inputs = 2,
    .shape = op_rnn_shape,
    .dtype = op_rnn_dtype,
    .multiply_adds = LP_WITH_REPORTS ? op_rnn_multiply_adds : NULL,
    .algorithms = op_rnn_algorithms,
    .num_algorithms = (int)LP_COUNT(op_rnn_algorithms),
};
LP_DATA const lp_op lp_op_RNN = {
    .name = "RNN",
    .aliases = "_npx_rnn",
    .family = &op_rnn_family,
};

#undef OP_RNN_MAX_LAYERS
#undef OP_RNN_MAX_SIZE
#undef OP_RNN_IMAGES
#undef OP_RNN_FEW
