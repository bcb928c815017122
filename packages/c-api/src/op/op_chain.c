/*
 * op_chain.c - a chain of elementwise operators in one pass; see op_chain.h.
 *
 * The output is cut into planes: one channel of one image, or a block of
 * channels of one image in a blocked layout; where nothing is per channel, all
 * of it. A plane is done in tiles that stay in the first-level cache: what lies
 * between two links goes through a thread's tile of scratch, so that the output
 * may be the memory of any input. Values per channel, which inputs may hold in
 * several shapes and layouts, are first brought into tables that end in zeros
 * where a block does. Where those inputs are constants, that is done once.
 */
#include "op_chain.h"

#include <math.h>
#include <string.h>

#include "../kernel/activation.h"
#include "../kernel/elementwise.h"
#include "../kernel/layout.h"
#include "../kernel/normalize.h"

/* Floats of a tile, a multiple of every block, and those worth another thread. */
#define OP_CHAIN_TILE 2048
#define OP_CHAIN_CHUNK 32768

typedef enum op_chain_form {
  OP_CHAIN_NO_INPUT,
  OP_CHAIN_SAME,     /* the output's shape */
  OP_CHAIN_ONE,      /* one element */
  OP_CHAIN_CHANNELS, /* one per channel */
  OP_CHAIN_IMAGES,   /* one per image and channel */
  OP_CHAIN_OTHER
} op_chain_form;

int lp_link_count_inputs(const lp_link *link) {
  return link->kind == LP_LINK_NORMALIZE                                   ? LP_LINK_INPUTS
         : link->kind == LP_LINK_OPERAND || link->kind == LP_LINK_SLOPES ? 1
                                                                           : 0;
}

int lp_link_of_unary(const lp_query *query, lp_link *links) {
  links[0] = (lp_link){.kind = LP_LINK_FUNCTION, .function = query->op->kind};
  return 1;
}

int lp_link_of_binary(const lp_query *query, lp_link *links) {
  const bool reversed = !lp_shape_equal(&query->in[0].shape, &query->out[0].shape);
  links[0] = (lp_link){.kind = LP_LINK_OPERAND,
                       .function = query->op->kind,
                       .reversed = reversed,
                       .inputs = {reversed ? 0 : 1}};
  return 1;
}

static op_chain_form op_chain_form_of(const lp_link *link, const lp_tensor *in,
                                      const lp_shape *out) {
  if (lp_link_count_inputs(link) == 0) {
    return OP_CHAIN_NO_INPUT;
  }
  const lp_shape *shape = &in[link->inputs[0]].shape;
  const bool parameters = link->kind != LP_LINK_OPERAND;
  if (!parameters && lp_shape_equal(shape, out)) {
    return OP_CHAIN_SAME;
  }
  if (lp_shape_size(shape) == 1 && shape->ndim <= out->ndim && link->kind != LP_LINK_NORMALIZE) {
    return OP_CHAIN_ONE;
  }
  /* (C) where it is a parameter; (N, C, 1...) or (1, C, 1...) or (C, 1...) where it broadcasts. */
  const int axis = parameters ? 0 : 1 - (out->ndim - shape->ndim);
  if (out->ndim < 2 || axis < 0 || axis > 1 || shape->ndim <= axis ||
      shape->dim[axis] != out->dim[1] || (parameters && shape->ndim != 1)) {
    return OP_CHAIN_OTHER;
  }
  for (int i = axis + 1; i < shape->ndim; i++) {
    if (shape->dim[i] != 1) {
      return OP_CHAIN_OTHER;
    }
  }
  return axis == 0 || shape->dim[0] == 1         ? OP_CHAIN_CHANNELS
         : shape->dim[0] == out->dim[0] ? OP_CHAIN_IMAGES
                                                 : OP_CHAIN_OTHER;
}

/* The channels with what a block may read beyond them. */
static size_t op_chain_padded(const lp_shape *out) {
  int64_t channels = out->ndim > 1 ? out->dim[1] : 1;
  return ((size_t)channels + LP_MAX_BLOCK - 1) / LP_MAX_BLOCK * LP_MAX_BLOCK;
}

