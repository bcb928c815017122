/* roi.c - see roi.h. */
#include "roi.h"

#include <string.h>

lp_status lp_roi_shape(const lp_infer *infer, int64_t columns, int64_t channels, int64_t height,
                       int64_t width) {
  lp_shape data = lp_shape_4(LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN, LP_DIM_UNKNOWN);
  lp_shape rois = lp_shape_2(LP_DIM_UNKNOWN, columns);
  LP_TRY(lp_infer_merge(infer, &infer->in[0], &data));
  LP_TRY(lp_infer_merge(infer, &infer->in[1], &rois));
  lp_shape out = lp_shape_4(infer->in[1].dim[0], channels, height, width);
  LP_TRY(lp_infer_merge(infer, &infer->out[0], &out));
  rois.dim[0] = infer->out[0].dim[0];
  return lp_infer_merge(infer, &infer->in[1], &rois);
}

lp_status lp_roi_group_channels(const lp_infer *infer, int64_t output_dim, int64_t group_size) {
  const int64_t bins = group_size * group_size;
  const int64_t channels = infer->in[0].dim[1];
  if (channels >= 0 && (channels % bins != 0 || channels / bins != output_dim)) {
    return lp_infer_fail(infer, "data has %lld channels, expected output_dim group_size^2 = "
                                "%lld * %lld",
                         (long long)channels, (long long)output_dim, (long long)bins);
  }
  return LP_OK;
}

int64_t lp_roi_image(const lp_call *call, int64_t roi) {
  const double image = lp_roi_value(&call->in[1], roi, 0);
  return image > -1.0 && image < (double)call->in[0].shape.dim[0] ? (int64_t)image : -1;
}

bool lp_roi_planes(const lp_call *call, int64_t roi, lp_sample_planes *planes) {
  const lp_shape *data = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const int64_t image = lp_roi_image(call, roi);
  const int64_t each = lp_shape_product(out, 1, 4);
  planes->height = data->dim[2];
  planes->width = data->dim[3];
  planes->channels = out->dim[1];
  planes->x = (const char *)call->in[0].data + (size_t)((image > 0 ? image : 0) * lp_shape_product(data, 1, 4)) * size;
  planes->x_channel = data->dim[2] * data->dim[3];
  planes->y = (char *)call->out[0].data + (size_t)(roi * each) * size;
  planes->y_channel = out->dim[2] * out->dim[3];
  memset(planes->y, 0, (size_t)each * size);
  return image >= 0 && planes->x_channel > 0;
}

/* Bytes that one thread needs: for the values of a block of channels, and for the bins of both axes. */
static bool roi_bytes(const lp_shape *data, const lp_shape *out, size_t *values, size_t *bytes) {
  size_t total;
  if (!lp_size_multiply((size_t)out->dim[2], (size_t)out->dim[3], values) ||
      !lp_size_multiply(*values, LP_MAX_BLOCK * sizeof(float), values) ||
      !lp_size_add(*values, 128, &total)) {
    return false;
  }
  for (int axis = 0; axis < 2; axis++) {
    size_t bins;
    size_t entries;
    if (!lp_size_multiply((size_t)out->dim[2 + axis], sizeof(lp_bin) + 4 * 16, &bins) ||
        !lp_size_multiply((size_t)data->dim[2 + axis], 16, &entries) ||
        !lp_size_add(total, bins, &total) || !lp_size_add(total, entries, &total)) {
      return false;
    }
  }
  *bytes = total / 64 * 64;
  return true;
}

double lp_roi_cost_to_plain(const lp_query *query, double cost) {
  const lp_shape *out = &query->out[0].shape;
  return cost < 0 ? cost : cost * (out->dim[2] * out->dim[3] < 100 ? 0.99 : 1.01);
}

size_t lp_roi_scratch(const lp_query *query) {
  size_t values;
  size_t bytes;
  size_t total;
  return roi_bytes(&query->in[0].shape, &query->out[0].shape, &values, &bytes) &&
                 lp_size_multiply(bytes, query->threads, &total)
             ? total
             : SIZE_MAX;
}

typedef struct roi_work {
  const lp_call *call;
  const lp_roi_bins *bins;
  lp_bins_kernel kernel;
  size_t values; /* bytes */
  size_t bytes;
  int64_t image; /* elements of one channel, or block of them */
} roi_work;

/* The memory of one axis; what is left of it. */
static char *roi_memory(const lp_roi_bins *how, lp_bins *bins, char *memory) {
  bins->bin = (lp_bin *)(void *)memory;
  memory += (size_t)bins->count * sizeof(lp_bin);
  bins->at = NULL;
  bins->weight = NULL;
  if (how->axis.rule >= LP_BINS_SAMPLED) {
    bins->at = (int64_t *)(void *)memory;
    memory += (size_t)bins->entries * sizeof(int64_t);
    bins->weight = memory;
    memory += (size_t)bins->entries * sizeof(double);
  }
  return memory;
}

