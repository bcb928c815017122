/* Random small networks for tests of passes and plans: the same seed always gives the same model.
 *
 * A network takes "data" (and sometimes "other"), grows a dozen or two nodes of which each reads
 * earlier values at random, and has a few outputs, some of them inner values that other nodes read
 * too. Weights are scaled so that values stay near 1.
 */
#ifndef LP_RANDOM_MODEL_H_
#define LP_RANDOM_MODEL_H_

#include "build_model.h"

#define RANDOM_MODEL_MAX_VALUES 64
#define RANDOM_MODEL_MAX_INPUTS 2

typedef struct random_value {
    int source; /* as built_node takes it */
    int ndim;
    int64_t dim[4];
} random_value;

typedef struct random_model {
    built_model built;
    uint64_t state;
    int64_t batch;
    random_value values[RANDOM_MODEL_MAX_VALUES];
    int num_values;
    int num_names;
    int num_inputs;
    const char *input_names[RANDOM_MODEL_MAX_INPUTS];
    int64_t input_dims[RANDOM_MODEL_MAX_INPUTS][4];
} random_model;

/* A number from 0 to limit - 1. */
static inline int64_t random_below(random_model *r, int64_t limit) {
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((r->state >> 33) % (uint64_t)limit);
}

/* Uniform in [-1, 1). */
static inline float random_unit(random_model *r) {
    return (float)random_below(r, 1 << 24) / (float)(1 << 23) - 1.0f;
}

static inline void random_weight(random_model *r, const char *prefix, const char *node,
                                 const char *suffix, int ndim, const int64_t *dims, float scale,
                                 float offset) {
    char name[96];
    size_t count = 1;
    for (int i = 0; i < ndim; i++) {
        count *= (size_t)dims[i];
    }
    float *data = (float *)malloc(count * sizeof *data);
    if (data == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        data[i] = random_unit(r) * scale + offset;
    }
    (void)snprintf(name, sizeof name, "%s:%s_%s", prefix, node, suffix);
    built_param(&r->built, name, ndim, dims, data);
    free(data);
}

static inline int random_variable(random_model *r, const char *node, const char *suffix) {
    char name[96];
    (void)snprintf(name, sizeof name, "%s_%s", node, suffix);
    return built_variable(&r->built, name);
}

static inline void random_add(random_model *r, int source, int ndim, int64_t c, int64_t h,
                              int64_t w) {
    random_value *v = &r->values[r->num_values];
    if (r->num_values < RANDOM_MODEL_MAX_VALUES) {
        v->source = source;
        v->ndim = ndim;
        v->dim[0] = r->batch;
        v->dim[1] = c;
        v->dim[2] = h;
        v->dim[3] = w;
        r->num_values++;
    }
}

static inline bool random_same(const random_value *a, const random_value *b) {
    return a->ndim == b->ndim && memcmp(a->dim, b->dim, sizeof a->dim) == 0;
}