/* Floats of a link's table; false on overflow. */
static bool op_chain_table(const lp_link *link, op_chain_form form, const lp_shape *out,
                           size_t *floats) {
  const size_t padded = op_chain_padded(out);
  *floats = 0;
  if (link->kind == LP_LINK_NORMALIZE) {
    return lp_size_multiply(padded, 3, floats);
  }
  if (link->kind == LP_LINK_SLOPES || form == OP_CHAIN_CHANNELS) {
    *floats = padded;
  } else if (form == OP_CHAIN_IMAGES) {
    return lp_size_multiply(padded, (size_t)out->dim[0], floats);
  }
  return true;
}

/* Floats of all tables. */
static bool op_chain_tables(const lp_chain *chain, const lp_tensor *in, const lp_shape *out,
                            size_t *floats) {
  *floats = 0;
  for (int k = 0; k < chain->num_links; k++) {
    size_t each;
    const lp_link *link = &chain->links[k];
    if (!op_chain_table(link, op_chain_form_of(link, in, out), out, &each) ||
        !lp_size_add(*floats, each, floats)) {
      return false;
    }
  }
  return *floats <= SIZE_MAX / 2 / sizeof(float);
}

/* ---- costs ------------------------------------------------------------------ */

/* Estimated nanoseconds per element. */
static double op_chain_link_cost(const lp_link *link) {
  switch (link->kind) {
    case LP_LINK_ACTIVATE: return lp_activation_cost((lp_activation_function)link->function);
    case LP_LINK_FUNCTION:
    case LP_LINK_OPERAND:
      return lp_elementwise_cost((lp_function)link->function, LP_FLOAT32);
    default: return 0.1;
  }
}

static bool op_chain_takes(const lp_link *link, const lp_query *query, bool blocked) {
  const op_chain_form form = op_chain_form_of(link, query->in, &query->out[0].shape);
  for (int i = 0; i < lp_link_count_inputs(link); i++) {
    if (query->in[link->inputs[i]].dtype != LP_FLOAT32) {
      return false;
    }
  }
  if (form == OP_CHAIN_OTHER || (link->kind == LP_LINK_NORMALIZE && query->out[0].shape.ndim < 2)) {
    return false;
  }
  return !blocked || link->kind != LP_LINK_OPERAND || form == OP_CHAIN_SAME ||
         form == OP_CHAIN_ONE || link->function <= LP_FUNCTION_LAST_VECTOR;
}

static double op_chain_cost_of(const lp_query *query, bool blocked) {
  const lp_chain *chain = query->param;
  double each = 0.1;
  if (!lp_query_no_epilogue(query) || query->in[0].dtype != LP_FLOAT32 ||
      query->out[0].dtype != LP_FLOAT32 ||
      !lp_shape_equal(&query->in[0].shape, &query->out[0].shape)) {
    return LP_COST_REJECT;
  }
  for (int k = 0; k < chain->num_links; k++) {
    if (!op_chain_takes(&chain->links[k], query, blocked)) {
      return LP_COST_REJECT;
    }
    each += op_chain_link_cost(&chain->links[k]);
  }
  /* With values per channel, each plane has calls of its own. */
  const lp_shape *out = &query->out[0].shape;
  size_t floats = 0;
  (void)op_chain_tables(chain, query->in, out, &floats);
  const double planes =
      floats == 0 || out->ndim < 3 ? 1 : (double)out->dim[0] * (double)out->dim[1];
  return each * lp_query_elements(query) +
         10 * chain->num_links * (blocked ? planes / query->block : planes);
}

static double op_chain_cost_plain(const lp_query *query) { return op_chain_cost_of(query, false); }

static double op_chain_cost_blocked(const lp_query *query) {
  return query->block > 1 && query->out[0].shape.ndim > 2 ? op_chain_cost_of(query, true)
                                                          : LP_COST_REJECT;
}

bool lp_link_suits_alone(const lp_link *link, const lp_query *query) {
  if (query->out[0].shape.ndim < 3) {
    return false;
  }
  const op_chain_form form = op_chain_form_of(link, query->in, &query->out[0].shape);
  return form == OP_CHAIN_CHANNELS || form == OP_CHAIN_IMAGES || link->kind == LP_LINK_SLOPES;
}

