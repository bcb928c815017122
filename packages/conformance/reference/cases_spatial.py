"""Sampling and regions: resizing, adaptive pooling, pooling of regions, deformable convolutions,
samplers, correlation, operators on images."""

from case_builders import given, net_case, op_case, stored
from case_tensors import fill, ramp, seeded, values

REGION = "operator/region"
SAMPLING = "operator/sampling"
IMAGE = "operator/image"
FLOATS = ("float32", "float64", "float16")


def cases():
    yield from region_maxima()
    yield from region_samples()
    yield from position_sensitive()
    yield from deformable_regions()
    yield from rotated_regions()
    yield from adaptive()
    yield from resizes()
    yield from deformable_convolutions()
    yield from samplers()
    yield from correlations()
    yield from columns()
    yield from images()
    yield from networks()


def networks():
    """Between convolutions, whose tensors may stand in another layout."""
    conv = dict(kernel=(3, 3), pad=(1, 1), num_filter=19, no_bias=True)
    middles = {
        "BilinearResize2D": ("_contrib_BilinearResize2D", dict(height=9, width=13), None),
        "AdaptiveAvgPooling2D": ("_contrib_AdaptiveAvgPooling2D", dict(output_size=(3, 4)), None),
        "ROIAlign": ("_contrib_ROIAlign", dict(pooled_size=(4, 3), spatial_scale=0.5, sample_ratio=2), BOXES),
        "ROIPooling": ("ROIPooling", dict(pooled_size=(4, 3), spatial_scale=0.5), BOXES),
    }
    for title, (op, attrs, boxes) in middles.items():
        operands = [given("data", seeded([2, 3, 6, 7])), stored("w1", seeded([19, 3, 3, 3])), stored("w2", seeded([19, 19, 3, 3]))]
        if boxes:
            operands.append(given("rois", rois(*boxes)))
        nodes = [
            ("before", "Convolution", conv, ["data", "w1"]),
            ("middle", op, attrs, ["before", "rois"] if boxes else ["before"]),
            ("after", "Convolution", conv, ["middle", "w2"]),
        ]
        yield net_case(SAMPLING, f"{title} between convolutions", nodes, operands, "network", heads=["middle", "after"])
    # the offsets are a convolution's own, as in a deformable network
    nodes = [
        ("before", "Convolution", conv, ["data", "w1"]),
        ("offsets", "Convolution", dict(conv, num_filter=18), ["before", "w3"]),
        ("middle", "_contrib_DeformableConvolution", dict(conv, num_filter=8), ["before", "offsets", "w4"]),
        ("after", "Activation", dict(act_type="relu"), ["middle"]),
    ]
    yield net_case(SAMPLING, "DeformableConvolution behind convolutions", nodes, [given("data", seeded([2, 3, 6, 7])), stored("w1", seeded([19, 3, 3, 3])), stored("w3", seeded([18, 19, 3, 3], -0.1, 0.1)), stored("w4", seeded([8, 19, 3, 3]))], "network")


def rounding(dtype):
    return "float16" if dtype == "float16" else "accumulating"


def rois(*rows, dtype="float32"):
    return values([len(rows), len(rows[0])], [v for row in rows for v in row], dtype)


BOXES = ([0, 0, 0, 5, 4], [1, 1, 1, 3.5, 3.25], [0, 2, 3, 2, 3], [1, -4, -2, 3, 9], [0, 4, 3, 2, 1], [0, 30, 30, 40, 40])


def region(op, title, attrs, data=None, boxes=BOXES, dtype="float32", tolerance="accumulating", k=16, **more):
    operands = [given("data", data or seeded([2, 3, 6, 7], -4, 4, dtype)), given("rois", rois(*boxes, dtype=dtype))]
    return op_case(REGION, op, title, attrs, operands, tolerance, k, **more)