static inline void random_convolution(random_model *r, const char *name, const random_value *x) {
    static const int64_t filters[] = {3, 4, 8, 13, 16, 16, 20, 32};
    char attrs[256];
    int64_t kernel = random_below(r, 2) * 2 + 1, stride = random_below(r, 4) == 0 ? 2 : 1;
    int64_t pad = kernel / 2, dilate = 1, group = 1;
    int64_t filter = filters[random_below(r, 8)];
    bool bias = random_below(r, 2) == 0;
    if (kernel == 3 && random_below(r, 6) == 0) {
        dilate = 2;
        pad = 2;
    }
    switch (random_below(r, 6)) {
        case 0: /* depthwise */
            group = x->dim[1];
            filter = group;
            break;
        case 1:
            if (x->dim[1] % 4 == 0) {
                group = 4;
                filter = 16;
            }
            break;
        default:
            break;
    }
    (void)snprintf(attrs, sizeof attrs,
                   "'kernel':'(%d, %d)','stride':'(%d, %d)','pad':'(%d, %d)','dilate':'(%d, %d)',"
                   "'num_filter':'%d','num_group':'%d','no_bias':'%s'",
                   (int)kernel, (int)kernel, (int)stride, (int)stride, (int)pad, (int)pad,
                   (int)dilate, (int)dilate, (int)filter, (int)group, bias ? "False" : "True");
    int64_t weight_dims[4] = {filter, x->dim[1] / group, kernel, kernel};
    float fan = (float)(weight_dims[1] * kernel * kernel);
    float scale = 1.7f / sqrtf(fan);
    int inputs[3] = {x->source, random_variable(r, name, "weight"), 0};
    random_weight(r, "arg", name, "weight", 4, weight_dims, scale, 0.0f);
    if (bias) {
        inputs[2] = random_variable(r, name, "bias");
        random_weight(r, "arg", name, "bias", 1, &filter, 0.3f, 0.0f);
    }
    int node = built_node(&r->built, "Convolution", name, attrs, bias ? 3 : 2, inputs);
    int64_t extent = dilate * (kernel - 1) + 1;
    random_add(r, node, 4, filter, (x->dim[2] + 2 * pad - extent) / stride + 1,
               (x->dim[3] + 2 * pad - extent) / stride + 1);
}

static inline void random_deconvolution(random_model *r, const char *name, const random_value *x) {
    char attrs[256];
    int64_t filter = random_below(r, 2) == 0 ? 5 : 16, group = 1, kernel = 4, stride = 2, pad = 1;
    (void)snprintf(attrs, sizeof attrs,
                   "'kernel':'(4, 4)','stride':'(2, 2)','pad':'(1, 1)','num_filter':'%d',"
                   "'num_group':'%d'",
                   (int)filter, (int)group);
    int64_t weight_dims[4] = {x->dim[1], filter, kernel, kernel};
    int inputs[2] = {x->source, random_variable(r, name, "weight")};
    random_weight(r, "arg", name, "weight", 4, weight_dims, 0.9f / sqrtf((float)x->dim[1]), 0.0f);
    int node = built_node(&r->built, "Deconvolution", name, attrs, 2, inputs);
    random_add(r, node, 4, filter, stride * (x->dim[2] - 1) + kernel - 2 * pad,
               stride * (x->dim[3] - 1) + kernel - 2 * pad);
}

static inline void random_dense(random_model *r, const char *name, const random_value *x) {
    char attrs[96];
    int64_t hidden = 3 + random_below(r, 20), features = 1;
    for (int i = 1; i < x->ndim; i++) {
        features *= x->dim[i];
    }
    bool bias = random_below(r, 3) != 0;
    (void)snprintf(attrs, sizeof attrs, "'num_hidden':'%d','no_bias':'%s'", (int)hidden,
                   bias ? "False" : "True");
    int64_t weight_dims[2] = {hidden, features};
    int inputs[3] = {x->source, random_variable(r, name, "weight"), 0};
    random_weight(r, "arg", name, "weight", 2, weight_dims, 1.7f / sqrtf((float)features), 0.0f);
    if (bias) {
        inputs[2] = random_variable(r, name, "bias");
        random_weight(r, "arg", name, "bias", 1, &hidden, 0.3f, 0.0f);
    }
    random_add(r, built_node(&r->built, "FullyConnected", name, attrs, bias ? 3 : 2, inputs), 2,
               hidden, 1, 1);
}

static inline void random_batch_norm(random_model *r, const char *name, const random_value *x) {
    static const char *const suffixes[4] = {"gamma", "beta", "moving_mean", "moving_var"};
    int inputs[5] = {x->source, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
        inputs[i + 1] = random_variable(r, name, suffixes[i]);
        random_weight(r, i < 2 ? "arg" : "aux", name, suffixes[i], 1, &x->dim[1],
                      i == 3 ? 0.5f : 0.4f, i == 0 || i == 3 ? 1.0f : 0.0f);
    }
    int node = built_node(&r->built, "BatchNorm", name,
                          random_below(r, 2) == 0 ? "'eps':'0.001'"
                                                  : "'eps':'2e-05','fix_gamma':'False'",
                          5, inputs);
    random_add(r, node, x->ndim, x->dim[1], x->dim[2], x->dim[3]);
}

