/* Tests of index_array, index_copy, softmax_cross_entropy and CTCLoss. Expected values: MXNet 1.9.1's answers. */
#include "operator_check.h"

TEST(index_array_tells_places) {
    const operator_input data = {lp_shape_2(2, 3), NULL};
    operator_gives(&lp_op_contrib_index_array, "", &data, 1, 0, lp_shape_3(2, 3, 2),
                   (const double[]){0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2}, 0);
    operator_gives(&lp_op_contrib_index_array, "axes=(-1,)", &data, 1, 0, lp_shape_3(2, 3, 1),
                   (const double[]){0, 1, 2, 0, 1, 2}, 0);
    operator_refuses(&lp_op_contrib_index_array, "axes=(2,)", &data.shape, 1, "axes is 2");
    const lp_shape ten = lp_shape_of(10, (const int64_t[]){1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    operator_refuses(&lp_op_contrib_index_array, "", &ten, 1, "11 dimensions");
}

TEST(index_copy_replaces_rows) {
    operator_input inputs[3] = {{lp_shape_2(3, 2), NULL},
                                {lp_shape_1(2), (const float[]){2, 0}},
                                {lp_shape_2(2, 2), (const float[]){1, 2, 3, 4}}};
    operator_gives(&lp_op_contrib_index_copy, "", inputs, 3, 0, lp_shape_2(3, 2),
                   (const double[]){3, 4, 0, 0, 1, 2}, 0);
    inputs[1].data = (const float[]){1, 1};
    operator_gives(&lp_op_contrib_index_copy, "", inputs, 3, 0, lp_shape_2(3, 2),
                   (const double[]){0, 0, 3, 4, 0, 0}, 0);
    const float wrong[4][2] = {{0, 3}, {0, -1}, {0, NAN}, {0, INFINITY}};
    for (int i = 0; i < 4; i++) {
        inputs[1].data = wrong[i];
        operator_fails(&lp_op_contrib_index_copy, "", inputs, 3, "at position 1, expected 0 to 2");
    }
    operator_refuses(&lp_op_contrib_index_copy, "",
                     (const lp_shape[]){lp_shape_2(3, 2), lp_shape_1(1), lp_shape_2(2, 2)}, 3,
                     "'new_tensor'");
    operator_refuses(&lp_op_contrib_index_copy, "",
                     (const lp_shape[]){lp_shape_2(3, 2), lp_shape_2(1, 2), lp_shape_2(2, 2)}, 3,
                     "'index_vector'");
}

TEST(softmax_cross_entropy_sums) {
    operator_input inputs[2] = {{lp_shape_2(2, 3), (const float[]){1, 2, 3, 4, 1, 2}},
                                {lp_shape_1(2), (const float[]){2, 1}}};
    operator_gives(&lp_op_softmax_cross_entropy, "", inputs, 2, 0, lp_shape_1(1),
                   (const double[]){3.577452}, 1e-6);
    inputs[0].data = (const float[]){1, 200, 3, 4, 1, 2};
    operator_gives(&lp_op_softmax_cross_entropy, "", inputs, 2, 0, lp_shape_1(1),
                   (const double[]){21.590527}, 1e-6);
    /* What is no label counts as the nearest: classes 0 and 2. By hand: log(1e8) - log(e^2 / (e^4 + e + e^2)). */
    inputs[1].data = (const float[]){-INFINITY, 7};
    operator_gives(&lp_op_softmax_cross_entropy, "", inputs, 2, 0, lp_shape_1(1),
                   (const double[]){20.5905268}, 1e-6);
    operator_refuses(&lp_op_softmax_cross_entropy, "",
                     (const lp_shape[]){lp_shape_3(1, 2, 3), lp_shape_1(1)}, 2, "'data'");
    operator_refuses(&lp_op_softmax_cross_entropy, "",
                     (const lp_shape[]){lp_shape_2(2, 0), lp_shape_1(2)}, 2, "no classes");
}

/* Two steps of two classes, all equally likely. By hand: the label 1 comes from 3 of 4 paths, the label
 * 1 1 from none, the empty one from 1 of 4. */
TEST(ctc_loss_counts_paths) {
    const double way = 0.28768207245178093; /* log 4/3 */
    operator_input inputs[4] = {{lp_shape_3(2, 2, 2), NULL},
                                {lp_shape_2(2, 2), (const float[]){1, 0, 1, 1}},
                                {lp_shape_1(2), (const float[]){2, 2}},
                                {lp_shape_1(2), (const float[]){1, 0}}};
    operator_gives(&lp_op_CTCLoss, "", inputs, 2, 0, lp_shape_1(2), (const double[]){way, 0}, 1e-6);
    operator_gives(&lp_op_CTCLoss, "use_data_lengths=1 use_label_lengths=1", inputs, 4, 0,
                   lp_shape_1(2), (const double[]){way, 1.3862943611198906}, 1e-6);
    inputs[1].data = (const float[]){0, -1, 0.4f, -0.6f};
    operator_gives(&lp_op_CTCLoss, "blank_label=last", inputs, 2, 0, lp_shape_1(2),
                   (const double[]){way, way}, 1e-6);
    inputs[2].data = (const float[]){2, 0};
    inputs[1].data = (const float[]){1, 0, 1, 0};
    operator_gives(&lp_op_CTCLoss, "use_data_lengths=1", inputs, 3, 0, lp_shape_1(2),
                   (const double[]){way, 0}, 1e-6);
    const float labels[4][4] = {{1, 2, 0, 0}, {-1, 0, 0, 0}, {NAN, 0, 0, 0}, {1, INFINITY, 0, 0}};
    for (int i = 0; i < 4; i++) {
        inputs[1].data = labels[i];
        operator_fails(&lp_op_CTCLoss, "", inputs, 2, "expected 0 to 1");
    }
    inputs[2].data = (const float[]){3, 0};
    operator_fails(&lp_op_CTCLoss, "use_data_lengths=1", inputs, 3, "length 3 at position 0");
    operator_refuses(&lp_op_CTCLoss, "", (const lp_shape[]){lp_shape_3(2, 2, 2), lp_shape_2(2, 3)}, 2,
                     "no longer than data");
    operator_refuses(&lp_op_CTCLoss, "", (const lp_shape[]){lp_shape_3(2, 2, 0), lp_shape_2(2, 2)}, 2,
                     "expected classes");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(index_array_tells_places);
    RUN(index_copy_replaces_rows);
    RUN(softmax_cross_entropy_sums);
    RUN(ctc_loss_counts_paths);
    return check_end();
}