def region_maxima():
    op, plain = "ROIPooling", dict(pooled_size=(2, 2), spatial_scale=1)
    for dtype in FLOATS:
        yield region(op, dtype, plain, dtype=dtype, tolerance="exact")
    yield region("_npx_roi_pooling", "alias", dict(pooled_size=(1, 1), spatial_scale=1), tolerance="exact")
    for pooled in ((1, 4), (7, 7), (3, 1)):
        yield region(op, f"pooled {pooled[0]}x{pooled[1]}", dict(pooled_size=pooled, spatial_scale=1), tolerance="exact")
    for scale in (0, 0.5, 0.0625):
        yield region(op, f"spatial_scale {scale}", dict(pooled_size=(2, 2), spatial_scale=scale), tolerance="exact")
    yield region(op, "37 channels", plain, data=seeded([2, 37, 5, 5], -4, 4), tolerance="exact")
    yield region(op, "NaN never wins", plain, data=values([1, 1, 2, 2], ["nan", 1, 2, 3]), boxes=([0, 0, 0, 1, 1], [0, 0, 0, 3, 3]), tolerance="exact")
    yield region(op, "only -inf", plain, data=fill([1, 1, 2, 2], float("-inf")), boxes=([0, 0, 0, 1, 1],), tolerance="exact")
    yield region(op, "images that are not there", plain, boxes=([2, 0, 0, 5, 4], [-1, 0, 0, 5, 4], [-0.5, 0, 0, 5, 4]), tolerance="exact")
    yield region(op, "document", dict(pooled_size=(2, 2), spatial_scale=0.5), data=ramp([1, 1, 4, 4]), boxes=([0, 1, 1, 5, 7],), tolerance="exact", documented=["1x1x2x2: 10 11 14 15"])
    yield region(op, "refuses four columns", plain, boxes=([0, 0, 0, 1],), fails=["node"])
    yield region(op, "refuses one size", dict(pooled_size=(2,), spatial_scale=1), fails=["pooled_size"])
    yield region(op, "refuses a scale of 2", dict(pooled_size=(2, 2), spatial_scale=2), fails=["spatial_scale"])
    yield region(op, "refuses three dimensions", plain, data=seeded([3, 6, 7]), fails=["node"])


def region_samples():
    op, plain = "_contrib_ROIAlign", dict(pooled_size=(2, 2), spatial_scale=1)
    inside = BOXES[:4] + BOXES[5:]
    for dtype in ("float32", "float64"):
        yield region(op, dtype, plain, dtype=dtype)
    # the reference adds up in float16: few samples, and no differences of them
    yield region(op, "float16", dict(plain, sample_ratio=1), data=seeded([2, 3, 6, 7], 1, 2, "float16"), dtype="float16", tolerance="float16")
    for ratio in (-1, 0, 1, 2, 3):
        yield region(op, f"sample_ratio {ratio}", dict(plain, sample_ratio=ratio))
    for pooled in ((1, 4), (7, 7)):
        yield region(op, f"pooled {pooled[0]}x{pooled[1]}", dict(pooled_size=pooled, spatial_scale=0.5, sample_ratio=2))
    yield region(op, "aligned", dict(plain, aligned=True), boxes=([0, 0, 0, 5, 4], [1, 1, 1, 3.5, 3.25], [1, -4, -2, 3, 9]))
    yield region(op, "aligned below one pixel", dict(plain, aligned=True, sample_ratio=2), boxes=([0, 2, 2, 2.25, 2.5],))
    yield region(op, "aligned without an extent", dict(plain, aligned=True), data=ramp([1, 1, 3, 3]), boxes=([0, 2, 2, 1, 1],), tolerance="exact", outputs=[fill_data([1, 1, 2, 2], 0)], source="by hand: a region that holds nothing is 0")
    yield region(op, "position_sensitive", dict(plain, position_sensitive=True), data=seeded([2, 8, 6, 7]))
    yield region(op, "37 channels", dict(plain, sample_ratio=2), data=seeded([2, 37, 5, 5]), boxes=inside)
    yield region(op, "one pixel", plain, data=seeded([2, 3, 1, 1]))
    yield region(op, "images that are not there", plain, data=ramp([1, 1, 3, 3]), boxes=([-1, 0, 0, 2, 2], [1, 0, 0, 2, 2]), tolerance="exact", outputs=[fill_data([2, 1, 2, 2], 0)], source="by hand, operators.md 0b.11")
    yield region(op, "document", dict(plain, sample_ratio=2), data=ramp([1, 1, 4, 4]), boxes=([0, 0.5, 0.5, 3, 2.5],), documented=["1x1x2x2: 5.125 6.375 9.125 10.375"])
    yield region(op, "document aligned", dict(pooled_size=(1, 2), spatial_scale=0.5, aligned=True), data=ramp([1, 1, 4, 4]), boxes=([0, 1, 1, 7, 5],), documented=["1x1x1x2: 4.75 6.25"])
    yield region(op, "refuses four columns", plain, boxes=([0, 0, 0, 1],), fails=["node"])
    yield region(op, "refuses channels that bins do not divide", dict(plain, position_sensitive=True), fails=["node"])
    yield region(op, "refuses a scale of -1", dict(pooled_size=(2, 2), spatial_scale=-1), fails=["spatial_scale"])


