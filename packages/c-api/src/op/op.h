/*
 * op.h - what an operator is.
 *
 * Each operator is one lp_op, in a file of its own (families of one formula
 * may share a file): its attributes, its rules for shapes and element types,
 * and one or more algorithms among which the plan chooses. op_table.c lists
 * them all. An operator knows nothing of graphs, plans or handles.
 */
#ifndef LP_OP_OP_H
#define LP_OP_OP_H

#include "../base/cpu.h"
#include "../base/memory.h"
#include "../base/status.h"
#include "../base/threads.h"
#include "../format/attr_text.h"
#include "../tensor/dtype.h"
#include "../tensor/shape.h"

/* ---- attributes ---------------------------------------------------------- */

/* Field types of parsed attributes. */
typedef struct lp_tuple {
  int count;              /* -1: not given or None */
  const int64_t *values;  /* an item None is LP_NONE */
} lp_tuple;
typedef struct lp_float_tuple {
  int count;
  const double *values;
} lp_float_tuple;
/* The value of an integer attribute or tuple item that is None. */
#define LP_NONE INT64_MIN

typedef enum lp_attr_kind {
  LP_ATTR_INT,    /* int64_t; with LP_ATTR_OPTIONAL None is LP_NONE */
  LP_ATTR_UINT,   /* int64_t, negative values are errors */
  LP_ATTR_FLOAT,  /* double; with LP_ATTR_OPTIONAL None is NAN and `given` tells (see LP_ATTR_GIVEN) */
  LP_ATTR_BOOL,   /* int: 0 or 1; with LP_ATTR_OPTIONAL None is -1 */
  LP_ATTR_ENUM,   /* int: position in `names`; with LP_ATTR_OPTIONAL None is -1 */
  LP_ATTR_DTYPE,  /* int: LPDType; with LP_ATTR_OPTIONAL None is -1 */
  LP_ATTR_TUPLE,  /* lp_tuple of integers; a bare integer is a 1-tuple; None: count -1 */
  LP_ATTR_TUPLE_OPTIONAL_ITEMS, /* lp_tuple whose items may be None */
  LP_ATTR_FLOATS, /* lp_float_tuple */
  LP_ATTR_STRING, /* const char* */
  LP_ATTR_IGNORED /* known, changes nothing at inference; no field, any value */
} lp_attr_kind;

#define LP_ATTR_REQUIRED 1u
#define LP_ATTR_OPTIONAL 2u /* None is a value */

typedef struct lp_attr {
  const char *key;
  lp_attr_kind kind;
  unsigned flags;
  size_t offset;            /* of the field in the operator's parameter structure */
  const char *default_text; /* parsed like a given value; NULL for required and ignored ones */
  const char *names;        /* LP_ATTR_ENUM: "relu|sigmoid|tanh" */
} lp_attr;

/* ---- shapes and types ---------------------------------------------------- */

/* What a shape or type rule sees of a node. Rules fill in what they can, in inputs and outputs alike, and are called again until nothing changes. */
typedef struct lp_infer {
  const char *node; /* name of the node, for error texts */
  const struct lp_op *op;
  const void *param; /* parsed attributes */
  int num_inputs;
  int num_outputs; /* hidden ones included */
  lp_shape *in;    /* shape rules */
  lp_shape *out;
  lp_dtype *in_dtype; /* type rules */
  lp_dtype *out_dtype;
} lp_infer;

/* Merges `shape` into *target, an input or output of the node; on contradiction fails with node, operator, which tensor, expected and actual. */
LP_INTERNAL lp_status lp_infer_merge(const lp_infer *infer, lp_shape *target,
                                     const lp_shape *shape);
/* Fails with LP_ERROR_SHAPE, "Error in operator <node> (<op>): " and the text. */
LP_INTERNAL lp_status lp_infer_say(const lp_infer *infer, const char *format, ...)
    LP_PRINTF(2, 3);
#if LP_WITH_TEXTS
#define lp_infer_fail(...) lp_infer_say(__VA_ARGS__)
#else
LP_INTERNAL lp_status lp_infer_fail_at(const lp_infer *infer, int line);
#define lp_infer_fail(infer, ...) \
  ((void)(0 && lp_infer_say((infer), __VA_ARGS__)), lp_infer_fail_at((infer), __LINE__))
