/* Tests of RNN. Expected values: the check vectors of operators.md 7.1, and operators.md 4.4 as a formula
 * in double. */
#include "../src/op/op_table.h"
#include "run_op.h"

static void ramp(float *to, int count, float step) {
    for (int i = 0; i < count; i++) {
        to[i] = (float)i * step;
    }
}

static void gives(const char *attributes, lp_shape data, const float *x, int parameters,
                  float step, lp_shape states, const float *h, const float *c, const double *out) {
    float weights[32];
    run_op run;
    ramp(weights, parameters, step);
    run_op_begin(&run, &lp_op_RNN, attributes);
    run_op_floats(&run, 0, data, x);
    run_op_floats(&run, 1, lp_shape_1(parameters), weights);
    run_op_floats(&run, 2, states, h);
    if (c != NULL) {
        run_op_floats(&run, 3, states, c);
    }
    run.constant_inputs = 2;
    REQUIRE(run_op_infer(&run) == LP_OK);
    run_op_expect(&run, 0, out, 2e-7, 2e-7);
    CHECK(run_op_all(&run) >= 4);
    run_op_end(&run);
}

TEST(the_documented_vectors) {
    gives("state_size=1 num_layers=1 mode=lstm", lp_shape_3(2, 1, 1), (const float[]){1, 0.5f}, 16, 0.1f,
          lp_shape_3(1, 1, 1), (const float[]){0.2f}, (const float[]){0.3f},
          (const double[]){0.7824074, 0.9285902});
    gives("state_size=1 num_layers=1 mode=gru bidirectional=1", lp_shape_3(2, 1, 1),
          (const float[]){1, 0.5f}, 24, 0.05f, lp_shape_3(2, 1, 1), (const float[]){0.2f, 0.1f}, NULL,
          (const double[]){0.3250822, 0.2435858, 0.4273827, 0.1819581});
    gives("state_size=2 num_layers=2 mode=rnn_tanh", lp_shape_3(1, 1, 1), (const float[]){1}, 22, 0.05f,
          lp_shape_3(2, 1, 2), (const float[]){0.2f, 0.1f, 0.3f, 0.4f}, NULL,
          (const double[]){0.9936092, 0.996852});
}

/* ---- the formula ------------------------------------------------------------ */

typedef struct shape_of_rnn {
    const char *mode;
    int steps, images, inputs, hidden, layers, directions, features; /* features != hidden: a projection */
    int lengths; /* image i is over after i % lengths steps; 0: no lengths */
} shape_of_rnn;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static int gates_of(const char *mode) {
    return strcmp(mode, "lstm") == 0 ? 4 : strcmp(mode, "gru") == 0 ? 3 : 1;
}

static double dot(const run_op *run, int64_t row, const double *x, int depth) {
    double sum = 0;
    for (int k = 0; k < depth; k++) {
        sum += run_op_element(&run->in[1], row + k) * x[k];
    }
    return sum;
}

#define MOST 160 /* gates times hidden */

/* h and c of one image after a step; x: its inputs. Offsets in the parameters. */
static void formula_step(const run_op *run, const shape_of_rnn *s, const double *x, int depth,
                         int64_t weights, int64_t biases, double *h, double *c) {
    double a[MOST], u[MOST], fresh[MOST];
    const int n = s->hidden, sums = gates_of(s->mode) * n;
    for (int r = 0; r < sums; r++) {
        a[r] = dot(run, weights + (int64_t)r * depth, x, depth) +
               run_op_element(&run->in[1], biases + r);
        u[r] = dot(run, weights + (int64_t)sums * depth + (int64_t)r * s->features, h, s->features) +
               run_op_element(&run->in[1], biases + sums + r);
    }
    for (int i = 0; i < n; i++) {
        if (gates_of(s->mode) == 4) {
            c[i] = sigmoid(a[n + i] + u[n + i]) * c[i] +
                   sigmoid(a[i] + u[i]) * tanh(a[2 * n + i] + u[2 * n + i]);
            fresh[i] = sigmoid(a[3 * n + i] + u[3 * n + i]) * tanh(c[i]);
        } else if (gates_of(s->mode) == 3) {
            const double z = sigmoid(a[n + i] + u[n + i]);
            fresh[i] = (1 - z) * tanh(a[2 * n + i] + sigmoid(a[i] + u[i]) * u[2 * n + i]) + z * h[i];
        } else {
            fresh[i] = strcmp(s->mode, "rnn_tanh") == 0 ? tanh(a[i] + u[i]) : fmax(a[i] + u[i], 0);
        }
    }
    for (int i = 0; i < s->features; i++) {
        h[i] = s->features == n ? fresh[i]
                                : dot(run, weights + (int64_t)sums * (depth + s->features) +
                                               (int64_t)i * n, fresh, n);
    }
}