/* Operands of the output's shape, whatever the layout of the others. */
static bool op_chain_is_whole(const lp_query *query, int input) {
  return lp_shape_equal(&query->in[input].shape, &query->out[0].shape);
}

/* Those per image and channel as well: what a convolution makes of 1 x 1 pixels. */
static bool op_chain_is_whole_or_image(const lp_query *query, int input) {
  return op_chain_is_whole(query, input) ||
         (query->in[input].shape.ndim == query->out[0].shape.ndim &&
          (query->constant_inputs >> input & 1u) == 0 &&
          lp_shape_size(&query->in[input].shape) > 1);
}

static size_t op_chain_scratch(const lp_query *query) {
  size_t tables;
  size_t tiles;
  if (!op_chain_tables(query->param, query->in, &query->out[0].shape, &tables) ||
      !lp_size_multiply(query->threads, OP_CHAIN_TILE, &tiles) ||
      !lp_size_add(tables, tiles, &tables) ||
      !lp_size_multiply(tables, sizeof(float), &tables)) {
    return SIZE_MAX;
  }
  return tables;
}

static size_t op_chain_prepared(const lp_query *query) {
  const lp_chain *chain = query->param;
  size_t floats;
  for (int k = 0; k < chain->num_links; k++) {
    const lp_link *link = &chain->links[k];
    op_chain_form form = op_chain_form_of(link, query->in, &query->out[0].shape);
    const bool table = form != OP_CHAIN_SAME && !(link->kind == LP_LINK_OPERAND && form == OP_CHAIN_ONE);
    for (int i = 0; i < lp_link_count_inputs(link) && table; i++) {
      if ((query->constant_inputs >> link->inputs[i] & 1u) == 0) {
        return 0;
      }
    }
  }
  return op_chain_tables(chain, query->in, &query->out[0].shape, &floats) ? floats * sizeof(float)
                                                                          : SIZE_MAX;
}

/* ---- tables ------------------------------------------------------------------ */

static void op_chain_fill_normalize(const lp_link *link, const lp_tensor *in, int64_t channels,
                                    size_t padded, float *table) {
  const float *gamma = in[link->inputs[LP_LINK_GAMMA]].data;
  const float *beta = in[link->inputs[LP_LINK_BETA]].data;
  const float *mean = in[link->inputs[LP_LINK_MEAN]].data;
  const float *variance = in[link->inputs[LP_LINK_VARIANCE]].data;
  for (int64_t c = 0; c < channels; c++) {
    double inverse = 1 / sqrt((double)variance[c] + link->epsilon);
    table[c] = mean[c];
    table[padded + (size_t)c] = (float)(link->fix_gamma ? inverse : inverse * (double)gamma[c]);
    table[2 * padded + (size_t)c] = beta[c];
  }
  for (size_t c = (size_t)channels; c < padded; c++) {
    table[c] = table[padded + c] = table[2 * padded + c] = 0;
  }
}

/* Values per channel, and per image if there are several, with zeros up to a whole block. */
static void op_chain_fill_channels(const lp_tensor *in, int64_t images, int64_t channels,
                                   size_t padded, float *table) {
  const float *from = in->data;
  const bool shared = lp_shape_size(&in->shape) == 1;
  const int64_t block = in->block;
  const int64_t step = (channels + block - 1) / block * block;
  for (int64_t n = 0; n < images; n++, from += step, table += padded) {
    for (int64_t c = 0; c < channels; c++) {
      table[c] = from[shared ? 0 : c];
    }
    memset(table + channels, 0, (padded - (size_t)channels) * sizeof *table);
  }
}