#endif
/* Rule: all inputs and outputs have one shape; merged both ways. */
LP_INTERNAL lp_status lp_infer_same_shape(const lp_infer *infer);
/* Rule: output 0 has the shape of input 0, both ways; nothing is said of others. */
LP_INTERNAL lp_status lp_infer_first_shape(const lp_infer *infer);
/* Rule: all inputs and outputs have one element type (the default type rule). Contradiction: LP_ERROR_DTYPE "... requires uniform type. Expected 'float16' v.s. given 'float32' at 'label'". */
LP_INTERNAL lp_status lp_infer_same_dtype(const lp_infer *infer);
/* Merges one element type; fails like the above. */
LP_INTERNAL lp_status lp_infer_merge_dtype(const lp_infer *infer, lp_dtype *target,
                                           lp_dtype dtype);

/* multiply_adds: every element of output 0 takes one product with each element of a row of input 1, the weights. */
LP_INTERNAL double lp_infer_adds_per_output(const lp_infer *infer);
/* multiply_adds: every element of input 0 does. */
LP_INTERNAL double lp_infer_adds_per_input(const lp_infer *infer);

/* ---- running ------------------------------------------------------------- */

/*
 * A tensor as an algorithm sees it. The shape is always the logical one.
 * Plain: row-major, contiguous. Blocked (float32, at least 3 dimensions, see
 * kernel/layout.h): [n][ceil(C/block)][spatial...][block], the lanes beyond C
 * in the last block undefined but readable and writable.
 */
typedef struct lp_tensor {
  void *data;
  lp_dtype dtype;
  int block; /* 1: plain; otherwise channels per block */
  lp_shape shape;
} lp_tensor;

typedef enum lp_activation_kind {
  LP_ACTIVATION_NONE = 0,
  LP_ACTIVATION_RELU,  /* x > 0 ? x : 0 */
  LP_ACTIVATION_CLIP,  /* min(max(x, low), high), NaN kept */
  LP_ACTIVATION_LEAKY, /* x > 0 ? x : low * x */
  LP_ACTIVATION_PRELU, /* x > 0 ? x : slope[channel] * x */
  LP_ACTIVATION_HARD_SIGMOID, /* min(max(low * x + high, 0), 1), NaN kept */
  LP_ACTIVATION_HARD_SWISH,   /* x times that */
  LP_ACTIVATION_SIGMOID,      /* 1 / (1 + e^-x) */
  LP_ACTIVATION_SWISH,        /* x times that */
  LP_ACTIVATION_TANH
} lp_activation_kind;

typedef struct lp_activation {
  lp_activation_kind kind;
  float low;  /* CLIP: lower bound; LEAKY: slope; HARD_SIGMOID, HARD_SWISH: slope */
  float high; /* CLIP: upper bound; HARD_SIGMOID, HARD_SWISH: offset */
  const float *slope; /* PRELU: per output channel, padded like shift */
} lp_activation;

/*
 * What a convolution or FullyConnected does to each accumulator of channel c
 * before storing: y = activation(acc * scale[c] + shift[c] + added).
 * scale and shift have one entry per output channel, padded with zeros to a
 * multiple of LP_MAX_BLOCK; NULL: 1 and 0. When the bias input is a constant,
 * the plan has put it into shift (bias_in_shift), and the algorithm must not
 * add the input again.
 */
typedef struct lp_epilogue {
  const float *scale;
  const float *shift;
  bool has_scale; /* known before the arrays are: what a cost function may ask */
  bool has_shift;
  bool bias_in_shift;
  bool add; /* the node has one more input, the last: added, same shape and block as the output, may be the output's own memory */
  lp_activation activation;
} lp_epilogue;