/* All outputs by the formula. */
static void formula(const run_op *run, const shape_of_rnn *s, double *y, double *last_h, double *last_c) {
    const int sums = gates_of(s->mode) * s->hidden, wide = s->directions * s->features;
    const int most = wide > s->inputs ? wide : s->inputs;
    int64_t weights = 0, biases = lp_shape_size(&run->in[1].shape) -
                                  (int64_t)s->layers * s->directions * 2 * sums;
    double *x = calloc((size_t)(s->steps * s->images * most), sizeof *x);
    REQUIRE(x != NULL);
    for (int64_t i = 0; i < (int64_t)s->steps * s->images * s->inputs; i++) {
        x[i] = run_op_element(&run->in[0], i);
    }
    for (int l = 0; l < s->layers; l++) {
        const int depth = l == 0 ? s->inputs : wide;
        for (int d = 0; d < s->directions; d++) {
            for (int image = 0; image < s->images; image++) {
                const int64_t at = (int64_t)(l * s->directions + d) * s->images + image;
                double h[MOST], c[MOST];
                for (int i = 0; i < s->features; i++) {
                    h[i] = run_op_element(&run->in[2], at * s->features + i);
                }
                for (int i = 0; i < s->hidden; i++) {
                    c[i] = last_c == NULL ? 0 : run_op_element(&run->in[3], at * s->hidden + i);
                }
                for (int k = 0; k < s->steps; k++) {
                    const int t = d == 0 ? k : s->steps - 1 - k;
                    const bool over = s->lengths != 0 && t >= image % s->lengths;
                    if (!over) {
                        formula_step(run, s, x + (t * s->images + image) * depth, depth, weights, biases, h, c);
                    }
                    for (int i = 0; i < s->features; i++) {
                        y[(t * s->images + image) * wide + d * s->features + i] = over ? 0 : h[i];
                    }
                }
                memcpy(last_h + at * s->features, h, (size_t)s->features * sizeof *h);
                if (last_c != NULL) {
                    memcpy(last_c + at * s->hidden, c, (size_t)s->hidden * sizeof *c);
                }
            }
            weights += (int64_t)sums * (depth + s->features) +
                       (s->features != s->hidden ? s->features * s->hidden : 0);
            biases += 2 * sums;
        }
        memcpy(x, y, (size_t)(s->steps * s->images * wide) * sizeof *x);
    }
    free(x);
}

static void agrees(const shape_of_rnn *s, lp_dtype dtype) {
    char attributes[256];
    double y[20000], h[4000], c[4000];
    const bool cell = strcmp(s->mode, "lstm") == 0;
    const int states = s->layers * s->directions;
    run_op run;
    (void)snprintf(attributes, sizeof attributes,
                   "state_size=%d num_layers=%d mode=%s bidirectional=%d state_outputs=1 "
                   "projection_size=%s use_sequence_length=%d",
                   s->hidden, s->layers, s->mode, s->directions - 1,
                   s->features == s->hidden ? "None" : s->features == 2 ? "2" : "3", s->lengths != 0);
    run_op_begin(&run, &lp_op_RNN, attributes);
    run_op_random(&run, 0, lp_shape_3(s->steps, s->images, s->inputs), 1, 1.0f);
    run.in[0].dtype = LP_FLOAT32;
    REQUIRE(run_op_infer(&run) == LP_OK);
    const lp_shape parameters = run.in[1].shape;
    run_op_random(&run, 1, parameters, 2, 0.6f);
    run_op_random(&run, 2, lp_shape_3(states, s->images, s->features), 3, 0.5f);
    if (cell) {
        run_op_random(&run, 3, lp_shape_3(states, s->images, s->hidden), 4, 0.5f);
    }
    for (int i = 0; i < 3 + cell && dtype == LP_FLOAT64; i++) {
        const int64_t n = lp_shape_size(&run.in[i].shape);
        float *from = run.in[i].data;
        double *to = run_op_memory((size_t)n * sizeof *to);
        for (int64_t k = 0; k < n; k++) {
            to[k] = from[k];
        }
        run.in[i].dtype = LP_FLOAT64;
        run.in[i].data = to;
        free(from);
    }
    if (s->lengths != 0) {
        int32_t lengths[400];
        for (int i = 0; i < s->images; i++) {
            lengths[i] = i % s->lengths;
        }
        run_op_input(&run, 3 + cell, LP_INT32, lp_shape_1(s->images), lengths);
    }
    for (int i = 0; i < RUN_OP_MAX; i++) {
        run.out[i].dtype = LP_DTYPE_UNKNOWN;
    }
    REQUIRE(run_op_infer(&run) == LP_OK);
    CHECK_EQ_INT(run.out[0].dtype, dtype);
    formula(&run, s, y, h, cell ? c : NULL);
    const double error = dtype == LP_FLOAT64 ? 1e-13 : 4e-6;
    run_op_expect(&run, 0, y, error, error);
    run_op_expect(&run, 1, h, error, error);
    if (cell) {
        run_op_expect(&run, 2, c, error, error);
    }
    run.constant_inputs = 2;
    CHECK(run_op_all(&run) >= (dtype == LP_FLOAT64 ? 2 : 4));
    run_op_end(&run);
}

