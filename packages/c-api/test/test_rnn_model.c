/* Layers as Gluon exports them: RNN whose parameters are joined from arrays of the file. By hand. */
#include "api_models.h"
#include "counting_allocator.h"

/* h = relu(2 x + 3 h + 1) from h = 0: of 1, 2 it makes 3, 14. */
static void model_layer(built_model *m) {
    static const char *const names[] = {"w", "u", "b", "c"};
    static const float numbers[] = {2, 3, 1, 0};
    const int64_t matrix[] = {1, 1}, vector[] = {1};
    int parts[4], inputs[3];
    memset(m, 0, sizeof *m);
    inputs[0] = built_variable(m, "data");
    for (int i = 0; i < 4; i++) {
        char name[16], flat[16];
        (void)snprintf(name, sizeof name, "arg:%s", names[i]);
        (void)snprintf(flat, sizeof flat, "flat_%s", names[i]);
        built_param(m, name, i < 2 ? 2 : 1, i < 2 ? matrix : vector, &numbers[i]);
        parts[i] = built_unary(m, "Reshape", flat, "'shape':'-1'", built_variable(m, names[i]));
    }
    inputs[1] = built_node(m, "_rnn_param_concat", "joined", "'dim':'0','num_args':'4'", 4, parts);
    inputs[2] = built_node(m, "_zeros", "begin", "'shape':'(1,0,1)'", 0, NULL);
    built_head(m, built_node(m, "RNN", "rnn", "'state_size':'1','num_layers':'1','mode':'rnn_relu'", 3, inputs), 0);
    built_finish(m);
}

static PredictorHandle layer(LPModelHandle model, uint32_t disabled, uint32_t memory) {
    const LPOptions options = {sizeof options, 1, disabled, memory};
    const char *key = "data";
    const uint32_t indptr[] = {0, 3}, dims[] = {2, 1, 1};
    PredictorHandle p = NULL;
    REQUIRE(LPPredCreate(model, 1, &key, indptr, dims, 0, NULL, NULL, 0, NULL, &options, NULL, &p) == 0);
    return p;
}

static void check(PredictorHandle p, float first, float second) {
    const float data[] = {1, 2}, expected[] = {first, second};
    float out[2] = {0, 0};
    REQUIRE(MXPredSetInput(p, "data", data, 2) == 0);
    REQUIRE(MXPredForward(p) == 0);
    REQUIRE(MXPredGetOutput(p, 0, out, 2) == 0);
    CHECK_FLOATS(out, expected, 2, 0, 0);
}

static uint32_t steps(PredictorHandle p) {
    LPStats stats = {.struct_size = sizeof stats};
    REQUIRE(LPPredGetStats(p, &stats) == 0);
    return stats.plan_nodes;
}

TEST(parameters_are_joined_when_the_plan_is_made) {
    built_model m;
    model_layer(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = layer(model, 0, 0), lean = layer(model, 0, LP_MEMORY_LEAN);
    PredictorHandle plain = layer(model, LP_PASS_VIEW, 0);
    CHECK_EQ_INT(steps(p), 2); /* the begin state and the layer */
    CHECK_EQ_INT(steps(lean), 3);
    for (int i = 0; i < 2; i++) {
        check(p, 3, 14);
        check(lean, 3, 14);
        check(plain, 3, 14);
    }
    MXPredFree(p);
    MXPredFree(lean);
    MXPredFree(plain);
    LPModelFree(model);
    model_free(&m);
}

TEST(a_part_that_is_set_is_joined_anew) {
    built_model m;
    model_layer(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = layer(model, 0, 0), other = layer(model, 0, 0);
    const float w = 5;
    check(p, 3, 14);
    REQUIRE(MXPredSetInput(p, "w", &w, 1) == 0);
    check(p, 6, 29);
    check(other, 3, 14);
    MXPredFree(p);
    check(other, 3, 14);
    MXPredFree(other);
    LPModelFree(model);
    model_free(&m);
}

static char seen[256];
static void note(const char *name, NDArrayHandle array, void *user) {
    (void)array;
    (void)user;
    (void)strncat(seen, name, sizeof seen - strlen(seen) - 2);
    (void)strncat(seen, " ", 2);
}

TEST(a_monitor_sees_the_joined_parameters) {
    built_model m;
    model_layer(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = layer(model, 0, 0);
    REQUIRE(MXPredSetMonitorCallback(p, note, NULL, false) == 0);
    for (int i = 0; i < 2; i++) {
        seen[0] = '\0';
        check(p, 3, 14);
        CHECK_CONTAINS(seen, "flat_c_output joined_output begin_output rnn_output ");
    }
    REQUIRE(MXPredSetMonitorCallback(p, NULL, NULL, false) == 0);
    check(p, 3, 14);
    CHECK_EQ_INT(steps(p), 2);
    MXPredFree(p);
    LPModelFree(model);
    model_free(&m);
}

static int create_layer(const void *model, PredictorHandle *made) {
    const built_model *m = model;
    const char *key = "data";
    const uint32_t indptr[] = {0, 3}, dims[] = {2, 1, 1};
    return MXPredCreate(m->symbol, m->params, (int)m->params_size, 1, 0, 1, &key, indptr, dims, made);
}

TEST(memory_that_fails_leaves_nothing_behind) {
    built_model m;
    model_layer(&m);
    counting_fail_each(create_layer, &m);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(parameters_are_joined_when_the_plan_is_made);
    RUN(a_part_that_is_set_is_joined_anew);
    RUN(a_monitor_sees_the_joined_parameters);
    RUN(memory_that_fails_leaves_nothing_behind);
    return check_end();
}