static inline void random_activation(random_model *r, const char *name, const random_value *x) {
    built_model *m = &r->built;
    int node;
    switch (random_below(r, 9)) {
        case 0:
            node = built_unary(m, "Activation", name, "'act_type':'sigmoid'", x->source);
            break;
        case 1:
            node = built_unary(m, "LeakyReLU", name, "'act_type':'leaky','slope':'0.1'", x->source);
            break;
        case 2:
        case 3: {
            int gamma = random_variable(r, name, "gamma");
            random_weight(r, "arg", name, "gamma", 1, &x->dim[1], 0.3f, 0.1f);
            node = built_binary(m, "LeakyReLU", name, "'act_type':'prelu'", x->source, gamma);
            break;
        }
        case 4:
            node = built_unary(m, "clip", name, "'a_min':'-0.5','a_max':'1.5'", x->source);
            break;
        case 5:
            node = built_unary(m, "tanh", name, "", x->source);
            break;
        case 6:
            node = built_unary(m, "relu", name, "", x->source);
            break;
        default:
            node = built_unary(m, "Activation", name, "'act_type':'relu'", x->source);
            break;
    }
    random_add(r, node, x->ndim, x->dim[1], x->dim[2], x->dim[3]);
}

static inline void random_concat(random_model *r, const char *name, const random_value *x) {
    char attrs[64];
    int inputs[4];
    int count = 0, wanted = 2 + (int)random_below(r, 3);
    int64_t channels = 0;
    /* Anything with the same size but for the channels, repeats allowed. */
    for (int attempt = 0; attempt < 40 && count < wanted; attempt++) {
        const random_value *v =
            count == 0 ? x : &r->values[random_below(r, r->num_values)];
        if (v->ndim == x->ndim && v->dim[2] == x->dim[2] && v->dim[3] == x->dim[3]) {
            inputs[count++] = v->source;
            channels += v->dim[1];
        }
    }
    if (channels <= 200) {
        (void)snprintf(attrs, sizeof attrs, "'num_args':'%d','dim':'1'", count);
        random_add(r, built_node(&r->built, "Concat", name, attrs, count, inputs), x->ndim,
                   channels, x->dim[2], x->dim[3]);
    }
}

static inline void random_sum(random_model *r, const char *name, const random_value *x) {
    static const char *const ops[] = {"elemwise_add", "_Plus",       "broadcast_add",
                                      "elemwise_sub", "elemwise_add", "_maximum"};
    /* One of the same shape, if there is one, else the same value twice. */
    const random_value *y = x;
    for (int attempt = 0; attempt < 30; attempt++) {
        const random_value *v = &r->values[random_below(r, r->num_values)];
        if (random_same(v, x) && (v != x || random_below(r, 10) == 0)) {
            y = v;
            break;
        }
    }
    const char *op = ops[random_below(r, 6)];
    int node = random_below(r, 2) == 0
                   ? built_binary(&r->built, op, name, "", x->source, y->source)
                   : built_binary(&r->built, op, name, "", y->source, x->source);
    random_add(r, node, x->ndim, x->dim[1], x->dim[2], x->dim[3]);
}