TEST(every_mode_in_many_sizes) {
    static const char *const modes[] = {"rnn_relu", "rnn_tanh", "lstm", "gru"};
    static const int sizes[][6] = {
        /* steps, images, inputs, hidden, layers, directions */
        {3, 2, 5, 4, 1, 1}, {1, 1, 1, 1, 1, 1}, {2, 1, 3, 33, 2, 1},  {4, 1, 130, 17, 1, 2},
        {2, 2, 7, 40, 1, 2}, {3, 3, 4, 5, 3, 2}, {2, 12, 3, 7, 1, 1}, {2, 33, 2, 4, 2, 1},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t m = 0; m < 4; m++) {
            const int *n = sizes[i];
            agrees(&(shape_of_rnn){modes[m], n[0], n[1], n[2], n[3], n[4], n[5], n[3], 0}, LP_FLOAT32);
        }
    }
}

TEST(double_precision) {
    agrees(&(shape_of_rnn){"lstm", 3, 2, 5, 4, 2, 2, 4, 0}, LP_FLOAT64);
    agrees(&(shape_of_rnn){"gru", 3, 2, 5, 4, 2, 1, 4, 0}, LP_FLOAT64);
    agrees(&(shape_of_rnn){"rnn_tanh", 2, 3, 5, 4, 1, 1, 4, 0}, LP_FLOAT64);
    agrees(&(shape_of_rnn){"rnn_relu", 2, 3, 5, 4, 1, 1, 4, 0}, LP_FLOAT64);
    agrees(&(shape_of_rnn){"lstm", 3, 2, 5, 4, 1, 1, 3, 2}, LP_FLOAT64);
}

TEST(projections_and_lengths) {
    agrees(&(shape_of_rnn){"lstm", 3, 2, 5, 4, 1, 1, 3, 0}, LP_FLOAT32);
    agrees(&(shape_of_rnn){"lstm", 3, 5, 5, 6, 3, 2, 2, 0}, LP_FLOAT32);
    agrees(&(shape_of_rnn){"lstm", 3, 5, 5, 6, 2, 2, 3, 4}, LP_FLOAT32);
    agrees(&(shape_of_rnn){"gru", 4, 2, 3, 6, 2, 2, 6, 3}, LP_FLOAT32);
    agrees(&(shape_of_rnn){"rnn_relu", 4, 7, 3, 6, 1, 1, 6, 4}, LP_FLOAT32);
}

/* More images than are multiplied at once, and steps that do not divide. */
TEST(chunks_of_steps) {
    agrees(&(shape_of_rnn){"gru", 3, 300, 2, 2, 1, 2, 2, 0}, LP_FLOAT32);
    agrees(&(shape_of_rnn){"lstm", 11, 150, 2, 2, 1, 2, 2, 0}, LP_FLOAT32);
}

TEST(shapes_both_ways) {
    run_op run;
    run_op_begin(&run, &lp_op_RNN, "state_size=4 num_layers=2 mode=lstm bidirectional=1");
    run_op_floats(&run, 0, lp_shape_3(3, 2, 5), NULL);
    REQUIRE(run_op_infer(&run) == LP_OK);
    const lp_shape parameters = lp_shape_1(2 * 16 * (5 + 4 + 2) + 2 * 16 * (8 + 4 + 2));
    const lp_shape state = lp_shape_3(4, 2, 4), out = lp_shape_3(3, 2, 8);
    CHECK(lp_shape_equal(&run.in[1].shape, &parameters));
    CHECK(lp_shape_equal(&run.in[2].shape, &state) && lp_shape_equal(&run.in[3].shape, &state));
    CHECK(lp_shape_equal(&run.out[0].shape, &out));
    run_op_end(&run);
    /* The batch from a state, steps from the output. */
    lp_shape in[4], result[1];
    void *param = NULL;
    lp_pool pool = {0};
    const lp_attr_text texts[] = {{"state_size", "4"}, {"num_layers", "1"}, {"mode", "gru"}};
    REQUIRE(lp_attr_parse(&lp_op_RNN, texts, 3, &pool, NULL, NULL, &param) == LP_OK);
    const lp_infer infer = {"node", &lp_op_RNN, param, 3, 1, in, result, NULL, NULL};
    in[0] = lp_shape_3(-1, -1, 5);
    in[1] = lp_shape_unknown();
    in[2] = lp_shape_3(1, 6, 4);
    result[0] = lp_shape_3(7, -1, -1);
    REQUIRE(lp_op_RNN.family->shape(&infer) == LP_OK);
    const lp_shape data = lp_shape_3(7, 6, 5), whole = lp_shape_3(7, 6, 4);
    CHECK(lp_shape_equal(&in[0], &data) && lp_shape_equal(&result[0], &whole));
    lp_pool_free(&pool);
}

