/*
 * What single layers cost, by every algorithm of their operator.
 *
 *   kernel_bench LIBRARY [LIBRARY] [--threads N] [--rounds N] [--only TEXT]
 *                [--algorithm NAME] [--cold] [--whole] [--runs N]
 *
 * With BENCH_LINKED it is linked with the engine instead and takes no library: for processors that
 * are emulated, and WebAssembly.
 *
 * Each layer is a model of one node, built in memory and run through the public functions. With a
 * library that has bench_steps.c in it, every algorithm that accepts the layer is forced in turn
 * and its step alone is timed, without the conversions of layout around it; --whole, or a library
 * as it is shipped, times MXPredForward with the algorithm that the plan chooses.
 * The samples of all algorithms and libraries of one layer alternate; the least of the rounds
 * counts, over several predictors. --runs: of each sample, instead of as many as take a while; what
 * an emulator counts is then the same each time. --cold reads 64 MiB before every sample, so that weights come from memory.
 * Prints one line of JSON for the machine and one for each measurement; kernel-bench.mjs reads them.
 */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#if !defined(BENCH_LINKED)
#include <dlfcn.h>
#endif
#if !defined(__wasi__)
#include <pthread.h>
#endif

#include "build_model.h"
#include "c_predict_api.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { max_libraries = 2, max_variants = 24, sample_us = 1500 };

static void stop(const char *what, const char *why) {
    fprintf(stderr, "kernel_bench: %s: %s\n", what, why);
    exit(1);
}

static double now_ns(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- the libraries --------------------------------------------------------- */

typedef struct library {
    int (*model_create)(const char *, size_t, const void *, size_t, LPError *, LPModelHandle *);
    int (*model_free)(LPModelHandle);
    int (*pred_create)(LPModelHandle, uint32_t, const char **, const uint32_t *, const uint32_t *,
                       uint32_t, const char **, const int *, uint32_t, const char **,
                       const LPOptions *, LPError *, PredictorHandle *);
    int (*pred_free)(PredictorHandle);
    int (*set_input)(PredictorHandle, const char *, const float *, uint32_t);
    int (*forward)(PredictorHandle);
    const char *(*build_info)(void);
    /* NULL in a library as it is shipped */
    void (*force)(const char *, const char *);
    const char *(*algorithm_at)(const char *, int);
    const char *(*chosen)(void *, const char *);
    double (*step_ns)(void *, const char *, int);
} library;

#if defined(BENCH_LINKED)
void bench_force_algorithm(const char *op, const char *algorithm);
const char *bench_algorithm_at(const char *op, int index);
const char *bench_chosen(void *predictor, const char *node);
double bench_step_ns(void *predictor, const char *node, int count);

static library linked_library(void) {
    return (library){LPModelCreate,  LPModelFree,    LPPredCreate,          MXPredFree,
                     MXPredSetInput, MXPredForward,  LPGetBuildInfo,        bench_force_algorithm,
                     bench_algorithm_at, bench_chosen, bench_step_ns};
}
#else
static void *symbol_of(void *handle, const char *name, bool needed) {
    void *symbol = dlsym(handle, name);
    if (symbol == NULL && needed) {
        stop(name, "not in the library");
    }
    return symbol;
}

static library open_library(const char *path) {
    library l;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        stop(path, dlerror());
    }
/* POSIX lets a pointer to a function travel as one to an object. */
#define TAKE(field, name, needed)                              \
    do {                                                       \
        void *symbol = symbol_of(handle, name, needed);        \
        memcpy(&l.field, &symbol, sizeof l.field);             \
    } while (0)
    TAKE(model_create, "LPModelCreate", true);
    TAKE(model_free, "LPModelFree", true);
    TAKE(pred_create, "LPPredCreate", true);
    TAKE(pred_free, "MXPredFree", true);
    TAKE(set_input, "MXPredSetInput", true);
    TAKE(forward, "MXPredForward", true);
    TAKE(build_info, "LPGetBuildInfo", true);
    TAKE(force, "bench_force_algorithm", false);
    TAKE(algorithm_at, "bench_algorithm_at", false);
    TAKE(chosen, "bench_chosen", false);
    TAKE(step_ns, "bench_step_ns", false);
#undef TAKE
    return l;
}
#endif

/* ---- the machine ----------------------------------------------------------- */

static volatile float machine_sink;

enum { peak_steps = 20000, peak_sums = 12 };

#if defined(__x86_64__)
#define PEAK(name, level, type, set1, fma, lanes)                                     \
    __attribute__((target(level))) static double name(void) {                         \
        float start = machine_sink * 0.0f;                                            \
        type x = set1(1.0f + start), y = set1(start), sum[peak_sums];                 \
        for (int i = 0; i < peak_sums; i++) sum[i] = set1(start + (float)i);          \
        double begin = now_ns();                                                      \
        for (int step = 0; step < peak_steps; step++) {                               \
            _Pragma("GCC unroll 12") for (int i = 0; i < peak_sums; i++) {            \
                sum[i] = fma(sum[i], x, y);                                           \
            }                                                                         \
        }                                                                             \
        double ns = now_ns() - begin;                                                 \
        for (int i = 1; i < peak_sums; i++) sum[0] = fma(sum[0], x, sum[i]);          \
        float values[lanes];                                                          \
        memcpy(values, &sum[0], sizeof values);                                       \
        machine_sink = values[0];                                                     \
        return (double)peak_steps * peak_sums * lanes / ns;                           \
    }
