/* ops_detection.h - names of the operators of one room: boxes: sorting, suppression, anchors, proposals. See op_table.h. */
#ifndef LP_OP_OPS_DETECTION_H
#define LP_OP_OPS_DETECTION_H

#define LP_OPS_DETECTION(X)                                                            \
  X(argsort) X(sort) X(topk) X(contrib_box_nms) X(contrib_box_iou) X(contrib_box_decode) \
  X(contrib_box_encode) X(contrib_bipartite_matching) X(contrib_MultiBoxPrior)           \
  X(contrib_MultiBoxDetection) X(contrib_Proposal) X(contrib_MultiProposal) X(CTCLoss)       \
  X(contrib_MultiBoxTarget)

#endif