/* Every bin has channels of its own. */
static void roi_run_groups(const roi_work *work, lp_bins_run *run, size_t size) {
  const int64_t *groups = work->bins->groups;
  const lp_bins rows = *run->rows;
  const lp_bins columns = *run->columns;
  const char *x = run->x;
  char *y = run->y;
  lp_bins row = rows;
  lp_bins column = columns;
  row.count = column.count = 1;
  run->rows = &row;
  run->columns = &column;
  run->x_block *= groups[0] * groups[1];
  for (int64_t i = 0; i < rows.count; i++) {
    for (int64_t j = 0; j < columns.count; j++) {
      const int64_t channel = i * groups[0] / rows.count * groups[1] + j * groups[1] / columns.count;
      row.bin = rows.bin + i;
      column.bin = columns.bin + j;
      run->x = x + (size_t)(channel * work->image) * size;
      run->y = y + (size_t)(i * columns.count + j) * size;
      work->kernel(run);
    }
  }
}

/* Blocks of channels to channels: what reads regions is mostly a FullyConnected, and another copy of all of them would be large. */
static void roi_run_blocks(const roi_work *work, lp_bins_run *run, float *values) {
  const int block = work->call->in[0].block;
  const int64_t channels = work->call->out[0].shape.dim[1];
  const int64_t bins = run->rows->count * run->columns->count;
  float *y = run->y;
  run->blocks = 1;
  run->y = values;
  for (int64_t first = 0; first < channels; first += block) {
    work->kernel(run);
    for (int64_t k = 0; k < block && first + k < channels; k++, y += bins) {
      for (int64_t i = 0; i < bins; i++) {
        y[i] = values[i * block + k];
      }
    }
    run->x = (const float *)run->x + run->x_block;
  }
}

static void roi_region(void *context, int64_t roi, unsigned worker) {
  const roi_work *work = context;
  const lp_call *call = work->call;
  const lp_shape *data = &call->in[0].shape;
  const lp_shape *out = &call->out[0].shape;
  const int block = call->in[0].block;
  const size_t size = lp_dtype_size(call->in[0].dtype);
  const int64_t channels = (data->dim[1] + block - 1) / block;
  const int out_block = call->out[0].block;
  const int64_t blocks = (out->dim[1] + out_block - 1) / out_block;
  const int64_t y_block = out->dim[2] * out->dim[3] * out_block;
  const int64_t image = lp_roi_image(call, roi);
  char *y = (char *)call->out[0].data + (size_t)(roi * blocks * y_block) * size;
  if (image < 0) {
    memset(y, 0, (size_t)(blocks * y_block) * size);
    return;
  }
  lp_bins bins[2];
  float *values = (float *)(void *)((char *)call->scratch + worker * work->bytes);
  char *memory = (char *)values + work->values;
  for (int axis = 0; axis < 2; axis++) {
    lp_bins_axis lay = work->bins->axis;
    lay.size = data->dim[2 + axis];
    bins[axis].count = out->dim[2 + axis];
    bins[axis].step = axis == 0 ? data->dim[3] * block : block;
    bins[axis].entries = lp_bins_entries(bins[axis].count, lay.size);
    memory = roi_memory(work->bins, &bins[axis], memory);
    lp_bins_lay(&lay, call->in[0].dtype, lp_roi_value(&call->in[1], roi, axis == 0 ? 2 : 1),
                lp_roi_value(&call->in[1], roi, axis == 0 ? 4 : 3), &bins[axis]);
  }
  lp_bins_run run = {.rows = &bins[0],
                     .columns = &bins[1],
                     .most = work->bins->most,
                     .blocks = blocks,
                     .x = (const char *)call->in[0].data +
                          (size_t)(image * channels * work->image) * size,
                     .x_block = work->image,
                     .y = y,
                     .y_block = y_block};
  if (work->bins->groups[0] * work->bins->groups[1] > 1) {
    roi_run_groups(work, &run, size);
  } else if (block != out_block) {
    roi_run_blocks(work, &run, values);
  } else {
    work->kernel(&run);
  }
}

lp_status lp_roi_run(const lp_call *call, const lp_roi_bins *bins) {
  const lp_tensor *data = &call->in[0];
  roi_work work = {.call = call,
                   .bins = bins,
                   .kernel = lp_bins_find(data->dtype, data->block, call->isa),
                   .image = data->shape.dim[2] * data->shape.dim[3] * data->block};
  (void)roi_bytes(&data->shape, &call->out[0].shape, &work.values, &work.bytes);
  lp_threads_run(lp_plane_threads(call, 20000), call->out[0].shape.dim[0], roi_region, &work);
  return LP_OK;
}