def fill_data(shape, value):
    count = 1
    for size in shape:
        count *= size
    return values(shape, [value] * count)


def position_sensitive():
    op, plain = "_contrib_PSROIPooling", dict(spatial_scale=1, output_dim=2, pooled_size=2)
    for dtype in FLOATS:
        yield region(op, dtype, plain, data=seeded([2, 8, 6, 7], -1, 1, dtype), dtype=dtype, tolerance=rounding(dtype), k=42)
    yield region(op, "fewer groups than bins", dict(plain, pooled_size=3, group_size=2), data=seeded([2, 8, 6, 7]), k=42)
    yield region(op, "more groups than bins", dict(plain, pooled_size=2, group_size=3), data=seeded([2, 18, 6, 7]), k=42)
    yield region(op, "spatial_scale 0.25", dict(plain, spatial_scale=0.25), data=seeded([2, 8, 6, 7]), k=42)
    yield region(op, "no image", plain, data=seeded([1, 8, 3, 3]), boxes=([1, 0, 0, 2, 2], [-1, 0, 0, 2, 2]), tolerance="exact", outputs=[fill_data([2, 2, 2, 2], 0)], source="by hand: a region of no image is 0")
    yield region(op, "document", dict(spatial_scale=1, output_dim=1, pooled_size=2), data=ramp([1, 4, 2, 2]), boxes=([0, 0, 0, 1, 1],), documented=["1x1x2x2: 0 5 10 15"])
    yield region(op, "refuses four columns", plain, data=seeded([2, 8, 6, 7]), boxes=([0, 0, 0, 1],), fails=["node"])
    yield region(op, "refuses a scale of 2", dict(plain, spatial_scale=2), data=seeded([2, 8, 6, 7]), fails=["spatial_scale"])


def deformable_regions():
    op = "_contrib_DeformablePSROIPooling"

    def moved(title, attrs, trans, data, dtype="float32", boxes=BOXES, **more):
        operands = [given("data", data), given("rois", rois(*boxes, dtype=dtype))]
        if trans is not None:
            operands.append(given("trans", seeded(trans, -1, 1, dtype)))
        return op_case(REGION, op, title, attrs, operands, rounding(dtype), 16, **more)

    plain = dict(spatial_scale=1, output_dim=2, group_size=2, pooled_size=2, sample_per_part=2, trans_std=0.25)
    for dtype in FLOATS:
        # the reference adds up in float16: no differences
        yield moved(dtype, plain, [6, 4, 2, 2], seeded([2, 8, 6, 7], 1 if dtype == "float16" else -1, 2, dtype), dtype)
    yield moved("one class", dict(plain, output_dim=3), [6, 2, 2, 2], seeded([2, 12, 6, 7]))
    yield moved("no_trans", dict(plain, no_trans=True), None, seeded([2, 8, 6, 7]))
    yield moved("defaults", dict(spatial_scale=0.5, output_dim=2, group_size=1, pooled_size=3), [6, 2, 3, 3], seeded([2, 2, 6, 7]))
    yield moved("part_size", dict(plain, pooled_size=4, part_size=2, trans_std=0.5), [6, 2, 2, 2], seeded([2, 8, 6, 7]))
    yield moved("sample_per_part 4", dict(plain, sample_per_part=4), [6, 2, 2, 2], seeded([2, 8, 6, 7]))
    yield moved("refuses trans_std 2", dict(plain, trans_std=2), [6, 2, 2, 2], seeded([2, 8, 6, 7]), fails=["trans_std"])
    yield moved("refuses four columns", dict(plain, no_trans=True), None, seeded([2, 8, 6, 7]), boxes=([0, 0, 0, 1],), fails=["node"])