static inline void random_pooling(random_model *r, const char *name, const random_value *x) {
    built_model *m = &r->built;
    switch (random_below(r, 4)) {
        case 0:
            if (x->dim[2] >= 2 && x->dim[3] >= 2) {
                int node = built_unary(m, "Pooling", name,
                                       "'kernel':'(2, 2)','stride':'(2, 2)','pool_type':'max'",
                                       x->source);
                random_add(r, node, 4, x->dim[1], (x->dim[2] - 2) / 2 + 1, (x->dim[3] - 2) / 2 + 1);
            }
            break;
        case 1: {
            int node = built_unary(
                m, "Pooling", name,
                "'kernel':'(3, 3)','stride':'(1, 1)','pad':'(1, 1)','pool_type':'max'", x->source);
            random_add(r, node, 4, x->dim[1], x->dim[2], x->dim[3]);
            break;
        }
        case 2: {
            int node = built_unary(
                m, "Pooling", name,
                "'kernel':'(3, 3)','stride':'(1, 1)','pad':'(1, 1)','pool_type':'avg'", x->source);
            random_add(r, node, 4, x->dim[1], x->dim[2], x->dim[3]);
            break;
        }
        default: {
            int node = built_unary(m, "Pooling", name,
                                   "'kernel':'(1, 1)','global_pool':'True','pool_type':'avg'",
                                   x->source);
            random_add(r, node, 4, x->dim[1], 1, 1);
            break;
        }
    }
}

static inline void random_slice(random_model *r, const char *name, const random_value *x) {
    char attrs[96];
    built_model *m = &r->built;
    if (x->ndim == 4 && random_below(r, 3) == 0 && x->dim[2] >= 3) {
        int node = built_unary(m, "slice_axis", name, "'axis':'2','begin':'1','end':'-1'",
                               x->source);
        random_add(r, node, 4, x->dim[1], x->dim[2] - 2, x->dim[3]);
    } else if (x->dim[1] % 2 == 0 && random_below(r, 2) == 0) {
        int node = built_unary(m, "SliceChannel", name, "'num_outputs':'2','axis':'1'", x->source);
        random_add(r, BUILT_OUTPUT(node, 1), x->ndim, x->dim[1] / 2, x->dim[2], x->dim[3]);
        random_add(r, node, x->ndim, x->dim[1] / 2, x->dim[2], x->dim[3]);
    } else {
        int64_t begin = random_below(r, x->dim[1]);
        int64_t end = begin + 1 + random_below(r, x->dim[1] - begin);
        (void)snprintf(attrs, sizeof attrs, "'axis':'1','begin':'%d','end':'%d'", (int)begin,
                       (int)end);
        random_add(r, built_unary(m, "slice_axis", name, attrs, x->source), x->ndim, end - begin,
                   x->dim[2], x->dim[3]);
    }
}

static inline void random_reshape(random_model *r, const char *name, const random_value *x) {
    built_model *m = &r->built;
    if (x->ndim == 2) {
        random_add(r, built_unary(m, "Reshape", name, "'shape':'(0, -1, 1, 1)'", x->source), 4,
                   x->dim[1], 1, 1);
    } else if (random_below(r, 2) == 0) {
        char attrs[64];
        (void)snprintf(attrs, sizeof attrs, "'shape':'(0, 0, %d, %d)'", (int)x->dim[3],
                       (int)x->dim[2]);
        random_add(r, built_unary(m, "Reshape", name, attrs, x->source), 4, x->dim[1], x->dim[3],
                   x->dim[2]);
    } else if (x->dim[1] * x->dim[2] * x->dim[3] <= 2000) {
        random_add(r, built_unary(m, "Flatten", name, "", x->source), 2,
                   x->dim[1] * x->dim[2] * x->dim[3], 1, 1);
    }
}

static inline void random_idle(random_model *r, const char *name, const random_value *x) {
    static const char *const ops[] = {"_copy", "BlockGrad", "Dropout", "identity"};
    const char *op = ops[random_below(r, 4)];
    random_add(r, built_unary(&r->built, op, name, "", x->source), x->ndim, x->dim[1], x->dim[2],
               x->dim[3]);
}