/* All tables of a call, in the order of the links. */
static void op_chain_fill(const lp_call *call, float *table) {
  const lp_chain *chain = call->param;
  const lp_shape *out = &call->out[0].shape;
  const size_t padded = op_chain_padded(out);
  for (int k = 0; k < chain->num_links; k++) {
    const lp_link *link = &chain->links[k];
    const op_chain_form form = op_chain_form_of(link, call->in, out);
    size_t floats;
    if (!op_chain_table(link, form, out, &floats) || floats == 0) {
      continue;
    }
    if (link->kind == LP_LINK_NORMALIZE) {
      op_chain_fill_normalize(link, call->in, out->dim[1], padded, table);
    } else {
      op_chain_fill_channels(&call->in[link->inputs[0]], form == OP_CHAIN_IMAGES ? out->dim[0] : 1,
                             out->ndim > 1 ? out->dim[1] : 1, padded, table);
    }
    table += floats;
  }
}

static void op_chain_prepare(const lp_call *call, void *prepared) { op_chain_fill(call, prepared); }

/* ---- running ------------------------------------------------------------------ */

typedef struct op_chain_work {
  const lp_call *call;
  const lp_chain *chain;
  op_chain_form forms[LP_CHAIN_LINKS];
  const float *tables[LP_CHAIN_LINKS];
  bool channels; /* some link has values per channel */
  bool pixels;   /* planes are images of one pixel: neighbours are channels */
  int block;
  size_t padded;
  int64_t plane;  /* floats */
  int64_t groups; /* planes of one image */
  int64_t tiles;  /* of one plane */
  int64_t total;  /* tiles */
  int64_t chunk;  /* tiles */
  float *scratch;
} op_chain_work;

/* One function of x and of a number or values per channel or an operand, of n floats from `at` on, channels from c on. */
static void op_chain_function(const op_chain_work *work, int k, int64_t at, int64_t image,
                              int64_t c, const float *x, float *y, int64_t n) {
  const lp_link *link = &work->chain->links[k];
  const float *other = &link->value;
  bool lanes = false;
  int64_t step = 0;
  switch (work->forms[k]) {
    case OP_CHAIN_SAME:
      other = (const float *)work->call->in[link->inputs[0]].data + at;
      step = 1;
      break;
    case OP_CHAIN_ONE: other = work->call->in[link->inputs[0]].data; break;
    case OP_CHAIN_CHANNELS:
    case OP_CHAIN_IMAGES:
      other = work->tables[k] + c;
      other += work->forms[k] == OP_CHAIN_IMAGES ? (size_t)image * work->padded : 0;
      lanes = work->block > 1;
      step = work->pixels ? 1 : 0;
      break;
    default: break;
  }
  const lp_elementwise apply = {.function = (lp_function)link->function,
                                .dtype = LP_FLOAT32,
                                .x = link->reversed ? other : x,
                                .y = link->reversed ? x : other,
                                .out = y,
                                .x_step = link->reversed ? step : 1,
                                .y_step = link->reversed ? 1 : step,
                                .x_lanes = link->reversed && lanes,
                                .y_lanes = !link->reversed && lanes,
                                .rows = 1,
                                .n = n};
  lp_elementwise_apply(&apply, work->call->isa);
}

static void op_chain_normalize(const op_chain_work *work, int k, int64_t c, const float *x,
                               float *y, int64_t n) {
  const bool relu = work->chain->links[k].relu;
  const float *mean = work->tables[k] + c;
  const float *scale = mean + work->padded;
  const float *shift = scale + work->padded;
  if (work->block > 1 || work->pixels) {
    const int64_t channels = work->block > 1 ? work->block : n;
    lp_normalize_pixels(x, y, n / channels, channels, mean, scale, shift, relu, work->call->isa);
  } else {
    lp_normalize_run(x, y, n, *mean, *scale, *shift, relu, work->call->isa);
  }
}

static void op_chain_slopes(const op_chain_work *work, int k, int64_t c, const float *x, float *y,
                            int64_t n) {
  const float *slope = work->tables[k] + c;
  if (work->pixels) {
    for (int64_t i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : slope[i] * x[i];
    }
  } else {
    lp_activation_slopes(slope, work->block, x, y, n / work->block, work->call->isa);
  }
}

