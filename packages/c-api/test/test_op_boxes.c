/* Tests of box_nms, box_iou, box_decode, box_encode and bipartite_matching. Expected values: MXNet
 * 1.9.1's answers, the check vectors of operators.md, or by hand. */
#include "../src/kernel/suppress.h"
#include "operator_check.h"

static const float box_rows[30] = {0, 0.5f,  0, 0, 1, 1, 0, 0.9f, 0, 0, 1, 1.1f, 1, 0.3f, 0,
                                   0, 1,     1, 0, 0.05f, 5, 5, 6, 6, 0, 0.9f, 5, 5, 6, 6};
#define NONE -1, -1, -1, -1, -1, -1

static void suppresses(const char *attributes, const double *expected) {
    const operator_input data = {lp_shape_2(5, 6), box_rows};
    operator_gives(&lp_op_contrib_box_nms, attributes, &data, 1, 0, lp_shape_2(5, 6), expected, 1e-6);
}

TEST(box_nms_keeps_the_best) {
    suppresses("", (const double[]){0, 0.9, 0, 0, 1, 1.1, 0, 0.9, 5, 5, 6, 6, NONE, NONE, NONE});
    suppresses("id_index=0", (const double[]){0, 0.9, 0, 0, 1, 1.1, 0, 0.9, 5, 5, 6, 6,
                                              1, 0.3, 0, 0, 1, 1, NONE, NONE});
    suppresses("id_index=0 background_id=0",
               (const double[]){1, 0.3, 0, 0, 1, 1, NONE, NONE, NONE, NONE});
    suppresses("topk=1", (const double[]){0, 0.9, 0, 0, 1, 1.1, NONE, NONE, NONE, NONE});
    suppresses("valid_thresh=2 out_format=center", (const double[]){NONE, NONE, NONE, NONE, NONE});
    suppresses("out_format=center", (const double[]){0, 0.9, 0.5, 0.55, 1, 1.1, 0, 0.9, 5.5, 5.5, 1,
                                                     1, NONE, NONE, NONE});
    suppresses("in_format=center", (const double[]){0, 0.9, -0.5, -0.55, 0.5, 0.55, 0, 0.9, 2, 2, 8,
                                                    8, NONE, NONE, NONE});
    suppresses("overlap_thresh=-1", (const double[]){0, 0.9, 0, 0, 1, 1.1, NONE, NONE, NONE, NONE});
    suppresses("topk=0 out_format=center",
               (const double[]){0, 0.5, 0, 0, 1, 1, 0, 0.9, 0, 0, 1, 1.1, 1, 0.3, 0,
                                0, 1, 1, 0, 0.05, 5, 5, 6, 6, 0, 0.9, 5, 5, 6, 6});
}

/* 500 boxes side by side, two of each: the second of each goes. */
TEST(box_nms_of_many_on_threads) {
    enum { BATCH = 3, BOXES = 500 };
    float *data = malloc(BATCH * BOXES * 6 * sizeof *data);
    double *expected = malloc(BATCH * BOXES * 6 * sizeof *expected);
    REQUIRE(data != NULL && expected != NULL);
    for (int i = 0; i < BATCH * BOXES; i++) {
        const int n = i % BOXES;
        const float x = 10.0f * (float)(n / 2);
        const float row[6] = {(float)(n / 2 % 3), 1.0f - (float)n / (float)BOXES, x, 0, x + 8, 8};
        memcpy(data + 6 * i, row, sizeof row);
        const int from = i / BOXES * BOXES + 2 * n;
        for (int k = 0; k < 6; k++) {
            const double own = k == 0   ? n % 3
                               : k == 1 ? (double)(1.0f - (float)(2 * n) / (float)BOXES)
                               : k == 3 ? 0
                               : k == 5 ? 8
                                        : 10.0 * n + (k == 4 ? 8 : 0);
            expected[6 * i + k] = from < (i / BOXES + 1) * BOXES ? own : -1;
        }
    }
    const operator_input input = {lp_shape_3(BATCH, BOXES, 6), data};
    operator_gives(&lp_op_contrib_box_nms, "id_index=0", &input, 1, 0, input.shape, expected, 0);
    operator_gives(&lp_op_contrib_box_nms, "", &input, 1, 0, input.shape, expected, 0);
    free(data);
    free(expected);
}

