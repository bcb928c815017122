/* roi.h - what operators on regions of interest have in common: data (N, C, H, W), rois (R, 5): image, x1, y1, x2, y2. */
#ifndef LP_OP_ROI_H
#define LP_OP_ROI_H

#include "../kernel/bins.h"
#include "../kernel/sample.h"
#include "plane.h"

/* Shape rule: output (R, channels, height, width) of rois (R, columns); channels and sizes may be unknown. */
LP_INTERNAL lp_status lp_roi_shape(const lp_infer *infer, int64_t columns, int64_t channels,
                                   int64_t height, int64_t width);
/* Shape rule: data has output_dim group_size^2 channels. */
LP_INTERNAL lp_status lp_roi_group_channels(const lp_infer *infer, int64_t output_dim,
                                            int64_t group_size);
/* Column `column` of region `roi`. */
static inline double lp_roi_value(const lp_tensor *rois, int64_t roi, int64_t column) {
  const int64_t i = roi * rois->shape.dim[1] + column;
  return lp_dtype_is(rois->dtype, LP_FLOAT64) ? ((const double *)rois->data)[i]
                                              : (double)((const float *)rois->data)[i];
}
/* The image that a region is of, or -1: there is no such image, and the region's outputs are 0. */
LP_INTERNAL int64_t lp_roi_image(const lp_call *call, int64_t roi);
/* The image's planes and the region's outputs, set to 0; false: there is nothing to add to them. Plain layout. */
LP_INTERNAL bool lp_roi_planes(const lp_call *call, int64_t roi, lp_sample_planes *planes);

/* How a region is divided into bins. */
typedef struct lp_roi_bins {
  lp_bins_axis axis; /* its size does not matter */
  bool most;
  /* Output channel c of bin (i, j) reads input channel (c groups + i groups / rows) groups + j groups / columns; 1: c. Plain layout. */
  int64_t groups[2];
} lp_roi_bins;
/* The cost of making plain outputs of blocked data, from that of blocked ones. A plan does not know who reads them: few bins mostly go to a FullyConnected, many to a Convolution. */
LP_INTERNAL double lp_roi_cost_to_plain(const lp_query *query, double cost);
LP_INTERNAL size_t lp_roi_scratch(const lp_query *query);
LP_INTERNAL lp_status lp_roi_run(const lp_call *call, const lp_roi_bins *bins);

#endif
