/* Tests of MultiBoxPrior, MultiBoxDetection, MultiBoxTarget, Proposal and MultiProposal. Expected values: MXNet
 * 1.9.1's answers, and the check vectors of operators.md. */
#include "operator_check.h"

TEST(multibox_prior_makes_anchors) {
    const operator_input map = {lp_shape_4(1, 1, 1, 2), NULL};
    operator_gives(&lp_op_contrib_MultiBoxPrior, "sizes=(0.5,0.25) ratios=(1,2)", &map, 1, 0,
                   lp_shape_3(1, 6, 4),
                   (const double[]){0.125,      0.25,      0.375,     0.75,      0.1875,    0.375,
                                    0.3125,     0.625,     0.07322331, 0.3232233, 0.4267767, 0.6767767,
                                    0.625,      0.25,      0.875,     0.75,      0.6875,    0.375,
                                    0.8125,     0.625,     0.5732233, 0.3232233, 0.9267767, 0.6767767},
                   1e-6);
    const operator_input one = {lp_shape_4(2, 3, 1, 1), NULL};
    operator_gives(&lp_op_contrib_MultiBoxPrior, "sizes=(1.5,) ratios=(1,3) clip=True", &one, 1, 0,
                   lp_shape_3(1, 2, 4),
                   (const double[]){0, 0, 1, 1, 0, 0.06698728, 1, 0.93301272}, 1e-6);
}

TEST(multibox_prior_refuses) {
    const lp_op *op = &lp_op_contrib_MultiBoxPrior;
    const lp_shape map = lp_shape_4(1, 1, 2, 2);
    operator_refuses(op, "sizes=()", &map, 1, "0 sizes");
    operator_refuses(op, "ratios=()", &map, 1, "0 ratios");
    operator_refuses(op, "steps=(0.5,)", &map, 1, "1 steps");
    operator_refuses(op, "steps=(0.5,-1)", &map, 1, "both positive");
    operator_refuses(op, "offsets=(1,2,3)", &map, 1, "3 offsets");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_3(1, 2, 2)}, 1, "expected (N, C, H, W)");
    operator_refuses(op, "sizes=(1,2,3)",
                     (const lp_shape[]){lp_shape_4(1, 1, (int64_t)1 << 40, (int64_t)1 << 40)}, 1,
                     "too many anchors");
}

static const operator_input detected[3] = {
    {{3, {1, 2, 2}}, (const float[]){0.1f, 0.2f, 0.9f, 0.8f}},
    {{2, {1, 8}}, (const float[]){0, 0, 0, 0, 1, 0, 0, 0.5f}},
    {{3, {1, 2, 4}}, (const float[]){0.1f, 0.1f, 0.6f, 0.6f, 0.1f, 0.1f, 0.6f, 0.5f}}};

static void detects(const char *attributes, double first, double second) {
    operator_gives(&lp_op_contrib_MultiBoxDetection, attributes, detected, 3, 0, lp_shape_3(1, 2, 6),
                   (const double[]){first, 0.9, 0.1, 0.1, 0.6, 0.6, second, 0.8, 0.15, 0.07896581,
                                    0.65, 0.5210342},
                   1e-6);
}

TEST(multibox_detection_finds_and_suppresses) {
    detects("", 0, -1);
    detects("nms_threshold=0", 0, 0);
    detects("nms_threshold=1.5", 0, 0);
    detects("nms_topk=1 nms_threshold=1", 0, -1);
    detects("nms_topk=1 nms_threshold=-1", 0, 0);
    operator_gives(&lp_op_contrib_MultiBoxDetection, "threshold=0.85", detected, 3, 0,
                   lp_shape_3(1, 2, 6),
                   (const double[]){0, 0.9, 0.1, 0.1, 0.6, 0.6, -1, -1, -1, -1, -1, -1}, 1e-6);
}