TEST(box_nms_refuses) {
    const lp_op *op = &lp_op_contrib_box_nms;
    const lp_shape six = lp_shape_2(5, 6);
    operator_refuses(op, "score_index=6", &six, 1, "score_index 6");
    operator_refuses(op, "score_index=-1", &six, 1, "score_index -1");
    operator_refuses(op, "coord_start=3", &six, 1, "coord_start 3");
    operator_refuses(op, "coord_start=9223372036854775807", &six, 1, "coord_start");
    operator_refuses(op, "id_index=6", &six, 1, "id_index 6");
    operator_refuses(op, "id_index=3", &six, 1, "different places");
    operator_refuses(op, "id_index=1", &six, 1, "different places");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_1(6)}, 1, "at least 2 dimensions");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_2(5, 4)}, 1, "at least 5");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_2((int64_t)1 << 33, 6)}, 1, "2^32");
    operator_refuses(op, "in_format=middle", &six, 1, "in_format");
}

TEST(box_nms_of_nothing) {
    const operator_input data = {lp_shape_3(2, 0, 6), NULL};
    operator_gives(&lp_op_contrib_box_nms, "", &data, 1, 0, data.shape, NULL, 0);
}

static void doubles_agree(bool classes) {
    const double boxes[3 * LP_SUPPRESS_BOX] = {0, 0, 2, 1, 2, 0, 0, 1, 1, 1, 0, 0, 2, 2, 4};
    const int32_t ids[3] = {7, 7, -3};
    uint8_t keep[3];
    const lp_suppress suppress = {.dtype = LP_FLOAT64,
                                  .boxes = boxes,
                                  .ids = classes ? ids : NULL,
                                  .count = 3,
                                  .most = 3,
                                  .threshold = 0.4999};
    void *scratch = malloc(lp_suppress_scratch(LP_FLOAT64, 3));
    REQUIRE(scratch != NULL);
    CHECK_EQ_INT(lp_suppress_run(&suppress, keep, scratch, LP_ISA_BASE), classes ? 2 : 1);
    CHECK_EQ_INT(keep[1], 0);
    CHECK_EQ_INT(keep[2], classes);
    free(scratch);
}

TEST(suppression_in_float64) {
    doubles_agree(false);
    doubles_agree(true);
}

TEST(box_iou_is_shared_by_covered) {
    const operator_input boxes[2] = {{lp_shape_2(1, 4), (const float[]){0, 0, 2, 2}},
                                     {lp_shape_2(2, 4), (const float[]){1, 1, 3, 3, 5, 5, 6, 6}}};
    operator_gives(&lp_op_contrib_box_iou, "", boxes, 2, 0, lp_shape_2(1, 2),
                   (const double[]){1.0 / 7, 0}, 1e-6);
    const operator_input centers[2] = {{lp_shape_2(1, 4), (const float[]){1, 1, 2, 2}},
                                       {lp_shape_2(1, 4), (const float[]){2, 2, 2, 2}}};
    operator_gives(&lp_op_contrib_box_iou, "format=center", centers, 2, 0, lp_shape_2(1, 1),
                   (const double[]){1.0 / 7}, 1e-6);
    operator_refuses(&lp_op_contrib_box_iou, "",
                     (const lp_shape[]){lp_shape_1(4), lp_shape_2(1, 4)}, 2, "lhs has shape (4)");
    operator_refuses(&lp_op_contrib_box_iou, "",
                     (const lp_shape[]){lp_shape_2(1, 4), lp_shape_2(1, 5)}, 2, "rhs has shape");
}

TEST(box_iou_of_many) {
    enum { ROWS = 5, COLUMNS = 700 };
    float one[ROWS * 4];
    float *other = malloc(COLUMNS * 4 * sizeof *other);
    double *expected = malloc(ROWS * COLUMNS * sizeof *expected);
    REQUIRE(other != NULL && expected != NULL);
    for (int i = 0; i < COLUMNS; i++) {
        const float box[4] = {(float)i, 0, (float)i + 2, 1};
        memcpy(other + 4 * i, box, sizeof box);
    }
    for (int r = 0; r < ROWS; r++) {
        memcpy(one + 4 * r, other + 4 * r, 4 * sizeof *one);
        for (int i = 0; i < COLUMNS; i++) {
            expected[r * COLUMNS + i] = i == r ? 1 : abs(i - r) == 1 ? 1.0 / 3 : 0;
        }
    }
    const operator_input boxes[2] = {{lp_shape_2(ROWS, 4), one}, {lp_shape_2(COLUMNS, 4), other}};
    operator_gives(&lp_op_contrib_box_iou, "", boxes, 2, 0, lp_shape_2(ROWS, COLUMNS), expected, 1e-6);
    free(other);
    free(expected);
}