/* What a cost, scratch or packing function sees: everything but data. */
typedef struct lp_query {
  const struct lp_op *op;
  const void *param;
  int num_inputs;  /* the added input of the epilogue included */
  int num_outputs; /* hidden ones included */
  const lp_tensor *in;  /* data NULL; block: 1 (the algorithm says what it needs) */
  const lp_tensor *out;
  uint32_t constant_inputs; /* bit i: input i (i < 32) is a weight that does not change between forwards */
  const lp_epilogue *epilogue; /* never NULL */
  lp_isa isa;
  int block;          /* channels per block of blocked layouts on this machine; 1: there are none */
  unsigned threads;
  bool lean; /* memory goes before time: no second copies of weights */
} lp_query;

/* One run. Inputs and outputs have the layout the algorithm asked for. */
typedef struct lp_call {
  const struct lp_op *op;
  const void *param;
  int num_inputs;
  int num_outputs;
  const lp_tensor *in;
  const lp_tensor *out; /* data NULL: a hidden output that nobody reads */
  const lp_epilogue *epilogue; /* never NULL */
  const void *packed; /* made by the algorithm's pack, else NULL */
  const struct lp_call *before; /* a joined algorithm: the call whose output this one's input 0 is; it has no memory for it */
  void *scratch;      /* LP_ALIGNMENT-aligned, as many bytes as asked for; content undefined */
  lp_threads *threads;
  lp_isa isa;
  int block;
  const void *prepared; /* made by the algorithm's prepare, else NULL */
} lp_call;

#define LP_COST_REJECT (-1.0)

/*
 * A way to reorder one constant input, kept by the model and shared by its
 * predictors. Where it loses nothing, unpack restores the plain tensor, and a
 * model needs to hold one copy only.
 */
typedef struct lp_packing {
  const char *name;
  int input; /* which input it packs; float32 */
  /* Bytes of the packed form, or 0 on overflow. Depends only on the weight's shape, the operator's attributes and the block. */
  size_t (*size)(const lp_query *query);
  /* Whatever besides the weight's shape, this packing and the block determines the packed form (such as the number of groups). */
  int64_t (*variant)(const lp_query *query);
  void (*pack)(const lp_query *query, const float *plain, lp_threads *threads, void *packed);
  void (*unpack)(const lp_query *query, const void *packed, float *plain); /* NULL: there is no way back, and another form is kept beside this one */
} lp_packing;

/* Layout that an algorithm wants. */
#define LP_BLOCKED_NONE 0u
#define LP_BLOCKED_ALL 0xffffffffu

/* A step and the one that alone reads its output, done band by band so that what is between them stays in a cache. */
typedef struct lp_join {
  const char *before;     /* name of the algorithm of the step before, of the same operator */
  /* Bytes of scratch, or 0 where the two are better done apart. */
  size_t (*scratch)(const lp_query *before, const lp_query *query);
  const struct lp_algorithm *joined; /* its run does both: see lp_call.before */
} lp_join;

typedef struct lp_algorithm {
  const char *name; /* unique in its operator, such as "blocked" or "plain" */
  /* Estimated nanoseconds on one thread, or LP_COST_REJECT where it cannot do the job (element types, attributes, epilogue, isa ...). Never an error. */
  double (*cost)(const lp_query *query);
  uint32_t blocked_inputs; /* bit i: input i is wanted blocked; LP_BLOCKED_ALL for every one. The epilogue's added input follows the output. */
  bool (*wants_blocked)(const lp_query *query, int input); /* instead of blocked_inputs, which then only says that there are some; NULL: it says all */
  bool blocked_output;     /* output 0 is made blocked; other outputs are always plain */
  bool inplace;            /* output 0 may be the memory of any input of the same size and type */
  const lp_packing *packing; /* NULL: none */
  const lp_join *join;       /* NULL: none */
  size_t (*scratch)(const lp_query *query); /* bytes, SIZE_MAX on overflow; NULL: none */
  /* What follows from shapes and constant inputs alone may be computed once, when the plan is made: bytes of it, 0 if this query gives nothing to prepare, SIZE_MAX on overflow; NULL: never. Without it, as in a plan that could not, run computes it again. */
  size_t (*prepared)(const lp_query *query);
  void (*prepare)(const lp_call *call, void *prepared); /* data of constant inputs only; zeroed memory */
  lp_status (*run)(const lp_call *call);
} lp_algorithm;