TEST(multibox_detection_of_many_on_threads) {
    enum { BATCH = 3, ANCHORS = 150 };
    float *scores = calloc(BATCH * 2 * ANCHORS, sizeof *scores);
    float *offsets = calloc(BATCH * 4 * ANCHORS, sizeof *offsets);
    float *anchors = calloc(4 * ANCHORS, sizeof *anchors);
    double *expected = malloc(BATCH * ANCHORS * 6 * sizeof *expected);
    REQUIRE(scores != NULL && offsets != NULL && anchors != NULL && expected != NULL);
    for (int i = 0; i < ANCHORS; i++) {
        const float x = (float)i / 256;
        const float box[4] = {x, 0, x + 1.0f / 512, 1};
        memcpy(anchors + 4 * i, box, sizeof box);
        for (int n = 0; n < BATCH; n++) {
            const int best = ANCHORS - 1 - i; /* scores grow with the anchor */
            const double row[6] = {0, 1 - i / 256.0, best / 256.0, 0, best / 256.0 + 1.0 / 512, 1};
            scores[(2 * n + 1) * ANCHORS + best] = 1 - (float)i / 256;
            memcpy(expected + (n * ANCHORS + i) * 6, row, sizeof row);
        }
    }
    const operator_input inputs[3] = {{lp_shape_3(BATCH, 2, ANCHORS), scores},
                                      {lp_shape_2(BATCH, 4 * ANCHORS), offsets},
                                      {lp_shape_3(1, ANCHORS, 4), anchors}};
    operator_gives(&lp_op_contrib_MultiBoxDetection, "", inputs, 3, 0,
                   lp_shape_3(BATCH, ANCHORS, 6), expected, 1e-6);
    free(scores);
    free(offsets);
    free(anchors);
    free(expected);
}

TEST(multibox_detection_refuses) {
    const lp_op *op = &lp_op_contrib_MultiBoxDetection;
    const lp_shape scores = lp_shape_3(1, 2, 3);
    const lp_shape anchors = lp_shape_3(1, 3, 4);
    operator_refuses(op, "variances=(1,2,3)", &scores, 1, "3 variances");
    operator_refuses(op, "", (const lp_shape[]){scores, lp_shape_2(1, 8), anchors}, 3, "'loc_pred'");
    operator_refuses(op, "", (const lp_shape[]){scores, lp_shape_2(1, 12), lp_shape_3(2, 3, 4)}, 3,
                     "'anchor'");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_2(2, 3), lp_shape_2(1, 12), anchors}, 3,
                     "'cls_prob'");
    operator_refuses(op, "", (const lp_shape[]){lp_shape_3(1, 2, (int64_t)1 << 40), anchors, anchors},
                     3, "2^32");
}