static void op_chain_tile(const op_chain_work *work, int64_t tile, float *scratch) {
  /* Of an image the first tiles of all planes, then the second: threads keep to rows as convolutions do. */
  const int64_t plane = tile / (work->groups * work->tiles) * work->groups + tile % work->groups;
  const int64_t first = tile / work->groups % work->tiles * OP_CHAIN_TILE;
  const int64_t n = work->plane - first < OP_CHAIN_TILE ? work->plane - first : OP_CHAIN_TILE;
  const int64_t at = plane * work->plane + first;
  const int64_t image = plane / work->groups;
  const int64_t c = work->pixels ? first : plane % work->groups * work->block;
  const float *x = (const float *)work->call->in[0].data + at;
  for (int k = 0; k < work->chain->num_links; k++) {
    const lp_link *link = &work->chain->links[k];
    float *y = k + 1 < work->chain->num_links ? scratch : (float *)work->call->out[0].data + at;
    switch (link->kind) {
      case LP_LINK_FUNCTION:
      case LP_LINK_OPERAND: op_chain_function(work, k, at, image, c, x, y, n); break;
      case LP_LINK_ACTIVATE:
        lp_activation_floats((lp_activation_function)link->function, link->value, x, y, n,
                             work->call->isa);
        break;
      case LP_LINK_NORMALIZE: op_chain_normalize(work, k, c, x, y, n); break;
      case LP_LINK_SLOPES: op_chain_slopes(work, k, c, x, y, n); break;
    }
    x = y;
  }
}

static void op_chain_chunk(void *context, int64_t index, unsigned worker) {
  const op_chain_work *work = context;
  float *scratch = work->scratch + (size_t)worker * OP_CHAIN_TILE;
  const int64_t from = index * work->chunk;
  const int64_t to = from + work->chunk < work->total ? from + work->chunk : work->total;
  for (int64_t tile = from; tile < to; tile++) {
    op_chain_tile(work, tile, scratch);
  }
}

static lp_status op_chain_run(const lp_call *call) {
  const lp_chain *chain = call->param;
  const lp_shape *out = &call->out[0].shape;
  op_chain_work work = {.call = call,
                        .chain = chain,
                        .block = call->out[0].block,
                        .padded = op_chain_padded(out),
                        .groups = 1};
  size_t floats;
  size_t elements;
  const float *table = call->prepared;
  if (!op_chain_tables(chain, call->in, out, &floats) ||
      !lp_layout_elements(out, work.block, &elements)) {
    return lp_fail(LP_ERROR_INTERNAL, "elementwise operators of an impossible shape");
  }
  work.scratch = (float *)call->scratch + floats;
  if (table == NULL && floats > 0) {
    op_chain_fill(call, call->scratch);
    table = call->scratch;
  }
  for (int k = 0; k < chain->num_links; k++) {
    const lp_link *link = &chain->links[k];
    work.forms[k] = op_chain_form_of(link, call->in, out);
    work.tables[k] = table;
    if (op_chain_table(link, work.forms[k], out, &floats) && floats > 0) {
      work.channels = true;
      table += floats;
    }
  }
  work.plane = (int64_t)elements;
  if (work.channels && elements > 0) {
    const int64_t inner = lp_shape_product(out, 2, out->ndim);
    const int64_t channels = out->ndim > 1 ? out->dim[1] : 1;
    work.pixels = inner == 1 && work.block == 1;
    work.groups = work.pixels ? 1 : (channels + work.block - 1) / work.block;
    work.plane = work.pixels ? channels : inner * work.block;
  }
  if (work.plane == 0) {
    return LP_OK;
  }
  work.tiles = (work.plane + OP_CHAIN_TILE - 1) / OP_CHAIN_TILE;
  work.total = (int64_t)elements / work.plane * work.tiles;
  const int64_t average = ((int64_t)elements + work.total - 1) / work.total;
  work.chunk = (OP_CHAIN_CHUNK + average - 1) / average;
  lp_threads_run(call->threads, (work.total + work.chunk - 1) / work.chunk, op_chain_chunk, &work);
  return LP_OK;
}

/* ---- gates that convolutions have in their epilogue ----------------------------- */