#define PEAK_MULTIPLY_THEN_ADD(a, b, c) _mm_add_ps(_mm_mul_ps((a), (b)), (c))
PEAK(peak_base, "sse2", __m128, _mm_set1_ps, PEAK_MULTIPLY_THEN_ADD, 4)
PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, 8)
PEAK(peak_avx512, "avx512f,avx2,fma", __m512, _mm512_set1_ps, _mm512_fmadd_ps, 16)
#else
typedef float peak_vector __attribute__((vector_size(16)));
static double peak_base(void) {
    float start = machine_sink * 0.0f;
    peak_vector x = {1 + start, 1, 1, 1}, y = {start, 0, 0, 0}, sum[peak_sums];
    for (int i = 0; i < peak_sums; i++) sum[i] = y + (float)i;
    double begin = now_ns();
    for (int step = 0; step < peak_steps; step++) {
        _Pragma("GCC unroll 12") for (int i = 0; i < peak_sums; i++) sum[i] = sum[i] * x + y;
    }
    double ns = now_ns() - begin;
    for (int i = 1; i < peak_sums; i++) sum[0] += sum[i];
    machine_sink = sum[0][0];
    return (double)peak_steps * peak_sums * 4 / ns;
}
#endif

typedef struct peak_task {
    double (*measure)(void);
    double result;
} peak_task;

static void *peak_thread(void *context) {
    peak_task *task = context;
    double best = 0;
    for (int i = 0; i < 8; i++) {
        double rate = task->measure();
        best = rate > best ? rate : best;
    }
    task->result = best;
    return NULL;
}

/* Multiply-adds per nanosecond of all threads together. */
static double measure_peak(const char *level, int threads) {
    peak_task tasks[64];
#if !defined(__wasi__)
    pthread_t ids[64];
#endif
    double sum = 0;
    for (int i = 0; i < threads; i++) {
        tasks[i].measure = peak_base;
#if defined(__x86_64__)
        if (strcmp(level, "avx2") == 0) tasks[i].measure = peak_avx2;
        if (strcmp(level, "avx512") == 0) tasks[i].measure = peak_avx512;
#else
        (void)level;
#endif
    }
#if !defined(__wasi__)
    for (int i = 1; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, peak_thread, &tasks[i]) != 0) stop("a thread", "no");
    }
#endif
    (void)peak_thread(&tasks[0]);
#if !defined(__wasi__)
    for (int i = 1; i < threads; i++) (void)pthread_join(ids[i], NULL);
#endif
    for (int i = 0; i < threads; i++) sum += tasks[i].result;
    return sum;
}

static float *flush_buffer;
enum { flush_floats = 16 << 20 };

typedef float read_vector __attribute__((vector_size(16)));

static float read_floats(const float *p, size_t count) {
    read_vector a = {0}, b = {0}, c = {0}, d = {0};
    const read_vector *from = (const read_vector *)(const void *)p;
    for (size_t i = 0; i < count / 4; i += 4) {
        a += from[i];
        b += from[i + 1];
        c += from[i + 2];
        d += from[i + 3];
    }
    a = (a + b) + (c + d);
    return a[0] + a[3];
}

/* Bytes per nanosecond that one thread reads. */
static double measure_reading(size_t floats, int times) {
    double best = 0;
    for (int round = 0; round < 5; round++) {
        double begin = now_ns();
        for (int i = 0; i < times; i++) machine_sink = read_floats(flush_buffer, floats);
        double rate = (double)floats * 4 * times / (now_ns() - begin);
        best = rate > best ? rate : best;
    }
    return best;
}

/* ---- layers ----------------------------------------------------------------- */

typedef struct layer {
    char name[96];
    const char *group;
    const char *op; /* "": several nodes, timed as a whole */
    double multiply_adds; /* 0: not what it is about */
    double bytes;         /* every tensor once */
    float scale;          /* of the data, which lies in [-0.5, 0.5) times this */
    built_model model;
    uint32_t shape[5];
    uint32_t ndim;
} layer;

static uint32_t random_state = 1;
static float random_float(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / 16777216.0f;
}

/* A parameter of numbers in [low, low + range). */
static int layer_param(layer *l, const char *name, int ndim, const int64_t *dims, float low,
                       float range) {
    size_t count = 1;
    char full[64];
    for (int i = 0; i < ndim; i++) count *= (size_t)dims[i];
    float *values = malloc(count * sizeof *values);
    if (values == NULL) stop("memory", "none");
    for (size_t i = 0; i < count; i++) values[i] = low + range * random_float();
    (void)snprintf(full, sizeof full, "%s:%s", strstr(name, "moving") ? "aux" : "arg", name);
    built_param(&l->model, full, ndim, dims, values);
    free(values);
    l->bytes += 4.0 * (double)count;
    return built_variable(&l->model, name);
}

static int layer_begin(layer *l, const char *group, const char *op, uint32_t ndim,
                       const uint32_t *shape) {
    double count = 1;
    memset(l, 0, sizeof *l);
    l->group = group;
    l->op = op;
    l->scale = 1.0f;
    l->ndim = ndim;
    for (uint32_t i = 0; i < ndim; i++) {
        l->shape[i] = shape[i];
        count *= (double)shape[i];
    }
    l->bytes = 4.0 * count;
    return built_variable(&l->model, "data");
}