/* A gate: a value per channel, of each image or of all, times the data; or the data times a function of themselves. */
static inline void random_gate(random_model *r, const char *name, const random_value *x) {
    built_model *m = &r->built;
    char part[48];
    int gate = x->source;
    (void)snprintf(part, sizeof part, "%s_gate", name);
    switch (random_below(r, 4)) {
        case 0: { /* squeeze and excitation */
            if (x->ndim != 4) {
                return;
            }
            char sigmoid[48];
            (void)snprintf(sigmoid, sizeof sigmoid, "%s_sigmoid", name);
            gate = built_unary(m, "Pooling", part,
                               "'kernel':'(1, 1)','global_pool':'True','pool_type':'avg'", gate);
            gate = built_unary(m, "sigmoid", sigmoid, "", gate);
            break;
        }
        case 1: { /* values of a file */
            int64_t dims[4] = {1, x->dim[1], 1, 1};
            char attrs[64];
            (void)snprintf(attrs, sizeof attrs, x->ndim == 4 ? "'__shape__':'(1, %d, 1, 1)'"
                                                             : "'__shape__':'(1, %d)'",
                           (int)x->dim[1]);
            random_weight(r, "arg", name, "gate", x->ndim, dims, 0.5f, 0.5f);
            gate = built_node(m, "null", part, attrs, 0, NULL);
            break;
        }
        case 2: /* swish */
            gate = built_unary(m, "sigmoid", part, "", gate);
            break;
        default: { /* hard swish as gluon writes it */
            char steps[2][48];
            (void)snprintf(steps[0], sizeof steps[0], "%s_plus", name);
            (void)snprintf(steps[1], sizeof steps[1], "%s_clip", name);
            gate = built_unary(m, "_plus_scalar", steps[0], "'scalar':'3.0'", gate);
            gate = built_unary(m, "clip", steps[1], "'a_min':'0.0','a_max':'6.0'", gate);
            gate = built_unary(m, "_div_scalar", part, "'scalar':'6.0'", gate);
            break;
        }
    }
    int node = random_below(r, 2) == 0
                   ? built_binary(m, "broadcast_mul", name, "", x->source, gate)
                   : built_binary(m, "broadcast_mul", name, "", gate, x->source);
    random_add(r, node, x->ndim, x->dim[1], x->dim[2], x->dim[3]);
}

/* What has no algorithm but the plain one, so that layouts are converted in between. */
static inline void random_other(random_model *r, const char *name, const random_value *x) {
    built_model *m = &r->built;
    switch (random_below(r, 5)) {
        case 0:
            random_add(r, built_unary(m, "softmax", name, "'axis':'1'", x->source), x->ndim,
                       x->dim[1], x->dim[2], x->dim[3]);
            break;
        case 1:
            if (x->ndim == 4 && x->dim[1] >= 5) { /* the reference refuses fewer */
                random_add(r, built_unary(m, "LRN", name, "'nsize':'5'", x->source), 4, x->dim[1],
                           x->dim[2], x->dim[3]);
            }
            break;
        case 2:
            if (x->ndim == 4) {
                random_add(r, built_unary(m, "transpose", name, "'axes':'(0, 1, 3, 2)'", x->source),
                           4, x->dim[1], x->dim[3], x->dim[2]);
            }
            break;
        case 3:
            random_add(r, built_unary(m, "_mul_scalar", name, "'scalar':'0.5'", x->source), x->ndim,
                       x->dim[1], x->dim[2], x->dim[3]);
            break;
        default:
            if (x->ndim == 4 && x->dim[2] <= 20 && x->dim[3] <= 20) {
                random_add(r, built_unary(m, "UpSampling", name,
                                          "'scale':'2','sample_type':'nearest','num_args':'1'",
                                          x->source),
                           4, x->dim[1], x->dim[2] * 2, x->dim[3] * 2);
            }
            break;
    }
}