TEST(box_decode_and_encode) {
    const operator_input coded[2] = {{lp_shape_3(1, 1, 4), (const float[]){1, 0, 1, 0}},
                                     {lp_shape_3(1, 1, 4), (const float[]){0.5f, 0.5f, 1, 1}}};
    operator_gives(&lp_op_contrib_box_decode, "std0=0.1 std2=0.2", coded, 2, 0, lp_shape_3(1, 1, 4),
                   (const double[]){-0.01070136, 0, 1.210701, 1}, 1e-6);
    const operator_input wide[2] = {{lp_shape_3(1, 1, 4), (const float[]){1, 0.5f, 5, -1}},
                                    {lp_shape_3(1, 1, 4), (const float[]){0.5f, 0.5f, 1, 2}}};
    operator_gives(&lp_op_contrib_box_decode, "clip=1.5", wide, 2, 0, lp_shape_3(1, 1, 4),
                   (const double[]){-0.7408445, 1.1321206, 3.7408445, 1.8678794}, 1e-6);
    operator_refuses(&lp_op_contrib_box_decode, "",
                     (const lp_shape[]){lp_shape_3(1, 2, 4), lp_shape_3(2, 2, 4)}, 2, "'anchors'");
    const operator_input samples[6] = {
        {lp_shape_2(1, 2), (const float[]){1, 0.5f}},
        {lp_shape_2(1, 2), (const float[]){0, 9}},
        {lp_shape_3(1, 2, 4), (const float[]){0, 0, 1, 1, 0, 0, 2, 2}},
        {lp_shape_3(1, 1, 4), (const float[]){0, 0, 0.5f, 0.5f}},
        {lp_shape_1(4), (const float[]){0, 0.1f, 0.2f, 0.3f}},
        {lp_shape_1(4), (const float[]){0.1f, 0.1f, 0.2f, 0.2f}}};
    operator_gives(&lp_op_contrib_box_encode, "", samples, 6, 0, lp_shape_3(1, 2, 4),
                   (const double[]){-2.5, -3.5, -4.4657359, -4.9657359, 0, 0, 0, 0}, 1e-6);
    operator_gives(&lp_op_contrib_box_encode, "", samples, 6, 1, lp_shape_3(1, 2, 4),
                   (const double[]){1, 1, 1, 1, 0, 0, 0, 0}, 0);
    operator_input wrong[6];
    memcpy(wrong, samples, sizeof wrong);
    wrong[1].data = (const float[]){1, 0};
    operator_fails(&lp_op_contrib_box_encode, "", wrong, 6, "match 1 at position 0, expected 0 to 0");
    wrong[1].data = (const float[]){NAN, 0};
    operator_fails(&lp_op_contrib_box_encode, "", wrong, 6, "at position 0");
}

TEST(bipartite_matching_pairs_the_best) {
    const operator_input scores = {lp_shape_2(3, 2),
                                   (const float[]){0.5f, 0.6f, 0.1f, 0.2f, 0.3f, 0.4f}};
    const lp_op *op = &lp_op_contrib_bipartite_matching;
    operator_gives(op, "threshold=1e-12", &scores, 1, 0, lp_shape_1(3), (const double[]){1, -1, 0}, 0);
    operator_gives(op, "threshold=1e-12", &scores, 1, 1, lp_shape_1(2), (const double[]){2, 0}, 0);
    operator_gives(op, "threshold=0.45 is_ascend=True", &scores, 1, 0, lp_shape_1(3),
                   (const double[]){-1, 0, 1}, 0);
    const operator_input diagonal = {lp_shape_2(3, 3), (const float[]){3, 0, 0, 0, 2, 0, 0, 0, 1}};
    operator_gives(op, "threshold=0.1 topk=1", &diagonal, 1, 0, lp_shape_1(3),
                   (const double[]){0, 1, -1}, 0);
    const lp_shape vector = lp_shape_1(3);
    operator_refuses(op, "threshold=0.1", &vector, 1, "at least 2 dimensions");
    operator_refuses(op, "topk=1", &vector, 1, "threshold");
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(box_nms_keeps_the_best);
    RUN(box_nms_of_many_on_threads);
    RUN(box_nms_refuses);
    RUN(box_nms_of_nothing);
    RUN(suppression_in_float64);
    RUN(box_iou_is_shared_by_covered);
    RUN(box_iou_of_many);
    RUN(box_decode_and_encode);
    RUN(bipartite_matching_pairs_the_best);
    return check_end();
}