TEST(multibox_target_pairs_and_mines) {
    const lp_op *op = &lp_op_contrib_MultiBoxTarget;
    const operator_input inputs[3] = {
        {lp_shape_3(1, 3, 4), (const float[]){0, 0, 0.5f, 0.5f, 0, 0, 0.5f, 0.25f, 0.5f, 0.5f, 1, 1}},
        {lp_shape_3(2, 1, 5), (const float[]){0, 0, 0, 0.5f, 0.5f, 1, 0.5f, 0.5f, 0.9f, 0.9f}},
        {lp_shape_3(2, 2, 3), NULL}};
    operator_gives(op, "", inputs, 3, 2, lp_shape_2(2, 3), (const double[]){1, 0, 0, 0, 0, 2}, 0);
    operator_gives(op, "overlap_threshold=0.49", inputs, 3, 2, lp_shape_2(2, 3),
                   (const double[]){1, 1, 0, 0, 0, 2}, 0);
    operator_gives(op, "", inputs, 3, 0, lp_shape_2(2, 12),
                   (const double[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1,
                                    -1.115718, -1.115718},
                   1e-5);
    operator_gives(op, "", inputs, 3, 1, lp_shape_2(2, 12),
                   (const double[]){1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1},
                   0);
    /* One pair, so one of each image's others: the first of equal ones. */
    operator_gives(op, "negative_mining_ratio=1 negative_mining_thresh=0.9 ignore_label=-5", inputs, 3,
                   2, lp_shape_2(2, 3), (const double[]){1, 0, -5, 0, -5, 2}, 0);
    operator_gives(op, "negative_mining_ratio=9 negative_mining_thresh=0.4", inputs, 3, 2,
                   lp_shape_2(2, 3), (const double[]){1, -1, 0, 0, 0, 2}, 0);
    const lp_shape shapes[3] = {inputs[0].shape, inputs[1].shape, inputs[2].shape};
    operator_refuses(op, "variances=(1,)", shapes, 3, "1 variances");
    operator_refuses(op, "negative_mining_ratio=1 negative_mining_thresh=0", shapes, 3, "more than 0");
    operator_refuses(op, "", (const lp_shape[]){shapes[0], lp_shape_3(2, 1, 4), shapes[2]}, 3, "label");
    operator_refuses(op, "", (const lp_shape[]){shapes[0], shapes[1], lp_shape_3(2, 2, 4)}, 3,
                     "'cls_pred'");
    operator_refuses(op, "", (const lp_shape[]){shapes[0], lp_shape_3(2, INT64_MAX / 8, 5), shapes[2]},
                     3, "too many");
}

#define REGIONS "scales=(0.5,1) ratios=(0.5,2) rpn_post_nms_top_n=3 rpn_min_size=4 output_score=True"

static void proposes(const lp_op *op, const char *attributes, int output, lp_shape shape,
                     const double *expected) {
    float tenths[16];
    for (int i = 0; i < 16; i++) {
        tenths[i] = 0.1f;
    }
    const operator_input inputs[3] = {
        {lp_shape_4(1, 8, 1, 1), (const float[]){0, 0, 0, 0, 0.9f, 0.8f, 0.7f, 0.6f}},
        {lp_shape_4(1, 16, 1, 1), tenths},
        {lp_shape_2(1, 3), (const float[]){16, 16, 1}}};
    operator_gives(op, attributes, inputs, 3, output, shape, expected, 2e-6);
}

TEST(proposal_gives_regions) {
    const lp_op *ops[2] = {&lp_op_contrib_Proposal, &lp_op_contrib_MultiProposal};
    for (int i = 0; i < 2; i++) {
        proposes(ops[i], REGIONS, 0, lp_shape_2(3, 5),
                 (const double[]){0, 2.795267, 5.284488, 14.50473, 10.91551, 0, 0, 2.568974, 15,
                                  14.83103, 0, 5.51078, 3.02156, 10.58922, 14.17844});
        proposes(ops[i], REGIONS, 1, lp_shape_2(3, 1), (const double[]){0.9, 0.8, 0.7});
        proposes(ops[i], REGIONS " rpn_pre_nms_top_n=1", 1, lp_shape_2(3, 1),
                 (const double[]){0.9, 0.9, 0.9});
    }
}

TEST(proposal_refuses) {
    const lp_op *op = &lp_op_contrib_Proposal;
    const char *four = "scales=(0.5,1) ratios=(0.5,2)";
    const lp_shape scores = lp_shape_4(1, 8, 1, 1);
    const lp_shape boxes = lp_shape_4(1, 16, 1, 1);
    const lp_shape info = lp_shape_2(1, 3);
    operator_refuses(op, "scales=()", &scores, 1, "0 scales");
    operator_refuses(op, "rpn_post_nms_top_n=0", &scores, 1, "rpn_post_nms_top_n 0");
    operator_refuses(op, "feature_stride=0", &scores, 1, "feature_stride 0");
    operator_refuses(op, "", (const lp_shape[]){scores, boxes, info}, 3, "'cls_prob'");
    operator_refuses(op, four, (const lp_shape[]){scores, scores, info}, 3, "'bbox_pred'");
    operator_refuses(op, four, (const lp_shape[]){scores, boxes, lp_shape_2(1, 4)}, 3, "'im_info'");
    operator_refuses(op, four,
                     (const lp_shape[]){lp_shape_4(2, 8, 1, 1), lp_shape_4(2, 16, 1, 1), info}, 3,
                     "'cls_prob'");
    operator_refuses(op, four,
                     (const lp_shape[]){lp_shape_4(1, 8, (int64_t)1 << 20, (int64_t)1 << 20),
                                        lp_shape_4(1, 16, (int64_t)1 << 20, (int64_t)1 << 20), info},
                     3, "2^32");
    const float sizes[3][3] = {{17, 34, 1}, {NAN, 1, 1}, {16, INFINITY, 1}};
    for (int i = 0; i < 3; i++) {
        const operator_input inputs[3] = {{scores, NULL}, {boxes, NULL}, {info, sizes[i]}};
        operator_fails(op, four, inputs, 3, "image 0 is");
    }
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(multibox_prior_makes_anchors);
    RUN(multibox_prior_refuses);
    RUN(multibox_detection_finds_and_suppresses);
    RUN(multibox_detection_of_many_on_threads);
    RUN(multibox_detection_refuses);
    RUN(multibox_target_pairs_and_mines);
    RUN(proposal_gives_regions);
    RUN(proposal_refuses);
    return check_end();
}