def rotated_regions():
    op, plain = "_contrib_RROIAlign", dict(pooled_size=(2, 2), spatial_scale=1)
    boxes = ([0, 3, 4, 5, 4, 30], [1, 1.4, 1.5, 13.6, 3.2, -77], [1, 6, 5, 2, 6, 200], [0, 20, 20, 24, 24, 45], [0, 3, 3, 0.5, -3, 10])
    for dtype in ("float32", "float64"):
        yield region(op, dtype, plain, boxes=boxes, dtype=dtype, k=40)
    # float16 rounds coordinates and the angle: only places that it has
    yield region(op, "float16", dict(plain, sampling_ratio=1), data=seeded([1, 3, 6, 7], -4, 4, "float16"), boxes=([0, 3, 3, 4, 2, 0],), dtype="float16", tolerance="float16")
    for ratio in (-1, 0, 1, 3):
        yield region(op, f"sampling_ratio {ratio}", dict(pooled_size=(3, 2), spatial_scale=0.5, sampling_ratio=ratio), boxes=boxes, k=40)
    for angle in (0, 90, 180):
        yield region(op, f"angle {angle}", dict(plain, sampling_ratio=2), boxes=([0, 3, 3, 2.5, 1.5, angle],))
    yield region(op, "no image", plain, data=ramp([1, 1, 4, 4]), boxes=([1, 2, 2, 2, 2, 0], [-1, 2, 2, 2, 2, 0]), tolerance="exact", outputs=[fill_data([2, 1, 2, 2], 0)], source="by hand: a region of no image is 0")
    yield region(op, "refuses five columns", plain, fails=["node"])
    yield region(op, "refuses a scale of 2", dict(pooled_size=(2, 2), spatial_scale=2), boxes=boxes, fails=["spatial_scale"])


def one(op, title, attrs, data, tolerance="accumulating", k=16, file=SAMPLING, **more):
    return op_case(file, op, title, attrs, [given("data", data)], tolerance, k, **more)


def adaptive():
    op = "_contrib_AdaptiveAvgPooling2D"
    for dtype in FLOATS:
        yield one(op, dtype, dict(output_size=(2, 3)), seeded([2, 3, 3, 7], -1, 1, dtype), rounding(dtype), 9)
    yield one(op, "default", {}, seeded([2, 5, 4, 6]), k=24)
    for size in (1, 2, 3, 6):
        yield one(op, f"size {size} of 17 channels", dict(output_size=size), seeded([1, 17, 13, 11]), k=143)
    yield one(op, "one entry", dict(output_size=(2,)), seeded([1, 3, 5, 5]))
    yield one(op, "larger than the image", dict(output_size=(9, 5)), seeded([1, 3, 4, 2]))
    yield one(op, "three entries", dict(output_size=(2, 3, 4)), seeded([1, 3, 4, 6]), k=24)
    yield one(op, "document", dict(output_size=(2, 3)), ramp([1, 1, 3, 4]), documented=["1x1x2x3: 2.5 3.5 4.5 6.5 7.5 8.5"])
    yield one(op, "refuses three dimensions", dict(output_size=2), seeded([3, 4, 5]), fails=["node"])
    yield one(op, "refuses a negative size", dict(output_size=(-1, 2)), seeded([1, 3, 4, 5]), fails=[])


def resizes():
    op = "_contrib_BilinearResize2D"
    for dtype in FLOATS:
        yield one(op, dtype, dict(height=5, width=6), seeded([2, 3, 3, 4], -1, 1, dtype), rounding(dtype))
    for corners in (True, False):
        for size in ((1, 1), (1, 4), (2, 2), (7, 5), (12, 9), (40, 3)):
            yield one(op, f"{size[0]}x{size[1]} align_corners {corners}", dict(height=size[0], width=size[1], align_corners=corners), seeded([1, 3, 4, 5]))
    yield one(op, "the same size", dict(height=4, width=5), seeded([1, 3, 4, 5]), "exact")
    yield one(op, "default size", {}, seeded([1, 3, 4, 5]), "exact")
    yield one(op, "19 channels", dict(height=7, width=9), seeded([2, 19, 4, 5]))
    yield one(op, "scale", dict(scale_height=2, scale_width=0.6), seeded([1, 3, 4, 7]))
    yield one(op, "scale_width alone does not count", dict(scale_width=2, height=3, width=3), seeded([1, 3, 4, 7]))
    for mode in ("to_even_down", "to_even_up", "to_odd_down", "to_odd_up"):
        yield one(op, mode, dict(mode=mode), seeded([1, 2, 4, 7]))
    yield one(op, "odd_scale", dict(mode="odd_scale", scale_height=2, scale_width=3), seeded([1, 2, 4, 7]))
    yield one(op, "odd_scale smaller", dict(mode="odd_scale", scale_height=0.5, scale_width=0.5), seeded([1, 2, 6, 7]))
    yield op_case(SAMPLING, op, "like", dict(mode="like", height=9), [given("data", seeded([1, 2, 4, 7])), given("like", seeded([2, 5, 6, 3]))], "accumulating", 4)
    yield op_case(SAMPLING, op, "like of another type", dict(mode="like"), [given("data", seeded([1, 2, 4, 7])), given("like", seeded([2, 5, 6, 3], dtype="float64"))], "accumulating", 4)
    yield one(op, "document", dict(height=4, width=3, align_corners=False), ramp([1, 1, 2, 2]), documented=["1x1x4x3: 0 0.5 1 0.5 1 1.5 1.5 2 2.5 2 2.5 3"])
    yield one(op, "refuses height 0", dict(height=0, width=2), seeded([1, 2, 4, 7]), fails=["height"])
    yield one(op, "refuses one scale", dict(scale_height=2), seeded([1, 2, 4, 7]), fails=[])
    yield one(op, "refuses three dimensions", dict(height=2, width=2), seeded([2, 4, 7]), fails=["node"])
    yield one(op, "refuses unknown mode", dict(mode="nearest"), seeded([1, 2, 4, 7]), fails=["nearest"])