static inline void random_node(random_model *r) {
    char name[32];
    /* Later values more often, so that there are chains. */
    int64_t last = r->num_values;
    int64_t at = random_below(r, 2) == 0 ? last - 1 : random_below(r, last);
    random_value x = r->values[at];
    (void)snprintf(name, sizeof name, "n%d", r->num_names++);
    int64_t pick = random_below(r, 28);
    if (pick < 6 && x.ndim == 4) {
        random_convolution(r, name, &x);
    } else if (pick < 9) {
        random_activation(r, name, &x);
    } else if (pick < 11) {
        random_batch_norm(r, name, &x);
    } else if (pick < 14) {
        random_sum(r, name, &x);
    } else if (pick < 16) {
        random_concat(r, name, &x);
    } else if (pick == 16 && x.ndim == 4) {
        random_pooling(r, name, &x);
    } else if (pick == 17) {
        random_slice(r, name, &x);
    } else if (pick == 18) {
        random_reshape(r, name, &x);
    } else if (pick == 19) {
        random_idle(r, name, &x);
    } else if (pick == 20) {
        /* The same twice, for the merging of equal nodes. */
        for (int i = 0; i < 2; i++) {
            (void)snprintf(name, sizeof name, "n%d", r->num_names++);
            random_add(r, built_unary(&r->built, "sigmoid", name, "", x.source), x.ndim, x.dim[1],
                       x.dim[2], x.dim[3]);
        }
    } else if (pick == 21 && x.ndim == 4 && x.dim[2] <= 20 && x.dim[3] <= 20) {
        random_deconvolution(r, name, &x);
    } else if (pick >= 26) {
        random_gate(r, name, &x);
    } else if (pick >= 23) {
        random_other(r, name, &x);
    } else if (x.dim[1] * x.dim[2] * x.dim[3] <= 6000) {
        random_dense(r, name, &x);
    }
}

static inline void random_input(random_model *r, const char *name, int64_t c, int64_t h,
                                int64_t w) {
    int64_t dims[4] = {r->batch, c, h, w};
    memcpy(r->input_dims[r->num_inputs], dims, sizeof dims);
    r->input_names[r->num_inputs++] = name;
    random_add(r, built_variable(&r->built, name), 4, c, h, w);
}

/* large: big enough for a forward to use several threads. */
static inline void random_build(random_model *r, uint64_t seed, bool large) {
    static const int64_t channels[] = {1, 3, 4, 8, 16, 17};
    memset(r, 0, sizeof *r);
    r->state = seed * 0x9E3779B97F4A7C15u + 12345;
    (void)random_below(r, 2);
    r->batch = random_below(r, 3) == 0 ? 1 + random_below(r, 3) : 1;
    int64_t h = large ? 56 : 3 + random_below(r, 14), w = large ? 40 : 3 + random_below(r, 14);
    random_input(r, "data", large ? 32 : channels[random_below(r, 6)], h, w);
    if (random_below(r, 3) == 0) {
        random_input(r, "other", channels[random_below(r, 6)], h, w);
    }
    int64_t nodes = 4 + random_below(r, 18);
    for (int64_t i = 0; i < nodes; i++) {
        random_node(r);
    }
    const random_value *end = &r->values[r->num_values - 1];
    built_head(&r->built, end->source & 0xffffff, end->source >> 24);
    for (int64_t i = random_below(r, 4); i > 0; i--) {
        const random_value *v = &r->values[random_below(r, r->num_values)];
        built_head(&r->built, v->source & 0xffffff, v->source >> 24);
    }
    built_finish(&r->built);
}

/* Fills the data of an input: the same for every call with the same arguments. */
static inline void random_fill(uint64_t seed, int input, float *data, size_t count) {
    uint64_t state = seed * 77777 + (uint64_t)input * 99991 + 5;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        data[i] = (float)(state >> 40) / (float)(1 << 23) - 1.0f;
    }
}

#endif /* LP_RANDOM_MODEL_H_ */