typedef struct conv_layer {
    const char *group;
    int batch, channels, height, width, filters, kernel_height, kernel_width, stride, dilate,
        groups;
    bool pad; /* as much as keeps the size at stride 1 */
} conv_layer;

static void layer_conv(layer *l, const conv_layer *c, bool transposed) {
    char attributes[256];
    int reach_h = c->dilate * (c->kernel_height - 1) + 1;
    int reach_w = c->dilate * (c->kernel_width - 1) + 1;
    int pad_h = c->pad ? reach_h / 2 : 0, pad_w = c->pad ? reach_w / 2 : 0;
    int out_h = (c->height + 2 * pad_h - reach_h) / c->stride + 1;
    int out_w = (c->width + 2 * pad_w - reach_w) / c->stride + 1;
    if (transposed) {
        pad_h = pad_w = c->stride / 2;
        out_h = (c->height - 1) * c->stride + reach_h - 2 * pad_h;
        out_w = (c->width - 1) * c->stride + reach_w - 2 * pad_w;
    }
    const uint32_t shape[4] = {(uint32_t)c->batch, (uint32_t)c->channels, (uint32_t)c->height,
                               (uint32_t)c->width};
    const int64_t weight[4] = {transposed ? c->channels : c->filters,
                               (transposed ? c->filters : c->channels) / c->groups,
                               c->kernel_height, c->kernel_width};
    const int64_t bias[1] = {c->filters};
    int inputs[3];
    inputs[0] = layer_begin(l, c->group, transposed ? "Deconvolution" : "Convolution", 4, shape);
    inputs[1] = layer_param(l, "weight", 4, weight, -0.5f, 1.0f);
    inputs[2] = layer_param(l, "bias", 1, bias, -0.5f, 1.0f);
    (void)snprintf(attributes, sizeof attributes,
                   "'kernel':'(%d,%d)','stride':'(%d,%d)','pad':'(%d,%d)','dilate':'(%d,%d)',"
                   "'num_filter':'%d','num_group':'%d','no_bias':'False'",
                   c->kernel_height, c->kernel_width, c->stride, c->stride, pad_h, pad_w, c->dilate,
                   c->dilate, c->filters, c->groups);
    built_head(&l->model, built_node(&l->model, l->op, "node", attributes, 3, inputs), 0);
    double out = (double)c->batch * c->filters * out_h * out_w;
    l->bytes += 4 * out;
    double outer = transposed ? (double)c->batch * c->channels * c->height * c->width : out;
    l->multiply_adds = outer * (double)weight[1] * c->kernel_height * c->kernel_width;
    (void)snprintf(l->name, sizeof l->name, "%d>%d %dx%d%s%.0d%s%.0d%s%.0d %dx%d%s", c->channels,
                   c->filters, c->kernel_height, c->kernel_width, c->stride > 1 ? " s" : "",
                   c->stride > 1 ? c->stride : 0, c->dilate > 1 ? " d" : "",
                   c->dilate > 1 ? c->dilate : 0, c->groups > 1 ? " g" : "",
                   c->groups > 1 ? c->groups : 0, c->height, c->width,
                   c->batch > 1 ? " batch 16" : "");
}

static void layer_fully(layer *l, int batch, int inputs_count, int outputs) {
    const uint32_t shape[2] = {(uint32_t)batch, (uint32_t)inputs_count};
    const int64_t weight[2] = {outputs, inputs_count}, bias[1] = {outputs};
    char attributes[64];
    int inputs[3];
    inputs[0] = layer_begin(l, "fully connected", "FullyConnected", 2, shape);
    inputs[1] = layer_param(l, "weight", 2, weight, -0.5f, 1.0f);
    inputs[2] = layer_param(l, "bias", 1, bias, -0.5f, 1.0f);
    (void)snprintf(attributes, sizeof attributes, "'num_hidden':'%d'", outputs);
    built_head(&l->model, built_node(&l->model, l->op, "node", attributes, 3, inputs), 0);
    l->bytes += 4.0 * batch * outputs;
    l->multiply_adds = (double)batch * inputs_count * outputs;
    (void)snprintf(l->name, sizeof l->name, "%d>%d batch %d", inputs_count, outputs, batch);
}

/* A product of two tensors that are both given, such as attention's. */
typedef struct product_layer {
    const char *name;
    const char *op;
    const char *attributes;
    uint32_t ndim;
    uint32_t shape[4]; /* of the first */
    int64_t second[4]; /* as many dims; 0: there is no second */
    double multiply_adds;
    double outputs;
} product_layer;

static void layer_product(layer *l, const product_layer *p) {
    int inputs[2];
    inputs[0] = layer_begin(l, "BERT", p->op, p->ndim, p->shape);
    if (p->second[0] > 0) {
        inputs[1] = layer_param(l, "second", (int)p->ndim, p->second, -0.5f, 1.0f);
    }
    int node = built_node(&l->model, p->op, "node", p->attributes, p->second[0] > 0 ? 2 : 1, inputs);
    built_head(&l->model, node, 0);
    l->bytes += 4.0 * p->outputs;
    l->multiply_adds = p->multiply_adds;
    (void)snprintf(l->name, sizeof l->name, "%s", p->name);
}