/* ---- the operator -------------------------------------------------------- */

/* What passes know of an operator. */
typedef enum lp_role {
  LP_ROLE_NONE = 0,
  LP_ROLE_LINEAR,     /* Convolution, FullyConnected: takes an epilogue */
  LP_ROLE_BATCH_NORM, /* `batch_norm` tells scale and shift */
  LP_ROLE_ACTIVATION, /* `activation` tells which */
  LP_ROLE_ADD,        /* elementwise sum of two inputs of one shape */
  LP_ROLE_LOOP        /* runs its node's subgraph: op_foreach.h */
} lp_role;

struct lp_link;
/* What the operators of a family have in common; most families have one. */
typedef struct lp_op_family {
  const lp_attr *attrs;
  int num_attrs;
  bool attrs_any; /* accepts unknown attributes without a warning, as MXNet does for operators that parse none */
  size_t param_size; /* of the parameter structure; 0: none */
  const struct lp_op *like; /* the operator whose attributes, structure and check this one has instead of its own; NULL: none */
  /* After parsing: ranges and combinations. Fails with LP_ERROR_ATTRIBUTE or LP_ERROR_UNSUPPORTED, text without the node (it is put in front). NULL: nothing to check. */
  lp_status (*check)(void *param);

  /* Names of inputs, separated by blanks: "data weight bias". A last name that ends in '*' repeats: "arg*" is arg0, arg1, ... */
  const char *inputs;
  int (*count_inputs)(const void *param); /* NULL: as many as there are names */
  /* Names of outputs; NULL: "output" of one, "output0", ... of several. A name that ends in '*' repeats: "output*". */
  const char *outputs;
  int (*count_outputs)(const void *param); /* hidden ones included; NULL: as many as there are names */
  int (*count_visible)(const void *param); /* NULL: one */
  uint32_t aux_inputs;    /* bit i: an auxiliary state (moving mean) */
  uint32_t (*aux_inputs_of)(const void *param); /* instead, where attributes tell; NULL: they do not */
  uint32_t label_inputs;  /* bit i: a label: its value does not matter */
  uint32_t shape_inputs;  /* bit i: of this input only the shape is read: it may have no data */
  uint32_t weight_inputs; /* bit i: a variable here must be loaded or set; the others default to zeros */

  lp_status (*shape)(const lp_infer *infer); /* NULL: lp_infer_same_shape */
  lp_status (*dtype)(const lp_infer *infer); /* NULL: lp_infer_same_dtype */
  /* Multiply-adds of one run, all shapes known; the header's LPPredDescribe has the formulas. NULL: 0. */
  double (*multiply_adds)(const lp_infer *infer);

  const lp_algorithm *algorithms; /* in order of preference among equals */
  int num_algorithms;

  lp_role role;
  /* At inference output 0 is input 0 and nothing else is computed. NULL: never. */
  bool (*identity)(const void *param);
  /* Of constants it is computed when the plan is made: its one output then is a weight, too. Its algorithms need neither scratch nor packing. */
  bool once;
  /* Output 0 is input 0's memory under another shape (plain layout). */
  bool reshapes;
  /* Output `output` is a contiguous part of input 0 (plain layout): sets the offset in elements. NULL: never. */
  bool (*slice_view)(const lp_query *query, int output, int64_t *offset);
  /* Input `input` is a contiguous part of output 0: sets the offset in elements, plain, or of blocked tensors when `blocked`. NULL: never. */
  bool (*concat_view)(const lp_query *query, int input, bool blocked, int64_t *offset);
  /* LP_ROLE_ACTIVATION: the activation as an epilogue does it, false if it cannot. A PRELU's slope stays NULL: the plan takes it from input 1. */
  bool (*activation)(const void *param, lp_activation *activation);
  /* LP_ROLE_BATCH_NORM: epsilon, whether gamma counts as 1, and the axis. */
  void (*batch_norm)(const void *param, double *epsilon, bool *fix_gamma, int64_t *axis);
  /* What the operator does to each element, as at most LP_OP_LINKS links (op_chain.h); returns how many, 0: it is none of these. NULL: never. */
  int (*links)(const lp_query *query, struct lp_link *links);
  /* A float16 node is computed in float32: rounds the numbers among its parameters that it would have in float16. NULL: there are none. */
  void (*to_half)(void *param);
  /* The graph is of 2015/16 and does not say how this node rounds: called once with the rule (operators.md 1.7). NULL: no such rule. */
  void (*legacy)(void *param, bool round_up);
  /* After `legacy`: the operator and the pooling_convention that say the same in a file of today. LP_ERROR_UNSUPPORTED, text without the node: there are none. NULL where `legacy` is. */
  lp_status (*legacy_save)(const void *param, const char **op, const char **convention);
} lp_op_family;