static void refused(const char *attributes, int code, const char *text) {
    run_op run;
    CHECK_EQ_INT(run_op_try_begin(&run, &lp_op_RNN, attributes), code);
    CHECK_CONTAINS(lp_status_text(), text);
    lp_pool_free(&run.pool);
}

static void refused_shape(int input, lp_shape shape, const char *text) {
    run_op run;
    run_op_begin(&run, &lp_op_RNN, "state_size=4 num_layers=1 mode=gru");
    run_op_floats(&run, 0, lp_shape_3(3, 2, 5), NULL);
    run_op_floats(&run, input, shape, NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), text);
    run_op_end(&run);
}

TEST(bad_input) {
    refused("num_layers=1 mode=gru", LP_ERROR_ATTRIBUTE, "state_size");
    refused("state_size=0 num_layers=1 mode=gru", LP_ERROR_ATTRIBUTE, "state_size is 0, expected 1 to");
    refused("state_size=16777216 num_layers=1 mode=gru", LP_ERROR_ATTRIBUTE, "expected 1 to 16777215");
    refused("state_size=4 num_layers=0 mode=gru", LP_ERROR_ATTRIBUTE, "num_layers is 0");
    refused("state_size=4 num_layers=99999999 mode=gru", LP_ERROR_ATTRIBUTE, "num_layers is 99999999");
    refused("state_size=4 num_layers=1 mode=LSTM", LP_ERROR_ATTRIBUTE, "mode");
    refused("state_size=4 num_layers=1 mode=gru projection_size=2", LP_ERROR_ATTRIBUTE, "projection_size is 2");
    refused("state_size=4 num_layers=1 mode=lstm projection_size=0", LP_ERROR_ATTRIBUTE, "projection_size is 0");
    refused("state_size=4 num_layers=1 mode=lstm lstm_state_clip_max=1", LP_ERROR_UNSUPPORTED, "lstm_state_clip_max");
    refused_shape(0, lp_shape_2(3, 2), "'data'");
    refused_shape(0, lp_shape_3(3, 2, 0), "no features");
    refused_shape(1, lp_shape_1(131), "'parameters': expected (132), provided (131)");
    refused_shape(2, lp_shape_3(1, 2, 5), "'state': expected (1,2,4), provided (1,2,5)");
    refused_shape(2, lp_shape_3(1, 3, 4), "'state': expected (1,2,4), provided (1,3,4)");
    run_op run;
    run_op_begin(&run, &lp_op_RNN, "state_size=16777215 num_layers=1024 mode=lstm");
    run_op_floats(&run, 0, lp_shape_3(1, 1, 1), NULL);
    CHECK_EQ_INT(run_op_infer(&run), LP_ERROR_SHAPE);
    CHECK_CONTAINS(lp_status_text(), "too many");
    run_op_end(&run);
}

TEST(no_steps_and_no_images) {
    for (int images = 0; images < 2; images++) {
        run_op run;
        run_op_begin(&run, &lp_op_RNN, "state_size=2 num_layers=2 mode=gru state_outputs=1");
        run_op_floats(&run, 0, lp_shape_3(images == 0 ? 3 : 0, images, 2), NULL);
        run_op_floats(&run, 2, lp_shape_3(2, images, 2), (const float[]){1, 2, 3, 4});
        run.constant_inputs = 2;
        REQUIRE(run_op_infer(&run) == LP_OK);
        run_op_expect(&run, 1, (const double[]){1, 2, 3, 4}, 0, 0); /* the states as they were */
        CHECK(run_op_all(&run) >= 4);
        run_op_end(&run);
    }
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(the_documented_vectors);
    RUN(every_mode_in_many_sizes);
    RUN(double_precision);
    RUN(projections_and_lengths);
    RUN(chunks_of_steps);
    RUN(shapes_both_ways);
    RUN(bad_input);
    RUN(no_steps_and_no_images);
    return check_end();
}