typedef struct simple_layer {
    const char *group;
    const char *name;
    const char *op;
    const char *attributes;
    uint32_t ndim;
    uint32_t shape[4];
    double output_share; /* elements of the output by those of the input */
} simple_layer;

static void layer_simple(layer *l, const simple_layer *s) {
    int data = layer_begin(l, s->group, s->op, s->ndim, s->shape);
    const int64_t channels[1] = {s->shape[1]};
    double in = l->bytes;
    int inputs[5];
    int count = 1;
    inputs[0] = data;
    if (strcmp(s->op, "BatchNorm") == 0) {
        inputs[count++] = layer_param(l, "gamma", 1, channels, 0.5f, 1.0f);
        inputs[count++] = layer_param(l, "beta", 1, channels, -0.5f, 1.0f);
        inputs[count++] = layer_param(l, "moving_mean", 1, channels, -0.5f, 1.0f);
        inputs[count++] = layer_param(l, "moving_var", 1, channels, 0.5f, 1.0f);
    } else if (strcmp(s->op, "LayerNorm") == 0 || strcmp(s->op, "GroupNorm") == 0) {
        const int64_t size[1] = {strcmp(s->op, "LayerNorm") == 0 ? s->shape[s->ndim - 1] : 32};
        inputs[count++] = layer_param(l, "gamma", 1, size, 0.5f, 1.0f);
        inputs[count++] = layer_param(l, "beta", 1, size, -0.5f, 1.0f);
    } else if (strcmp(s->op, "LeakyReLU") == 0 && strstr(s->attributes, "prelu") != NULL) {
        inputs[count++] = layer_param(l, "gamma", 1, channels, 0.1f, 0.3f);
    } else if (strcmp(s->op, "Concat") == 0 || strcmp(s->op, "elemwise_add") == 0) {
        inputs[count++] = data;
        l->bytes += in;
    } else if (strcmp(s->op, "broadcast_mul") == 0) {
        const int64_t dims[4] = {1, s->shape[1], 1, 1};
        inputs[count++] = layer_param(l, "factor", 4, dims, 0.5f, 1.0f);
    }
    built_head(&l->model, built_node(&l->model, s->op, "node", s->attributes, count, inputs), 0);
    l->bytes += in * s->output_share;
    (void)snprintf(l->name, sizeof l->name, "%s", s->name);
}

/* (x * 1.5 + 0.5), exp, + itself, relu: four nodes, timed together. */
static void layer_chain(layer *l) {
    const uint32_t shape[4] = {1, 64, 56, 56};
    int x = layer_begin(l, "elementwise", "", 4, shape);
    int y = built_unary(&l->model, "_mul_scalar", "times", "'scalar':'0.5'", x);
    y = built_unary(&l->model, "exp", "exp", "", y);
    y = built_binary(&l->model, "elemwise_add", "plus", "", y, x);
    y = built_unary(&l->model, "Activation", "node", "'act_type':'relu'", y);
    built_head(&l->model, y, 0);
    l->bytes *= 9; /* read and write of each node */
    (void)snprintf(l->name, sizeof l->name, "x*0.5, exp, +x, relu 64 56x56");
}

static const conv_layer conv_layers[] = {
    {"1x1", 1, 64, 56, 56, 64, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 64, 56, 56, 256, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 256, 56, 56, 64, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 16, 112, 112, 96, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 24, 56, 56, 144, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 128, 28, 28, 512, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 512, 28, 28, 128, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 192, 28, 28, 32, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 256, 14, 14, 1024, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 1024, 14, 14, 256, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 576, 14, 14, 96, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 512, 7, 7, 2048, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 2048, 7, 7, 512, 1, 1, 1, 1, 1, false},
    {"1x1", 1, 960, 7, 7, 160, 1, 1, 1, 1, 1, false},
    {"1x1 s2", 1, 256, 56, 56, 512, 1, 1, 2, 1, 1, false},
    {"3x3", 1, 64, 224, 224, 64, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 64, 112, 112, 128, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 64, 56, 56, 64, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 256, 56, 56, 256, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 128, 28, 28, 128, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 128, 28, 28, 32, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 256, 14, 14, 256, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 512, 14, 14, 512, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 512, 7, 7, 512, 3, 3, 1, 1, 1, true},
    {"3x3", 1, 20, 23, 23, 33, 3, 3, 1, 1, 1, false},
    {"3x3 s2", 1, 64, 56, 56, 128, 3, 3, 2, 1, 1, true},
    {"3x3 s2", 1, 256, 14, 14, 512, 3, 3, 2, 1, 1, true},
    {"5x5", 1, 48, 28, 28, 64, 5, 5, 1, 1, 1, true},
    {"5x5", 1, 64, 14, 14, 128, 5, 5, 1, 1, 1, true},
    {"1x7, 7x1", 1, 192, 17, 17, 192, 1, 7, 1, 1, 1, true},
    {"1x7, 7x1", 1, 192, 17, 17, 192, 7, 1, 1, 1, 1, true},
    {"1x3, 3x1", 1, 384, 8, 8, 384, 1, 3, 1, 1, 1, true},
    {"first layer", 1, 3, 224, 224, 64, 7, 7, 2, 1, 1, true},
    {"first layer", 1, 3, 224, 224, 32, 3, 3, 2, 1, 1, true},
    {"first layer", 1, 3, 224, 224, 64, 3, 3, 1, 1, 1, true},
    {"first layer", 1, 3, 227, 227, 96, 11, 11, 4, 1, 1, false},
    {"first layer", 1, 1, 28, 28, 20, 5, 5, 1, 1, 1, false},
    {"depthwise", 1, 32, 112, 112, 32, 3, 3, 1, 1, 32, true},
    {"depthwise", 1, 144, 56, 56, 144, 3, 3, 1, 1, 144, true},
    {"depthwise", 1, 512, 14, 14, 512, 3, 3, 1, 1, 512, true},
    {"depthwise", 1, 960, 7, 7, 960, 3, 3, 1, 1, 960, true},
    {"depthwise s2", 1, 64, 112, 112, 64, 3, 3, 2, 1, 64, true},
    {"depthwise s2", 1, 512, 14, 14, 512, 3, 3, 2, 1, 512, true},
    {"dilated", 1, 256, 28, 28, 256, 3, 3, 1, 2, 1, true},
    {"grouped", 1, 128, 56, 56, 128, 3, 3, 1, 1, 32, true},
    {"grouped", 1, 512, 14, 14, 512, 3, 3, 1, 1, 32, true},
    {"batch 16", 16, 64, 28, 28, 64, 3, 3, 1, 1, 1, true},
};

