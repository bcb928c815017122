"""Random cases of sampling and regions, for the random differential test: GENERATORS maps an
operator to a function that draws one case."""

from case_builders import given, op_case
from case_tensors import seeded, values

FILE = "random/spatial"


def draw(rng, *choices):
    return choices[int(rng.integers(len(choices)))]


def tensor(rng, shape, lo=-1, hi=1, dtype="float32"):
    return seeded([int(d) for d in shape], lo, hi, dtype, seed=int(rng.integers(1 << 30)))


def title(rng, attrs):
    return " ".join(f"{k} {v}" for k, v in attrs.items()) + f" {rng.integers(1 << 30)}"


def case(rng, op, attrs, operands, tolerance="accumulating", k=16):
    return op_case(FILE, op, title(rng, attrs), attrs, operands, tolerance, k=k)


def regions(rng, batch, height, width, scale, dtype="float32", step=1 / 16):
    """Corners on a grid that float32 has exactly, some beyond the image."""
    rows = []
    for _ in range(int(rng.integers(1, 6))):
        x, y = (sorted(rng.uniform(-0.2, 1.2, 2) * size / scale) for size in (width, height))
        corners = [round(float(v) / step) * step for v in (x[0], y[0], x[1] + 2 * step, y[1] + 2 * step)]
        rows += [int(rng.integers(batch)), *corners]
    return values([len(rows) // 5, 5], rows, dtype)


def region_data(rng, channels, dtype="float32"):
    batch, height, width = (int(v) for v in (rng.integers(1, 4), rng.integers(1, 14), rng.integers(1, 14)))
    return batch, height, width, tensor(rng, [batch, channels, height, width], -5, 5, dtype)


def pair(rng, low=1, high=5):
    return (int(rng.integers(low, high)), int(rng.integers(low, high)))


def roi_pooling(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    scale = draw(rng, 1, 0.5, 0.0625)
    batch, height, width, data = region_data(rng, int(rng.integers(1, 20)), dtype)
    attrs = dict(pooled_size=pair(rng), spatial_scale=scale)
    return case(rng, draw(rng, "ROIPooling", "_npx_roi_pooling"), attrs, [given("data", data), given("rois", regions(rng, batch, height, width, scale, dtype))], "exact")


def roi_align(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    scale = draw(rng, 1, 0.5, 0.25)
    pooled = pair(rng)
    attrs = dict(pooled_size=pooled, spatial_scale=scale)
    if rng.random() < 0.6:
        attrs["sample_ratio"] = int(rng.integers(-1, 4))
    if rng.random() < 0.3:
        attrs["aligned"] = True
    channels = int(rng.integers(1, 20))
    if rng.random() < 0.3:
        attrs["position_sensitive"] = True
        channels = int(rng.integers(1, 3)) * pooled[0] * pooled[1]
    batch, height, width, data = region_data(rng, channels, dtype)
    return case(rng, "_contrib_ROIAlign", attrs, [given("data", data), given("rois", regions(rng, batch, height, width, scale, dtype))])


def psroi_pooling(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    scale = draw(rng, 1, 0.5, 0.0625)
    pooled = int(rng.integers(1, 5))
    attrs = dict(spatial_scale=scale, output_dim=int(rng.integers(1, 4)), pooled_size=pooled)
    group = pooled
    if rng.random() < 0.5:
        attrs["group_size"] = group = int(rng.integers(1, 4))
    batch, height, width, data = region_data(rng, attrs["output_dim"] * group * group, dtype)
    return case(rng, "_contrib_PSROIPooling", attrs, [given("data", data), given("rois", regions(rng, batch, height, width, scale, dtype))], k=100)


def deformable_psroi_pooling(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    scale = draw(rng, 1, 0.5, 0.0625)
    pooled, group, classes = (int(v) for v in rng.integers(1, 4, 3))
    attrs = dict(spatial_scale=scale, output_dim=classes * int(rng.integers(1, 4)), group_size=group, pooled_size=pooled, trans_std=draw(rng, 0, 0.1, 0.5))
    part = pooled
    if rng.random() < 0.4:
        attrs["part_size"] = part = int(rng.integers(1, 4))
    if rng.random() < 0.7:
        attrs["sample_per_part"] = int(rng.integers(1, 4))
    batch, height, width, data = region_data(rng, attrs["output_dim"] * group * group, dtype)
    rois = regions(rng, batch, height, width, scale, dtype)
    operands = [given("data", data), given("rois", rois)]
    if rng.random() < 0.3:
        attrs["no_trans"] = True
    else:
        operands.append(given("trans", tensor(rng, [rois["shape"][0], 2 * classes, part, part], -1, 1, dtype)))
    return case(rng, "_contrib_DeformablePSROIPooling", attrs, operands)


def rroi_align(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    scale = draw(rng, 1, 0.5, 0.25)
    batch, height, width, data = region_data(rng, int(rng.integers(1, 8)), dtype)
    rows = []
    for _ in range(int(rng.integers(1, 6))):
        # not a multiple of a right angle: samples at the very border would be a matter of the last bit
        rows += [int(rng.integers(batch)), *(float(v) for v in rng.uniform(0.1, 1, 2) * (width, height) / scale), *(float(v) for v in rng.uniform(0.3, 9, 2) / scale), float(rng.uniform(1, 89))]
    attrs = dict(pooled_size=pair(rng), spatial_scale=scale)
    if rng.random() < 0.5:
        attrs["sampling_ratio"] = int(rng.integers(1, 4))
    return case(rng, "_contrib_RROIAlign", attrs, [given("data", data), given("rois", values([len(rows) // 6, 6], rows, dtype))], k=40)


GENERATORS = {
    "_contrib_DeformablePSROIPooling": deformable_psroi_pooling,
    "_contrib_RROIAlign": rroi_align,
    "ROIPooling": roi_pooling,
    "_contrib_ROIAlign": roi_align,
    "_contrib_PSROIPooling": psroi_pooling,
}
