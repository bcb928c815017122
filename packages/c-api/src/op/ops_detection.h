/* ops_detection.h - names of the operators of one room: boxes: sorting, suppression, anchors, proposals. See op_table.h. */
#ifndef LP_OP_OPS_DETECTION_H
#define LP_OP_OPS_DETECTION_H

#define LP_OPS_DETECTION(X) \
  X(argsort)                 \
  X(sort)                    \
  X(topk)

#endif