def deformable_convolutions():
    for op in ("_contrib_DeformableConvolution", "_contrib_ModulatedDeformableConvolution"):
        def convolution(title, attrs, channels, filters, out, dtype="float32", spread=1.5, size=(5, 6), op=op, **more):
            kernel, groups = attrs["kernel"], attrs.get("num_deformable_group", 1)
            taps = kernel[0] * kernel[1] * groups
            operands = [given("data", seeded([2, channels, *size], -1, 1, dtype)), given("offset", seeded([2, 2 * taps, *out], -spread, spread, dtype))]
            if "Modulated" in op:
                operands.append(given("mask", seeded([2, taps, *out], 0, 1, dtype)))
            operands.append(stored("weight", seeded([filters, channels // attrs.get("num_group", 1), *kernel], -1, 1, dtype)))
            if not attrs.get("no_bias"):
                operands.append(stored("bias", seeded([filters], -1, 1, dtype)))
            return op_case(SAMPLING, op, title, dict(attrs, num_filter=filters), operands, "accumulating", channels * taps, **more)

        same = dict(kernel=(3, 3), pad=(1, 1))
        for dtype in ("float32", "float64"):
            yield convolution(dtype, same, 3, 4, (5, 6), dtype)
        yield convolution("no_bias", dict(same, no_bias=True), 3, 4, (5, 6))
        yield convolution("stride and dilate", dict(kernel=(3, 2), pad=(2, 1), stride=(2, 1), dilate=(2, 3)), 3, 4, (3, 5))
        yield convolution("groups", dict(same, num_group=2), 4, 6, (5, 6))
        yield convolution("deformable groups", dict(same, num_deformable_group=2), 4, 6, (5, 6))
        yield convolution("both kinds of groups", dict(same, num_group=2, num_deformable_group=4), 8, 4, (5, 6))
        yield convolution("far offsets", same, 3, 4, (5, 6), spread=9)
        yield convolution("many channels", same, 40, 33, (5, 6))
        yield convolution("layout NCHW", dict(same, layout="NCHW", workspace=512), 3, 4, (5, 6))
        yield convolution("refuses offsets of another size", same, 3, 4, (4, 6), fails=["node"])
    x, weight = values([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]), fill([1, 1, 1, 1], 1)
    for moves in ((-0.5, 0), (2.5, 0), (0, 2.5), (1.5, 1.5), (-1, 0), (2, 2), (0, -0.5)):
        offset = values([1, 2, 3, 3], [moves[0]] * 9 + [moves[1]] * 9)
        attrs = dict(kernel=(1, 1), num_filter=1, no_bias=True)
        yield op_case(SAMPLING, "_contrib_DeformableConvolution", f"edge {moves}", attrs, [given("data", x), given("offset", offset), stored("weight", weight)], "accumulating", 4)
        yield op_case(SAMPLING, "_contrib_ModulatedDeformableConvolution", f"edge {moves}", attrs, [given("data", x), given("offset", offset), given("mask", fill([1, 1, 3, 3], 0.5)), stored("weight", weight)], "accumulating", 4)


def samplers():
    def sampler(title, shape, grid, dtype="float32", spread=1.2, **more):
        return op_case(SAMPLING, "BilinearSampler", title, more.pop("attrs", {}), [given("data", seeded(shape, -1, 1, dtype)), given("grid", seeded(grid, -spread, spread, dtype))], rounding(dtype), 4, **more)

    for dtype in ("float32", "float64"):
        yield sampler(dtype, [2, 3, 5, 4], [2, 2, 6, 7], dtype)
    yield sampler("37 channels", [1, 37, 5, 4], [1, 2, 3, 3])
    yield sampler("one pixel", [2, 3, 1, 1], [2, 2, 3, 3])
    yield sampler("far away", [2, 3, 5, 4], [2, 2, 3, 3], spread=9)
    yield sampler("cudnn_off", [1, 1, 5, 4], [1, 2, 3, 3], attrs=dict(cudnn_off=True))
    edges = [-1, 1, -1.5, -2, -2.125, 1.5, 2, 0, -1, 1, 0, 0, 0, 0, 0, 1.75]
    yield op_case(SAMPLING, "BilinearSampler", "edges", {}, [given("data", values([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])), given("grid", values([1, 2, 2, 4], edges))], "rounding")
    yield op_case(SAMPLING, "BilinearSampler", "coordinates that are not finite", {}, [given("data", ramp([1, 1, 3, 3], 1)), given("grid", values([1, 2, 1, 4], ["nan", "inf", -1e30, 0, 0, 0, 0, 0]))], "rounding")
    yield sampler("refuses a grid of three channels", [2, 3, 5, 4], [2, 3, 6, 7], fails=["node"])
    yield sampler("refuses another batch", [2, 3, 5, 4], [1, 2, 6, 7], fails=["node"])

    affine = dict(transform_type="affine", target_shape=(3, 4))
    yield one("GridGenerator", "affine", affine, seeded([2, 6], -2, 2))
    yield one("GridGenerator", "affine one row", dict(affine, target_shape=(1, 3)), seeded([2, 6], -2, 2))
    yield one("GridGenerator", "warp", dict(transform_type="warp"), seeded([2, 2, 3, 4], -2, 2))
    yield one("GridGenerator", "warp one column", dict(transform_type="warp"), values([1, 2, 2, 1], [0.25] * 4))
    yield one("GridGenerator", "warp of a target", dict(transform_type="warp", target_shape=(3, 3)), seeded([1, 2, 5, 4], -2, 2))
    yield one("GridGenerator", "document", dict(transform_type="affine", target_shape=(2, 2)), values([1, 6], [1, 0.5, 0, 0, 1, 0.25]), documented=["1x2x2x2: -1.5 0.5 -0.5 1.5 -0.75 -0.75 1.25 1.25"])
    yield one("GridGenerator", "refuses five numbers", affine, seeded([2, 5]), fails=["node"])
    yield one("GridGenerator", "refuses no target", dict(transform_type="affine"), seeded([2, 6]), fails=["target_shape"])
    yield one("GridGenerator", "refuses three channels", dict(transform_type="warp"), seeded([2, 3, 3, 4]), fails=["node"])
    yield one("GridGenerator", "refuses unknown transform_type", dict(transform_type="thin_plate", target_shape=(3, 4)), seeded([2, 6]), fails=["thin_plate"])

    def transformer(title, shape, target, dtype="float32", **more):
        attrs = dict(target_shape=target, transform_type="affine", sampler_type="bilinear", **more.pop("attrs", {}))
        loc = more.pop("loc", None) or seeded([shape[0], 6], -1.1, 1.1, dtype)
        return op_case(SAMPLING, "SpatialTransformer", title, attrs, [given("data", more.pop("data", None) or seeded(shape, -1, 1, dtype)), given("loc", loc)], "accumulating", 4, **more)

    for dtype in ("float32", "float64"):
        yield transformer(dtype, [2, 3, 5, 4], (6, 7), dtype)
    yield transformer("37 channels", [1, 37, 5, 4], (3, 3))
    yield transformer("identity", [1, 2, 4, 4], (4, 4), loc=values([1, 6], [1, 0, 0, 0, 1, 0]))
    yield transformer("one row", [1, 2, 4, 4], (1, 3))
    yield transformer("cudnn_off", [1, 2, 4, 4], (2, 3), attrs=dict(cudnn_off=True))
    yield transformer("document", [1, 1, 2, 2], (2, 3), data=ramp([1, 1, 2, 2]), loc=values([1, 6], [1, 0, 0.5, 0, 1, 0]), documented=["1x1x2x3: 0.25 0.75 0.75 2.25 2.75 2.25"])
    yield transformer("refuses no target", [1, 2, 4, 4], (0, 0), fails=["target_shape"])
    yield transformer("refuses five numbers", [1, 2, 4, 4], (2, 2), loc=seeded([1, 5]), fails=["node"])


def correlations():
    def correlation(title, attrs, shape=(2, 3, 6, 7), dtype="float32", **more):
        operands = [given("data1", seeded(list(shape), -2, 2, dtype)), given("data2", seeded(list(more.pop("second", shape)), -2, 2, dtype))]
        return op_case(SAMPLING, "Correlation", title, attrs, operands, rounding(dtype), 27, **more)

    for dtype in ("float32", "float64"):
        yield correlation(dtype, {}, dtype=dtype)
    for title, attrs in [("kernel_size 3", dict(kernel_size=3, pad_size=1)), ("max_displacement 0", dict(max_displacement=0)), ("stride2", dict(max_displacement=2, stride2=2, pad_size=2)), ("stride1", dict(stride1=2, pad_size=1)), ("large padding", dict(max_displacement=1, pad_size=4)), ("displacement beyond its stride", dict(max_displacement=2, stride2=3)), ("everything", dict(kernel_size=3, max_displacement=2, stride1=2, stride2=2, pad_size=4))]:
        yield correlation(title, attrs)
        yield correlation(title + " difference", dict(attrs, is_multiply=False))
    yield correlation("refuses an even window", dict(kernel_size=2), fails=["kernel"])
    yield correlation("refuses what does not fit", dict(max_displacement=5), fails=["node"])


def columns():
    window = dict(kernel=(3, 2))
    for dtype in FLOATS:
        yield one("im2col", dtype, window, seeded([2, 3, 5, 6], -1, 1, dtype), "exact")
        yield one("col2im", dtype, dict(window, output_size=(5, 6)), seeded([2, 18, 15], -1, 1, dtype), rounding(dtype), 6)
    full = dict(kernel=(3, 2), stride=(2, 3), dilate=(2, 1), pad=(2, 1))
    yield one("im2col", "every attribute", full, seeded([2, 3, 5, 6]), "exact")
    yield one("col2im", "every attribute", dict(full, output_size=(5, 6)), seeded([2, 18, 9]), k=6)
    yield one("im2col", "pad", dict(kernel=(2, 2), pad=(1, 1)), seeded([1, 1, 3, 3]), "exact")
    yield one("col2im", "pad", dict(kernel=(2, 2), pad=(1, 1), output_size=(3, 3)), seeded([1, 4, 16]), k=4)
    yield one("im2col", "refuses a window that does not fit", dict(kernel=(5, 5)), seeded([1, 1, 4, 4]), fails=["node"])
    yield one("col2im", "refuses another number of windows", dict(kernel=(2, 2), output_size=(3, 4)), seeded([1, 8, 9]), fails=["node"])
    yield one("col2im", "refuses rows that are not a multiple", dict(kernel=(2, 2), output_size=(4, 4)), seeded([1, 7, 9]), fails=["node"])


WHOLE = ("uint8", "int8", "int32", "int64")


def picture(shape, dtype):
    return seeded(shape, 0, 127 if dtype == "int8" else 256, dtype)


def images():
    for dtype in (*WHOLE, *FLOATS):
        exact = dict(file=IMAGE, tolerance="exact")
        yield one("_image_to_tensor", dtype, {}, picture([3, 4, 3], dtype), "rounding", file=IMAGE)
        yield one("_image_crop", dtype, dict(x=1, y=2, width=3, height=2), picture([4, 5, 3], dtype), **exact)
        yield one("_image_flip_left_right", dtype, {}, picture([3, 4, 3], dtype), **exact)
        yield one("_image_flip_top_bottom", dtype, {}, picture([4, 3, 1], dtype), **exact)
        if dtype != "float16":
            yield one("_image_normalize", dtype, dict(mean=(1.5, 20, 3), std=(0.3, 2, 7)), picture([3, 4, 5], dtype), file=IMAGE, tolerance="exact" if dtype in WHOLE else "rounding")
    yield one("_image_normalize", "one number for all", dict(mean=(0.5,), std=2), picture([3, 4, 5], "float32"), "rounding", file=IMAGE)
    yield one("_image_normalize", "batch", dict(mean=(0.5, 1, 2), std=(2,)), picture([2, 3, 4, 5], "float32"), "rounding", file=IMAGE)
    yield one("_npx__image_normalize", "alias", dict(mean=(0.5,), std=(2,)), picture([1, 1, 4, 5], "float32"), "rounding", file=IMAGE)
    yield one("_image_normalize", "defaults", {}, ramp([3, 1, 2]), "exact", file=IMAGE, outputs=[values([3, 1, 2], [0, 1, 2, 3, 4, 5])], source="by hand: mean 0, std 1")
    yield one("_image_normalize", "refuses two means", dict(mean=(1, 2), std=(1,)), picture([3, 4, 5], "float32"), file=IMAGE, fails=["node"])
    yield one("_image_normalize", "refuses two channels", dict(mean=(1,), std=(1,)), picture([2, 4, 5], "float32"), file=IMAGE, fails=["node"])
    yield one("_image_to_tensor", "batch", {}, picture([2, 3, 4, 3], "uint8"), "rounding", file=IMAGE)
    yield one("_npx__image_to_tensor", "alias, five channels", {}, picture([3, 4, 5], "uint8"), "rounding", file=IMAGE)
    yield one("_image_to_tensor", "refuses two dimensions", {}, picture([3, 4], "uint8"), file=IMAGE, fails=["node"])
    yield one("_image_crop", "batch", dict(x=0, y=1, width=5, height=3), picture([2, 4, 5, 1], "uint8"), "exact", file=IMAGE)
    yield one("_npx__image_crop", "alias", dict(x=4, y=3, width=1, height=1), picture([4, 5, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_crop", "refuses what is not inside", dict(x=3, y=0, width=3, height=2), picture([4, 5, 3], "uint8"), file=IMAGE, fails=["node"])
    yield one("_image_crop", "refuses a negative place", dict(x=-1, y=0, width=3, height=2), picture([4, 5, 3], "uint8"), file=IMAGE, fails=["node"])
    yield one("_image_crop", "refuses no width", dict(x=0, y=0, width=0, height=2), picture([4, 5, 3], "uint8"), file=IMAGE, fails=["node"])
    yield one("_npx__image_flip_left_right", "alias", {}, picture([1, 2, 3], "uint8"), "exact", file=IMAGE)
    yield one("_npx__image_flip_top_bottom", "alias", {}, picture([2, 3, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_flip_left_right", "odd width", {}, ramp([1, 3, 1]), "exact", file=IMAGE, outputs=[values([1, 3, 1], [2, 1, 0])], source="by hand")
    yield one("_image_flip_top_bottom", "odd height", {}, ramp([3, 1, 1]), "exact", file=IMAGE, outputs=[values([3, 1, 1], [2, 1, 0])], source="by hand")
    yield one("_image_flip_left_right", "refuses a batch", {}, picture([1, 2, 2, 3], "uint8"), file=IMAGE, fails=["node"])
    for dtype, tolerance in (("uint8", "exact"), ("float32", "accumulating"), ("float64", "accumulating")):
        for interp in (0, 1):
            for size in ((7, 5), (3, 2), (12, 9)):
                yield one("_image_resize", f"{dtype} interp {interp} {size[0]}x{size[1]}", dict(size=size, interp=interp), picture([5, 6, 3], dtype), tolerance, 4, file=IMAGE)
    yield one("_image_resize", "default", dict(size=4), picture([7, 5, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_resize", "keep_ratio", dict(size=4, keep_ratio=True), picture([7, 11, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_resize", "keep_ratio upright", dict(size=4, keep_ratio=True), picture([13, 6, 1], "uint8"), "exact", file=IMAGE)
    yield one("_image_resize", "the same size", dict(size=(5, 4)), picture([4, 5, 2], "uint8"), "exact", file=IMAGE)
    yield one("_npx__image_resize", "alias, batch", dict(size=(3, 4)), picture([2, 6, 5, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_resize", "photograph", dict(size=(24, 17)), picture([40, 31, 3], "uint8"), "exact", file=IMAGE)
    yield one("_image_resize", "refuses size 0", dict(size=(0, 3)), picture([4, 5, 3], "uint8"), file=IMAGE, fails=[])
    yield one("_image_resize", "refuses no size", {}, picture([4, 5, 3], "uint8"), file=IMAGE, fails=["size"])
    yield one("_image_resize", "refuses unknown interp", dict(size=(2, 3), interp=9), picture([4, 5, 3], "uint8"), file=IMAGE, fails=["interp"])