static const conv_layer deconv_layers[] = {
    {"transposed", 1, 128, 14, 14, 64, 4, 4, 2, 1, 1, false},
    {"transposed", 1, 64, 28, 28, 64, 2, 2, 2, 1, 1, false},
    {"transposed", 1, 64, 28, 28, 64, 4, 4, 2, 1, 64, false},
};

static const int fully_layers[][3] = {
    {1, 2048, 1000}, {1, 4096, 4096}, {16, 2048, 1000}, {16, 4096, 4096}, {1, 800, 500},
    {128, 768, 768}, {128, 768, 3072}, {128, 3072, 768}, {384, 768, 2304}, {1024, 768, 3072}};

/* 12 heads of 64 numbers: scores (both orders) and answers, of one sequence and of 8. */
#define HEADS(count, length)                                                                      \
    {"batch_dot " #count " of " #length "x64 by its transpose", "batch_dot", "'transpose_b':'True'", 3,  \
     {count, length, 64}, {count, length, 64}, 64.0 * count * length * length, 1.0 * count * length * length},            \
    {"batch_dot " #count " of " #length "x" #length " by x64", "batch_dot", "", 3,              \
     {count, length, length}, {count, length, 64}, 64.0 * count * length * length, 64.0 * count * length},           \
    {"batch_dot " #count " of 64x" #length " transposed by x" #length, "batch_dot", "'transpose_a':'True'", 3, \
     {count, 64, length}, {count, 64, length}, 64.0 * count * length * length, 1.0 * count * length * length}
static const product_layer product_layers[] = {
    HEADS(12, 128),
    HEADS(12, 384),
    HEADS(96, 128),
    {"interleaved scores 128", "_contrib_interleaved_matmul_selfatt_qk", "'heads':'12'", 3,
     {128, 1, 2304}, {0}, 768.0 * 128 * 128, 12.0 * 128 * 128},
    {"interleaved scores 128 batch 8", "_contrib_interleaved_matmul_selfatt_qk", "'heads':'12'", 3,
     {128, 8, 2304}, {0}, 8 * 768.0 * 128 * 128, 96.0 * 128 * 128},
    {"interleaved scores 384", "_contrib_interleaved_matmul_selfatt_qk", "'heads':'12'", 3,
     {384, 1, 2304}, {0}, 768.0 * 384 * 384, 12.0 * 384 * 384},
    {"interleaved answers 128", "_contrib_interleaved_matmul_selfatt_valatt", "'heads':'12'", 3,
     {128, 1, 2304}, {12, 128, 128}, 768.0 * 128 * 128, 128.0 * 768},
    {"interleaved answers 128 batch 8", "_contrib_interleaved_matmul_selfatt_valatt", "'heads':'12'", 3,
     {128, 8, 2304}, {96, 128, 128}, 8 * 768.0 * 128 * 128, 1024.0 * 768},
    {"interleaved answers 384", "_contrib_interleaved_matmul_selfatt_valatt", "'heads':'12'", 3,
     {384, 1, 2304}, {12, 384, 384}, 768.0 * 384 * 384, 384.0 * 768},
    {"dot 128x768 by 768x768", "dot", "", 2, {128, 768}, {768, 768}, 128.0 * 768 * 768, 128.0 * 768},
    {"dot 128x768 by 3072x768 transposed", "dot", "'transpose_b':'True'", 2, {128, 768}, {3072, 768}, 128.0 * 768 * 3072, 128.0 * 3072},
    {"dot 512x3072 by 3072x768", "dot", "", 2, {512, 3072}, {3072, 768}, 512.0 * 768 * 3072, 512.0 * 768},
    {"dot 768x512 transposed by 768x768", "dot", "'transpose_a':'True'", 2, {768, 512}, {768, 768}, 512.0 * 768 * 768, 512.0 * 768},
    {"dot 1x768 by 768x3072", "dot", "", 2, {1, 768}, {768, 3072}, 768.0 * 3072, 3072.0},
};

