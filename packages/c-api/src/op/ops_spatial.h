/* ops_spatial.h - names of the operators of one room: sampling and regions: resizing, region pooling, deformable convolution, warps, images. See op_table.h. */
#ifndef LP_OP_OPS_SPATIAL_H
#define LP_OP_OPS_SPATIAL_H

#define LP_OPS_SPATIAL(X) \
  X(BilinearSampler) \
  X(Correlation) \
  X(GridGenerator) \
  X(ROIPooling) \
  X(SpatialTransformer) \
  X(_contrib_AdaptiveAvgPooling2D) \
  X(_contrib_BilinearResize2D) \
  X(_contrib_DeformableConvolution) \
  X(_contrib_DeformablePSROIPooling) \
  X(_contrib_ModulatedDeformableConvolution) \
  X(_contrib_PSROIPooling) \
  X(_contrib_ROIAlign) \
  X(_contrib_RROIAlign) \
  X(_image_crop) \
  X(_image_flip_left_right) \
  X(_image_flip_top_bottom) \
  X(_image_normalize) \
  X(_image_resize) \
  X(_image_to_tensor) \
  X(col2im) \
  X(im2col)

#endif
