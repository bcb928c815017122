"""Random cases of sampling and regions, for the random differential test: GENERATORS maps an
operator to a function that draws one case."""

from case_builders import given, op_case, stored
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
    dtype = draw(rng, "float32", "float32", "float64", "float16")
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


def image(rng, dtype="float32", channels=20):
    return tensor(rng, rng.integers(1, (4, channels, 13, 13)), -5, 5, dtype)


def bilinear_resize(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    mode = draw(rng, "size", "size", "scale", "odd_scale", "like", "to_even_down", "to_even_up", "to_odd_down", "to_odd_up")
    data = tensor(rng, rng.integers(2, (4, 20, 13, 13)), -5, 5, dtype)
    operands = [given("data", data)]
    attrs = {} if mode == "scale" else dict(mode=mode)
    if mode == "size":
        attrs = dict(height=int(rng.integers(1, 30)), width=int(rng.integers(1, 30)))
    elif mode in ("scale", "odd_scale"):
        attrs.update(scale_height=draw(rng, 0.5, 2, 1.3), scale_width=draw(rng, 0.75, 3, 1.7))
    elif mode == "like":
        operands.append(given("like", tensor(rng, rng.integers(1, (3, 4, 20, 20)), -5, 5, dtype)))
    if rng.random() < 0.5:
        attrs["align_corners"] = draw(rng, True, False)
    return case(rng, "_contrib_BilinearResize2D", attrs, operands)


def adaptive_avg_pooling(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    attrs = draw(rng, {}, dict(output_size=int(rng.integers(1, 8))), dict(output_size=pair(rng, 1, 15)))
    return case(rng, "_contrib_AdaptiveAvgPooling2D", attrs, [given("data", image(rng, dtype))], k=150)


def bilinear_sampler(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    data = image(rng, dtype)
    grid = tensor(rng, [data["shape"][0], 2, *rng.integers(1, 12, 2)], -1.3, 1.3, dtype)
    return case(rng, "BilinearSampler", draw(rng, {}, dict(cudnn_off=True)), [given("data", data), given("grid", grid)])


def grid_generator(rng):
    dtype = "float32"
    batch = int(rng.integers(1, 4))
    if rng.random() < 0.5:
        return case(rng, "GridGenerator", dict(transform_type="affine", target_shape=pair(rng, 2, 15)), [given("data", tensor(rng, [batch, 6], -2, 2, dtype))])
    return case(rng, "GridGenerator", dict(transform_type="warp"), [given("data", tensor(rng, [batch, 2, *rng.integers(2, 15, 2)], -4, 4, dtype))])


def spatial_transformer(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    data = image(rng, dtype)
    attrs = dict(target_shape=pair(rng, 2, 15), transform_type="affine", sampler_type="bilinear")
    return case(rng, "SpatialTransformer", attrs, [given("data", data), given("loc", tensor(rng, [data["shape"][0], 6], -1.1, 1.1, dtype))])


def deformable(rng, op):
    dtype = draw(rng, "float32", "float32", "float64")
    kernel, stride, dilate, pad = pair(rng, 1, 4), pair(rng, 1, 3), pair(rng, 1, 3), pair(rng, 0, 3)
    groups, deformable_groups = int(rng.integers(1, 3)), int(rng.integers(1, 3))
    channels, filters = 2 * int(rng.integers(1, 4)), groups * deformable_groups * int(rng.integers(1, 5))
    batch, height, width = (int(v) for v in rng.integers((1, 5, 5), (4, 12, 12)))
    rows, columns = ((size + 2 * p - d * (k - 1) - 1) // s + 1 for size, p, d, k, s in zip((height, width), pad, dilate, kernel, stride))
    taps = kernel[0] * kernel[1] * deformable_groups
    attrs = dict(kernel=kernel, stride=stride, dilate=dilate, pad=pad, num_filter=filters, num_group=groups, num_deformable_group=deformable_groups)
    operands = [given("data", tensor(rng, [batch, channels, height, width], -1, 1, dtype)), given("offset", tensor(rng, [batch, 2 * taps, rows, columns], -2, 2, dtype))]
    if "Modulated" in op:
        operands.append(given("mask", tensor(rng, [batch, taps, rows, columns], 0, 1, dtype)))
    operands.append(stored("weight", tensor(rng, [filters, channels // groups, *kernel], -1, 1, dtype)))
    if rng.random() < 0.4:
        attrs["no_bias"] = True
    else:
        operands.append(stored("bias", tensor(rng, [filters], -1, 1, dtype)))
    return case(rng, op, attrs, operands, k=channels * taps)


def deformable_convolution(rng):
    return deformable(rng, "_contrib_DeformableConvolution")


def modulated_deformable_convolution(rng):
    return deformable(rng, "_contrib_ModulatedDeformableConvolution")


def correlation(rng):
    dtype = draw(rng, "float32", "float32", "float64")
    kernel, displacement, pad = draw(rng, 1, 3), int(rng.integers(0, 4)), int(rng.integers(0, 5))
    least = max(1, 2 * displacement + kernel - 2 * pad)
    shape = [int(rng.integers(1, 3)), int(rng.integers(1, 9)), *rng.integers(least, least + 9, 2)]
    attrs = dict(kernel_size=kernel, max_displacement=displacement, stride1=int(rng.integers(1, 3)), stride2=int(rng.integers(1, 3)), pad_size=pad, is_multiply=draw(rng, True, True, False))
    return case(rng, "Correlation", attrs, [given("data1", tensor(rng, shape, -2, 2, dtype)), given("data2", tensor(rng, shape, -2, 2, dtype))], k=kernel * kernel * shape[1])


def window(rng):
    """Attributes of a window and an image that holds it."""
    kernel, stride, dilate, pad = pair(rng, 1, 4), pair(rng, 1, 4), pair(rng, 1, 3), pair(rng, 0, 3)
    size = [max(1, d * (k - 1) + 1 - 2 * p) + int(rng.integers(0, 8)) for k, d, p in zip(kernel, dilate, pad)]
    windows = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, d, p in zip(size, kernel, stride, dilate, pad)]
    return dict(kernel=kernel, stride=stride, dilate=dilate, pad=pad), size, windows[0] * windows[1]


def im2col(rng):
    attrs, size, _ = window(rng)
    dtype = draw(rng, "float32", "float32", "float64", "float16")
    return case(rng, "im2col", attrs, [given("data", tensor(rng, [*rng.integers(1, 4, 2), *size], -2, 2, dtype))], "exact")


def col2im(rng):
    attrs, size, windows = window(rng)
    dtype = draw(rng, "float32", "float32", "float64")
    rows = int(rng.integers(1, 4)) * attrs["kernel"][0] * attrs["kernel"][1]
    return case(rng, "col2im", dict(attrs, output_size=tuple(size)), [given("data", tensor(rng, [int(rng.integers(1, 4)), rows, windows], -2, 2, dtype))])


ELEMENTS = ("float32", "float64", "uint8", "int8", "int32", "int64")


def picture(rng, dtype, batches=True, channels=(1, 3)):
    """An image with the channels last, or several."""
    shape = [*rng.integers(1, 12, 2), draw(rng, *channels)]
    if batches and rng.random() < 0.4:
        shape = [int(rng.integers(1, 4)), *shape]
    return tensor(rng, shape, 0, 127 if dtype == "int8" else 256, dtype)


def prefix(rng, name):
    return draw(rng, "", "_npx_") + name


def image_to_tensor(rng):
    dtype = draw(rng, *ELEMENTS, "float16")
    return case(rng, prefix(rng, "_image_to_tensor"), {}, [given("data", picture(rng, dtype, channels=(1, 2, 3, 5)))], "rounding")


def image_normalize(rng):
    dtype = draw(rng, *ELEMENTS)
    channels = draw(rng, 1, 3)
    shape = [*([int(rng.integers(1, 4))] if rng.random() < 0.4 else []), channels, *rng.integers(1, 12, 2)]
    numbers = lambda lo, hi: tuple(round(float(v), 2) for v in rng.uniform(lo, hi, draw(rng, 1, channels)))
    attrs = dict(mean=numbers(-5, 5), std=numbers(0.5, 3))
    tolerance = "exact" if dtype.startswith(("i", "u")) else "rounding"
    return case(rng, prefix(rng, "_image_normalize"), attrs, [given("data", tensor(rng, shape, 0, 127 if dtype == "int8" else 256, dtype))], tolerance)


def image_crop(rng):
    data = picture(rng, draw(rng, *ELEMENTS, "float16"))
    height, width = data["shape"][-3:-1]
    x, y = int(rng.integers(width)), int(rng.integers(height))
    attrs = dict(x=x, y=y, width=int(rng.integers(1, width - x + 1)), height=int(rng.integers(1, height - y + 1)))
    return case(rng, prefix(rng, "_image_crop"), attrs, [given("data", data)], "exact")


def image_flip(rng):
    """Even sizes: of an odd one the reference leaves the middle unwritten."""
    shape = [*(2 * rng.integers(1, 6, 2)), draw(rng, 1, 3)]
    data = tensor(rng, shape, 0, 100, draw(rng, *ELEMENTS, "float16"))
    return case(rng, prefix(rng, draw(rng, "_image_flip_left_right", "_image_flip_top_bottom")), {}, [given("data", data)], "exact")


def image_resize(rng):
    dtype = draw(rng, "uint8", "uint8", "float32", "float64")
    attrs = dict(size=draw(rng, int(rng.integers(1, 20)), pair(rng, 1, 20)))
    if rng.random() < 0.4:
        attrs["keep_ratio"] = draw(rng, True, False)
    if rng.random() < 0.6:
        attrs["interp"] = draw(rng, 0, 1)
    return case(rng, prefix(rng, "_image_resize"), attrs, [given("data", picture(rng, dtype, channels=(1, 2, 3, 4)))], "exact" if dtype == "uint8" else "accumulating", k=4)


GENERATORS = {
    "_image_crop": image_crop,
    "_image_flip_left_right": image_flip,
    "_image_normalize": image_normalize,
    "_image_resize": image_resize,
    "_image_to_tensor": image_to_tensor,
    "Correlation": correlation,
    "col2im": col2im,
    "im2col": im2col,
    "_contrib_DeformableConvolution": deformable_convolution,
    "_contrib_ModulatedDeformableConvolution": modulated_deformable_convolution,
    "BilinearSampler": bilinear_sampler,
    "GridGenerator": grid_generator,
    "SpatialTransformer": spatial_transformer,
    "_contrib_AdaptiveAvgPooling2D": adaptive_avg_pooling,
    "_contrib_BilinearResize2D": bilinear_resize,
    "_contrib_DeformablePSROIPooling": deformable_psroi_pooling,
    "_contrib_RROIAlign": rroi_align,
    "ROIPooling": roi_pooling,
    "_contrib_ROIAlign": roi_align,
    "_contrib_PSROIPooling": psroi_pooling,
}