#define POOL(type, kernel, stride, pad)                                                     \
    "'pool_type':'" type "','kernel':'(" kernel "," kernel ")','stride':'(" stride "," stride \
    ")','pad':'(" pad "," pad ")'"

static const simple_layer simple_layers[] = {
    {"pooling", "max 3x3 s2 64 112x112", "Pooling", POOL("max", "3", "2", "1"), 4, {1, 64, 112, 112}, 0.25},
    {"pooling", "max 2x2 s2 64 224x224", "Pooling", POOL("max", "2", "2", "0"), 4, {1, 64, 224, 224}, 0.25},
    {"pooling", "max 3x3 s1 480 14x14", "Pooling", POOL("max", "3", "1", "1"), 4, {1, 480, 14, 14}, 1},
    {"pooling", "avg 3x3 s1 192 28x28", "Pooling", POOL("avg", "3", "1", "1"), 4, {1, 192, 28, 28}, 1},
    {"pooling", "global avg 2048 7x7", "Pooling", "'pool_type':'avg','kernel':'(1,1)','global_pool':'True'", 4, {1, 2048, 7, 7}, 0.02},
    {"softmax", "1000", "softmax", "", 2, {1, 1000}, 1},
    {"softmax", "256x1000", "softmax", "", 2, {256, 1000}, 1},
    {"softmax", "channels 21 64x64", "softmax", "'axis':'1'", 4, {1, 21, 64, 64}, 1},
    {"softmax", "12 heads 128x128", "softmax", "", 3, {12, 128, 128}, 1},
    {"softmax", "12 heads 384x384", "softmax", "", 3, {12, 384, 384}, 1},
    {"softmax", "128 words of 30522", "softmax", "", 2, {128, 30522}, 1},
    {"LayerNorm", "128x768", "LayerNorm", "", 3, {1, 128, 768}, 1},
    {"LayerNorm", "8x384x768", "LayerNorm", "", 3, {8, 384, 768}, 1},
    {"GroupNorm", "32 groups 256 56x56", "GroupNorm", "'num_groups':'32'", 4, {1, 256, 56, 56}, 1},
    {"activation", "gelu 128x3072", "LeakyReLU", "'act_type':'gelu'", 3, {1, 128, 3072}, 1},
    {"activation", "relu 64 56x56", "Activation", "'act_type':'relu'", 4, {1, 64, 56, 56}, 1},
    {"activation", "sigmoid 64 56x56", "Activation", "'act_type':'sigmoid'", 4, {1, 64, 56, 56}, 1},
    {"activation", "tanh 64 56x56", "Activation", "'act_type':'tanh'", 4, {1, 64, 56, 56}, 1},
    {"activation", "prelu 64 56x56", "LeakyReLU", "'act_type':'prelu'", 4, {1, 64, 56, 56}, 1},
    {"elementwise", "add 64 56x56", "elemwise_add", "", 4, {1, 64, 56, 56}, 1},
    {"elementwise", "times scalar 64 56x56", "_mul_scalar", "'scalar':'0.999'", 4, {1, 64, 56, 56}, 1},
    {"elementwise", "times channels 256 56x56", "broadcast_mul", "", 4, {1, 256, 56, 56}, 1},
    {"LRN", "96 55x55", "LRN", "'nsize':'5','alpha':'0.0001','beta':'0.75'", 4, {1, 96, 55, 55}, 1},
    {"BatchNorm", "64 112x112", "BatchNorm", "'fix_gamma':'False'", 4, {1, 64, 112, 112}, 1},
    {"BatchNorm", "1024 7x7", "BatchNorm", "'fix_gamma':'False'", 4, {1, 1024, 7, 7}, 1},
    {"L2Normalization", "512 38x38", "L2Normalization", "'mode':'channel'", 4, {1, 512, 38, 38}, 1},
    {"Concat", "2 x 128 28x28", "Concat", "'num_args':'2','dim':'1'", 4, {1, 128, 28, 28}, 2},
    {"transpose", "(0,2,3,1) 256 38x38", "transpose", "'axes':'(0,2,3,1)'", 4, {1, 256, 38, 38}, 1},
    {"UpSampling", "nearest 2 256 26x26", "UpSampling", "'scale':'2','sample_type':'nearest','num_args':'1'", 4, {1, 256, 26, 26}, 4},
};

enum {
    num_conv = sizeof conv_layers / sizeof conv_layers[0],
    num_deconv = sizeof deconv_layers / sizeof deconv_layers[0],
    num_fully = sizeof fully_layers / sizeof fully_layers[0],
    num_simple = sizeof simple_layers / sizeof simple_layers[0],
    num_product = sizeof product_layers / sizeof product_layers[0],
    num_plain = num_conv + num_deconv + num_fully + num_product + num_simple + 1,
    num_layers = num_plain + 6
};

/* Layers of which one with data of ordinary size and one with data below the normal numbers are measured. */
static void layer_tiny(layer *l, int index) {
    static const conv_layer conv = {"denormals", 1, 64, 28, 28, 64, 3, 3, 1, 1, 1, true};
    static const conv_layer depthwise = {"denormals", 1, 64, 56, 56, 64, 3, 3, 1, 1, 64, true};
    static const simple_layer add = {
        "denormals", "add 64 56x56", "elemwise_add", "", 4, {1, 64, 56, 56}, 1};
    bool tiny = index % 2 == 1;
    if (index / 2 == 2) {
        layer_simple(l, &add);
    } else {
        layer_conv(l, index / 2 == 0 ? &conv : &depthwise, false);
    }
    l->scale = tiny ? 1e-39f : 1.0f;
    size_t length = strlen(l->name);
    (void)snprintf(l->name + length, sizeof l->name - length, tiny ? ", denormal" : ", normal");
}

