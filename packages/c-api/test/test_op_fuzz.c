/* LIBPREDICT_FUZZ_OP=name and LIBPREDICT_FUZZ_ROUNDS=number in the environment look closer.
 *
 * Every operator with attributes, shapes and element types at random: its rules either refuse them
 * with an error, or every algorithm that accepts runs without touching what is not its own (a
 * sanitizer watches), and gives the same for any number of threads. */
#include "../src/op/op_table.h"
#include "run_op.h"

enum { ROUNDS = 100, MOST_ELEMENTS = 4096 };

static uint64_t state;

static int64_t pick(int64_t count) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((state >> 33) % (uint64_t)count);
}

/* Most attempts are tame, so that many come to a run: small numbers, tuples of one length. */
static bool tame;
static int64_t tuple_length;

static int64_t integer(void) {
    static const int64_t odd[] = {7, 16, 33, 2147483647, 2147483648, -2147483648, 4611686018427387904,
                                  9223372036854775807, -9223372036854775807, -5, 100000};
    if (tame && pick(20) != 0) {
        return pick(3) == 0 ? pick(5) : 1 + pick(3);
    }
    return pick(12) == 0 ? odd[pick((int64_t)LP_COUNT(odd))] : pick(6) == 0 ? -1 - pick(3) : pick(5);
}

static void append(char *text, const char *part) {
    if (strlen(text) + strlen(part) < 1000) {
        strcat(text, part);
    }
}

static void append_integer(char *text, int64_t value) {
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
    append(text, digits);
}

static void append_value(char *text, const lp_attr *attr) {
    static const char *const reals[] = {"0", "1", "-1", "0.5", "2.5", "nan", "inf", "1e30", "-1e-9"};
    static const char *const bools[] = {"True", "False", "1", "0"};
    if ((attr->flags & LP_ATTR_OPTIONAL) != 0 && pick(3) == 0) {
        append(text, "None");
        return;
    }
    switch (attr->kind) {
        case LP_ATTR_INT:
        case LP_ATTR_UINT:
            /* run_op.h has room for few tensors */
            append_integer(text, strncmp(attr->key, "num_args", 8) == 0 ? pick(6) : integer());
            break;
        case LP_ATTR_BOOL:
            append(text, bools[pick(4)]);
            break;
        case LP_ATTR_FLOAT:
            append(text, reals[pick((int64_t)LP_COUNT(reals))]);
            break;
        case LP_ATTR_DTYPE:
            append(text, lp_dtype_name((lp_dtype)pick(LP_DTYPE_COUNT)));
            break;
        case LP_ATTR_ENUM: {
            int64_t bars = 0;
            for (const char *at = attr->names; *at != '\0'; at++) {
                bars += *at == '|';
            }
            const char *name = attr->names;
            for (int64_t k = pick(bars + 1); k > 0; k--) {
                name = strchr(name, '|') + 1;
            }
            char word[64];
            (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "|"), name);
            append(text, word);
            break;
        }
        case LP_ATTR_TUPLE:
        case LP_ATTR_TUPLE_OPTIONAL_ITEMS:
        case LP_ATTR_FLOATS: {
            bool pad_width = strcmp(attr->key, "pad_width") == 0; /* the first four are 0 */
            int64_t count = tame ? tuple_length : pick(20) == 0 ? 12 : pick(7);
            count = tame && pad_width ? 2 * tuple_length + 4 : count;
            append(text, "(");
            for (int64_t i = 0; i < count; i++) {
                if (tame && pad_width && i < 4) {
                    append(text, "0");
                } else if (attr->kind == LP_ATTR_TUPLE_OPTIONAL_ITEMS && pick(4) == 0) {
                    append(text, "None");
                } else {
                    append_integer(text, integer());
                }
                append(text, ",");
            }
            append(text, ")");
            break;
        }
        default:
            append(text, "x");
            break;
    }
}

static lp_shape random_shape(const lp_shape *like) {
    if (pick(3) == 0) {
        return *like;
    }
    lp_shape shape = lp_shape_unknown();
    shape.ndim = (int)(pick(8) == 0 ? pick(8) : 2 + pick(4));
    for (int i = 0; i < shape.ndim; i++) {
        shape.dim[i] = pick(16) == 0 ? 0 : pick(12) == 0 ? 17 : 1 + pick(4);
    }
    return shape;
}

/* Whether all tensors are small, by the operator's rules alone. */
static bool is_small(const run_op *run) {
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
        if ((run->op->family->dtype != NULL ? run->op->family->dtype : lp_infer_same_dtype)(&infer) != LP_OK ||
            (run->op->family->shape != NULL ? run->op->family->shape : lp_infer_same_shape)(&infer) != LP_OK) {
            return false;
        }
    }
    for (int i = 0; i < run->num_inputs + run->num_outputs; i++) {
        const lp_shape *shape = i < run->num_inputs ? &in[i] : &out[i - run->num_inputs];
        size_t bytes;
        if (!lp_shape_bytes(shape, 1, &bytes) || bytes > MOST_ELEMENTS) {
            return false;
        }
    }
    return true;
}