/* clip(x + 3, 0, 6) / 6 and its like: a line, bounds 0 and 1. Advances *at. */
static bool op_chain_hard_sigmoid(const lp_chain *chain, int *at, lp_activation *activation) {
  double slope = 1, offset = 0, top = NAN;
  bool bottom = false;
  int k = *at;
  for (; k < chain->num_links && chain->links[k].kind == LP_LINK_FUNCTION; k++) {
    const lp_link *link = &chain->links[k];
    const double value = (double)link->value;
    const bool scales = link->function == LP_FUNCTION_MULTIPLY ||
                        (link->function == LP_FUNCTION_DIVIDE && !link->reversed);
    if (scales && value > 0) {
      const double factor = link->function == LP_FUNCTION_MULTIPLY ? value : 1 / value;
      slope *= factor;
      offset *= factor;
      top *= factor;
    } else if (link->function == LP_FUNCTION_ADD && !bottom && isnan(top)) {
      offset += value;
    } else if (link->function == LP_FUNCTION_CEILING_MIN && isnan(top)) {
      top = value;
    } else if (link->function == LP_FUNCTION_FLOORING_MAX && value == 0 && !bottom) {
      bottom = true;
    } else {
      return false;
    }
  }
  *at = k;
  *activation = (lp_activation){
      .kind = LP_ACTIVATION_HARD_SIGMOID, .low = (float)slope, .high = (float)offset};
  return bottom && fabs(top - 1) < 1e-6;
}

/* One link that an epilogue has, or one of the gates sigmoid and hard sigmoid, alone or times x. */
static bool op_chain_activation(const void *param, lp_activation *activation) {
  const lp_chain *chain = param;
  const lp_link *first = &chain->links[0];
  int at = 1;
  if (chain->num_inputs != 1) {
    return false;
  }
  if (first->kind == LP_LINK_ACTIVATE && first->function == LP_ACTIVATE_SIGMOID) {
    *activation = (lp_activation){.kind = LP_ACTIVATION_SIGMOID};
  } else if (first->kind == LP_LINK_FUNCTION && first->function == LP_FUNCTION_SIGMOID) {
    *activation = (lp_activation){.kind = LP_ACTIVATION_SIGMOID};
  } else {
    at = 0;
    if (!op_chain_hard_sigmoid(chain, &at, activation)) {
      return false;
    }
  }
  if (at == chain->num_links) {
    return true;
  }
  const lp_link *last = &chain->links[at];
  if (at + 1 != chain->num_links || last->kind != LP_LINK_OPERAND ||
      last->function != LP_FUNCTION_MULTIPLY || last->inputs[0] != 0) {
    return false;
  }
  activation->kind = activation->kind == LP_ACTIVATION_SIGMOID ? LP_ACTIVATION_SWISH
                                                               : LP_ACTIVATION_HARD_SWISH;
  return true;
}

#define OP_CHAIN_BLOCKED(name_text, wants)                                              \
  {                                                                                     \
    .name = name_text, .cost = op_chain_cost_blocked, .blocked_inputs = LP_BLOCKED_ALL, \
    .wants_blocked = wants, .blocked_output = true, .inplace = true,                    \
    .scratch = op_chain_scratch, .prepared = op_chain_prepared,                         \
    .prepare = op_chain_prepare, .run = op_chain_run                                    \
  }

static const lp_algorithm op_chain_algorithms[] = {
    OP_CHAIN_BLOCKED("blocked", op_chain_is_whole),
    OP_CHAIN_BLOCKED("blocked_gate", op_chain_is_whole_or_image),
    {.name = "plain",
     .cost = op_chain_cost_plain,
     .inplace = true,
     .scratch = op_chain_scratch,
     .prepared = op_chain_prepared,
     .prepare = op_chain_prepare,
     .run = op_chain_run},
};
#undef OP_CHAIN_BLOCKED

static const lp_op_family op_chain_family = {
    .inputs = "arg*",
    .algorithms = op_chain_algorithms,
    .num_algorithms = (int)LP_COUNT(op_chain_algorithms),
    .role = LP_ROLE_ACTIVATION,
    .activation = op_chain_activation,
};
LP_DATA const lp_op lp_op_chain = {.name = "chain", .family = &op_chain_family};

#undef OP_CHAIN_TILE
#undef OP_CHAIN_CHUNK