static void make_layer(layer *l, int index) {
    if (index >= num_plain) {
        layer_tiny(l, index - num_plain);
        return;
    }
    if (index < num_conv) {
        layer_conv(l, &conv_layers[index], false);
        return;
    }
    index -= num_conv;
    if (index < num_deconv) {
        layer_conv(l, &deconv_layers[index], true);
        return;
    }
    index -= num_deconv;
    if (index < num_fully) {
        layer_fully(l, fully_layers[index][0], fully_layers[index][1], fully_layers[index][2]);
        return;
    }
    index -= num_fully;
    if (index < num_product) {
        layer_product(l, &product_layers[index]);
        return;
    }
    index -= num_product;
    if (index < num_simple) {
        layer_simple(l, &simple_layers[index]);
        return;
    }
    layer_chain(l);
}

/* ---- measuring --------------------------------------------------------------- */

typedef struct variant {
    const library *from;
    int number; /* of the library */
    LPModelHandle model;
    PredictorHandle predictor;
    const char *algorithm; /* NULL: unknown */
    bool chosen;
    bool step; /* timed alone */
    int count; /* runs of a sample */
} variant;

typedef struct settings {
    library libraries[max_libraries];
    int num_libraries;
    int threads;
    int rounds;
    int runs; /* 0: as many as take a while */
    const char *only;
    const char *algorithm;
    bool cold;
    bool whole;
} settings;

static double sample(const variant *v, int count) {
    if (v->step) {
        double ns = v->from->step_ns(v->predictor, "node", count);
        if (ns < 0) stop("a step", "failed");
        return ns;
    }
    double begin = now_ns();
    for (int i = 0; i < count; i++) {
        if (v->from->forward(v->predictor) != 0) stop("a forward", "failed");
    }
    return (now_ns() - begin) / count;
}

/* A predictor for the layer; false: this algorithm cannot do it. */
static bool make_variant(const settings *s, const layer *l, int number, const char *force,
                         variant *v) {
    const library *from = &s->libraries[number];
    LPOptions options;
    LPError error;
    const char *key = "data";
    const uint32_t indptr[2] = {0, l->ndim};
    size_t count = 1;
    memset(v, 0, sizeof *v);
    memset(&options, 0, sizeof options);
    memset(&error, 0, sizeof error);
    options.struct_size = sizeof options;
    options.num_threads = (uint32_t)s->threads;
    v->from = from;
    v->number = number;
    if (from->model_create(l->model.symbol, l->model.symbol_size, l->model.params,
                           l->model.params_size, &error, &v->model) != 0) {
        stop(l->name, error.text);
    }
    if (from->force != NULL) {
        from->force(force != NULL ? l->op : NULL, force);
    }
    int failed = from->pred_create(v->model, 1, &key, indptr, l->shape, 0, NULL, NULL, 0, NULL,
                                   &options, &error, &v->predictor);
    if (from->force != NULL) {
        from->force(NULL, NULL);
    }
    if (failed != 0) {
        if (force == NULL) stop(l->name, error.text);
        (void)from->model_free(v->model);
        return false;
    }
    for (uint32_t i = 0; i < l->ndim; i++) count *= l->shape[i];
    float *data = malloc(count * sizeof *data);
    if (data == NULL) stop("memory", "none");
    for (size_t i = 0; i < count; i++) data[i] = l->scale * (random_float() - 0.5f);
    if (from->set_input(v->predictor, key, data, (uint32_t)count) != 0 ||
        from->forward(v->predictor) != 0) {
        stop(l->name, "cannot run");
    }
    free(data);
    v->algorithm = from->chosen != NULL && l->op[0] != '\0' ? from->chosen(v->predictor, "node") : NULL;
    v->step = v->algorithm != NULL && !s->whole;
    return true;
}

static int make_variants(const settings *s, const layer *l, variant *variants) {
    int count = 0;
    for (int number = 0; number < s->num_libraries; number++) {
        const library *from = &s->libraries[number];
        variant chosen;
        (void)make_variant(s, l, number, NULL, &chosen);
        chosen.chosen = true;
        bool forced = from->force != NULL && l->op[0] != '\0' && !s->whole;
        const char *name;
        for (int i = 0; forced && (name = from->algorithm_at(l->op, i)) != NULL; i++) {
            bool is_chosen = chosen.algorithm != NULL && strcmp(name, chosen.algorithm) == 0;
            if ((s->algorithm[0] == '\0' || strstr(name, s->algorithm) != NULL) && !is_chosen &&
                count < max_variants && make_variant(s, l, number, name, &variants[count])) {
                count++;
            }
        }
        if (chosen.algorithm != NULL && strstr(chosen.algorithm, s->algorithm) == NULL) {
            (void)from->pred_free(chosen.predictor);
            (void)from->model_free(chosen.model);
        } else if (count < max_variants) {
            variants[count++] = chosen;
        }
    }
    return count;
}