typedef struct lp_op {
  const char *name;    /* canonical */
  const char *aliases; /* separated by blanks; NULL: none */
  int kind;            /* which of its family it is */
  const lp_op_family *family;
} lp_op;

#define LP_ATTR_OF(type, field) offsetof(type, field)

/* The operator of a name or alias; NULL if there is none. `length` bytes, no NUL needed. */
LP_INTERNAL const lp_op *lp_op_find(const char *name, size_t length);
/* Number of operators, and the i-th. */
LP_INTERNAL int lp_op_count(void);
LP_INTERNAL const lp_op *lp_op_at(int index);

/*
 * Parses the attributes of a node into a structure made in the pool, and has
 * the operator check them.
 * Dunder keys and keys of operators.md 1.4 no. 1 (ctx_group, lr_mult, ...) are
 * passed over; any other unknown key is passed to `unknown` (may be NULL).
 * *param is NULL for operators without parameters.
 */
typedef void (*lp_attr_unknown)(void *context, const char *key);
LP_INTERNAL lp_status lp_attr_parse(const lp_op *op, const lp_attr_text *texts, int num_texts,
                                    lp_pool *pool, lp_attr_unknown unknown, void *context,
                                    void **param);
/* "__x__": a key that carries nothing an operator needs. */
LP_INTERNAL bool lp_attr_is_dunder(const char *key);
/* The word (ctx_group, lr_mult, ...) that a key without underscores around begins or ends with; NULL: none. Such keys carry nothing an operator needs either. */
LP_INTERNAL const char *lp_attr_user_word(const char *key);
/* Reads one tuple such as "(1, 2)", "[3]", "4L", "None"; used for __shape__ too. */
LP_INTERNAL lp_status lp_attr_parse_tuple(const char *key, const char *text, bool optional_items,
                                          lp_pool *pool, lp_tuple *tuple);

/* The family that has the operator's attributes. */
LP_INTERNAL const lp_op_family *lp_op_attrs(const lp_op *op);
LP_INTERNAL int lp_op_count_inputs(const lp_op *op, const void *param);
LP_INTERNAL int lp_op_count_outputs(const lp_op *op, const void *param);
LP_INTERNAL int lp_op_count_visible(const lp_op *op, const void *param);
/* Name of input or output i written to buffer ("data", "arg3", "output1"); input names of operators without any: "input0". Returns buffer. */
#define LP_OP_NAME_SIZE 64
LP_INTERNAL const char *lp_op_input_name(const lp_op *op, int index, char *buffer);
/* The index of the input of this name, which may be beyond what a node has; -1: none. */
LP_INTERNAL int lp_op_find_input(const lp_op *op, const char *name, size_t length);
LP_INTERNAL const char *lp_op_output_name(const lp_op *op, const void *param, int index,
                                          char *buffer);

/* ---- conveniences of cost functions -------------------------------------- */

/* All inputs and outputs (the hidden ones not) have this element type. */
LP_INTERNAL bool lp_query_all(const lp_query *query, lp_dtype dtype);
static inline bool lp_query_doubles(const lp_query *query) {
  return LP_WITH_DTYPES && lp_query_all(query, LP_FLOAT64);
}
/* Nothing in the epilogue: what every algorithm without epilogue must ask first. */
LP_INTERNAL bool lp_query_no_epilogue(const lp_query *query);
/* Elements of output 0. */
LP_INTERNAL double lp_query_elements(const lp_query *query);

#endif