/* Inputs whose values may be an error of the forward: indices out of range, sizes of images. */
static bool stays_zero(const lp_op *op, int input) {
    static const struct {
        const lp_op *op;
        int input;
    } inputs[] = {
        {&lp_op_take, 1},
        {&lp_op_gather_nd, 1},
        {&lp_op_index_copy, 1},
        {&lp_op_scatter_nd, 1},
        {&lp_op_contrib_box_encode, 0},
        {&lp_op_contrib_Proposal, 2},
        {&lp_op_contrib_MultiProposal, 2},
        {&lp_op_CTCLoss, 1},
        {&lp_op_CTCLoss, 2},
        {&lp_op_CTCLoss, 3},
    };
    for (size_t i = 0; i < LP_COUNT(inputs); i++) {
        if (inputs[i].op == op && inputs[i].input == input) {
            return true;
        }
    }
    return false;
}

/* One attempt; whether it came to a run. */
static bool attempt(const lp_op *op, char *text) {
    run_op run;
    text[0] = '\0';
    tame = pick(3) != 0;
    tuple_length = 1 + pick(3);
    for (int i = 0; i < lp_op_attrs(op)->num_attrs; i++) {
        if ((lp_op_attrs(op)->attrs[i].flags & LP_ATTR_REQUIRED) != 0 || pick(3) == 0) {
            append(text, text[0] != '\0' ? " " : "");
            append(text, lp_op_attrs(op)->attrs[i].key);
            append(text, "=");
            append_value(text, &lp_op_attrs(op)->attrs[i]);
        }
    }
    if (run_op_try_begin(&run, op, text) != LP_OK) {
        run_op_end(&run);
        return false;
    }
    lp_shape like = lp_shape_4(1 + pick(2), pick(2) == 0 ? 1 + pick(20) : 16, 1 + pick(6), 1 + pick(6));
    like.ndim = (int)(pick(2) == 0 ? 4 : 1 + pick(4));
    if (tame && pick(2) == 0) {
        like.ndim = (int)tuple_length + 2;
        like.dim[4] = 1 + pick(4);
    }
    lp_dtype dtype = pick(3) == 0 ? (lp_dtype)pick(LP_DTYPE_COUNT) : LP_FLOAT32;
    for (int i = 0; i < run.num_inputs; i++) {
        if (i == 0 || pick(2) == 0) {
            lp_dtype own = pick(6) == 0 ? (lp_dtype)pick(LP_DTYPE_COUNT) : dtype;
            run_op_input(&run, i, own, i == 0 && pick(2) == 0 ? like : random_shape(&like), NULL);
            size_t bytes = run_op_bytes(&run.in[i]);
            for (size_t k = 0; k < bytes && !stays_zero(op, i); k++) {
                ((unsigned char *)run.in[i].data)[k] =
                    own == LP_BOOL ? (unsigned char)pick(2) : (unsigned char)pick(256);
            }
        }
    }
    bool ran = false;
    /* Index 0 is out of range, too, where an axis has no elements. */
    bool indexed = false;
    for (int i = 0; i < run.num_inputs; i++) {
        indexed = indexed || stays_zero(op, i);
    }
    bool nothing = indexed && run.in[0].shape.ndim > 0 && run_op_bytes(&run.in[0]) == 0;
    /* Few matrices of random bytes have an inverse. */
    nothing = nothing || op == &lp_op_linalg_inverse;
    if (!nothing && is_small(&run) && run_op_infer(&run) == LP_OK && run.num_outputs > 0) {
        ran = run_op_all(&run) > 0;
    }
    run_op_end(&run);
    return ran;
}

TEST(operators_refuse_or_run) {
    int total = 0;
    const char *only = getenv("LIBPREDICT_FUZZ_OP");
    const char *rounds = getenv("LIBPREDICT_FUZZ_ROUNDS");
    for (int i = 0; i < lp_op_count(); i++) {
        const lp_op *op = lp_op_at(i);
        char text[1024];
        int ran = 0;
        if (only != NULL && strcmp(only, op->name) != 0) {
            continue;
        }
        if (op == &lp_op_linalg_potrf) {
            continue; /* a matrix that is not positive definite is an error of its forward */
        }
        for (int round = 0; round < (rounds != NULL ? atoi(rounds) : ROUNDS); round++) {
            state = (uint64_t)i * 1000003u + (uint64_t)round;
            int before = check_state.failures_here;
            ran += attempt(op, text);
            if (check_state.failures_here > before) {
                printf("    by %s, round %d: %s\n", op->name, round, text);
                break;
            }
        }
        total += ran;
    }
    CHECK(only != NULL || total > 1000);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(operators_refuse_or_run);
    return check_end();
}