/*
 * Memory that lies badly (rows a multiple of 4 KiB apart and the like) can halve the speed of one
 * variant and not of the other, so predictors are made several times, each time elsewhere.
 */
enum { placements = 3 };

static void measure_layer(const settings *s, const layer *l) {
    variant variants[max_variants];
    double least[max_variants];
    int count = 0;
    for (int placement = 0; placement < placements; placement++) {
        void *apart = malloc((size_t)placement * 13568 + 64);
        count = make_variants(s, l, variants);
        for (int i = 0; i < count; i++) {
            double once = sample(&variants[i], 1);
            once = sample(&variants[i], 1);
            double runs = (s->cold ? 0 : sample_us * 1e3) / once;
            variants[i].count = s->runs > 0 ? s->runs : runs < 1 ? 1 : runs > 1e6 ? 1000000 : (int)runs;
            least[i] = placement == 0 ? 1e300 : least[i];
        }
        for (int round = placement; round < s->rounds; round += placements) {
            for (int k = 0; k < count; k++) {
                int i = round % 2 == 0 ? k : count - 1 - k;
                if (s->cold) machine_sink = read_floats(flush_buffer, flush_floats);
                double ns = sample(&variants[i], variants[i].count);
                least[i] = ns < least[i] ? ns : least[i];
            }
        }
        for (int i = 0; i < count; i++) {
            (void)variants[i].from->pred_free(variants[i].predictor);
            (void)variants[i].from->model_free(variants[i].model);
        }
        free(apart);
    }
    for (int i = 0; i < count; i++) {
        const variant *v = &variants[i];
        printf("{\"group\":\"%s\",\"layer\":\"%s\",\"op\":\"%s\",\"algorithm\":\"%s\",\"chosen\":%s,"
               "\"library\":%d,\"step\":%s,\"ns\":%.1f,\"multiply_adds\":%.0f,\"bytes\":%.0f}\n",
               l->group, l->name, l->op, v->algorithm != NULL ? v->algorithm : "",
               v->chosen ? "true" : "false", v->number, v->step ? "true" : "false", least[i],
               l->multiply_adds, l->bytes);
    }
    (void)fflush(stdout);
}

static void level_of(const library *l, char *level, size_t size) {
    const char *found = strstr(l->build_info(), "isa=");
    size_t length = found == NULL ? 0 : strcspn(found + 4, " ");
    (void)snprintf(level, size, "%.*s", (int)length, found == NULL ? "" : found + 4);
}

int main(int argc, char **argv) {
    static settings s = {.threads = 1, .rounds = 12, .only = "", .algorithm = ""};
    char level[32];
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(word, "--cold") == 0) {
            s.cold = true;
        } else if (strcmp(word, "--whole") == 0) {
            s.whole = true;
        } else if (strncmp(word, "--", 2) != 0) {
            if (s.num_libraries == max_libraries) stop(word, "one library too many");
#if defined(BENCH_LINKED)
            stop(word, "this program takes no library");
#else
            s.libraries[s.num_libraries++] = open_library(word);
#endif
        } else {
            i++;
            if (strcmp(word, "--threads") == 0) s.threads = atoi(value);
            else if (strcmp(word, "--rounds") == 0) s.rounds = atoi(value);
            else if (strcmp(word, "--runs") == 0) s.runs = atoi(value);
            else if (strcmp(word, "--only") == 0) s.only = value;
            else if (strcmp(word, "--algorithm") == 0) s.algorithm = value;
            else stop(word, "no such option");
        }
    }
#if defined(BENCH_LINKED)
    s.libraries[s.num_libraries++] = linked_library();
#endif
    if (s.num_libraries == 0 || s.threads < 1 || s.threads > 64 || s.rounds < 1) {
        stop("usage", "kernel_bench LIBRARY [LIBRARY] [--threads N] [--rounds N] "
                      "[--only TEXT] [--algorithm NAME] [--cold] [--whole] [--runs N]");
    }
    for (int i = 0; i < s.num_libraries; i++) {
        s.whole = s.whole || s.libraries[i].step_ns == NULL;
    }
    flush_buffer = calloc(flush_floats, sizeof *flush_buffer);
    if (flush_buffer == NULL) stop("memory", "none");
    for (size_t i = 0; i < flush_floats; i += 1024) flush_buffer[i] = 1.0f;
    level_of(&s.libraries[0], level, sizeof level);
    double peak = measure_peak(level, s.threads);
    double near = measure_reading(64 << 10, 40);
    double far = measure_reading(flush_floats, 1);
    for (int i = 0; i < num_layers; i++) {
        layer l;
        make_layer(&l, i);
        char text[160];
        (void)snprintf(text, sizeof text, "%s: %s", l.group, l.name);
        if (strstr(text, s.only) != NULL) {
            built_finish(&l.model);
            measure_layer(&s, &l);
            double again = measure_peak(level, s.threads);
            peak = again > peak ? again : peak;
        }
        built_free(&l.model);
    }
    printf("{\"level\":\"%s\",\"threads\":%d,\"multiply_adds_per_ns\":%.2f,\"l2_bytes_per_ns\":%.1f,"
           "\"memory_bytes_per_ns\":%.1f}\n",
           level, s.threads, peak, near, far);
    free(flush_buffer);
    return 0;
}
