/* ops_spatial.h - names of the operators of one room: sampling and regions: resizing, region pooling, deformable convolution, warps, images. See op_table.h. */
#ifndef LP_OP_OPS_SPATIAL_H
#define LP_OP_OPS_SPATIAL_H

#define LP_OPS_SPATIAL(X) \
  X(ROIPooling) \
  X(_contrib_DeformablePSROIPooling) \
  X(_contrib_PSROIPooling) \
  X(_contrib_ROIAlign) \
  X(_contrib_RROIAlign)

#endif
