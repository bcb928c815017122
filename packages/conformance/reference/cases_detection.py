"""Sorting, boxes, anchors, proposals: the operators of detectors, and small heads made of them."""

import numpy as np

from case_builders import given, net_case, op_case, stored
from case_tensors import ramp, seeded, values

NMS = "operator/box-nms"
BOXES = "operator/boxes"
SORT = "operator/sort"
PRIORS = "operator/multibox"
REGIONS = "operator/proposal"
HEADS = "operator/detection-heads"

ROWS = [3, 1, 2, 1, 3, 5, 4, 4, 9, 0]
BOX_ROWS = [
    [0, 0.5, 0, 0, 1, 1],
    [0, 0.9, 0, 0, 1, 1.1],
    [1, 0.3, 0, 0, 1, 1],
    [0, 0.05, 5, 5, 6, 6],
    [0, 0.9, 5, 5, 6, 6],
    [-1, 0.8, 2, 2, 3, 3],
]


def sort_case(op, title, attrs, data, **more):
    return op_case(SORT, op, title, attrs, [given("data", data)], "exact", **more)


def sorting():
    data = values([2, 5], ROWS)
    for kind, count in (("indices", 1), ("value", 1), ("mask", 1), ("both", 2)):
        for title, attrs in [
            ("k 2", dict(k=2)),
            ("ascending", dict(k=2, is_ascend=True)),
            ("all", dict(k=0)),
            ("below 1", dict(k=-3)),
            ("flattened", dict(k=3, axis=None)),
            ("axis 0", dict(k=1, axis=0)),
        ]:
            yield sort_case("topk", f"{kind} {title}", dict(ret_typ=kind, **attrs), data, count=count)
    yield sort_case("topk", "default", {}, data)
    for dtype in ("float32", "float64", "float16", "int32", "int64", "int8", "uint8"):
        tensor = seeded([2, 9], 0, 120, dtype)
        yield sort_case("topk", f"of {dtype}", dict(k=4, ret_typ="both"), values([2, 6], [5, 1, 9, 3, 7, 2, 8, 6, 0, 4, 11, 10], dtype), count=2)
        yield sort_case("topk", f"least of {dtype}", dict(k=3, ret_typ="value", is_ascend=True), tensor)
        yield sort_case("topk", f"mask of {dtype}", dict(k=2, ret_typ="mask", axis=0), values([3, 2], [5, 1, 9, 3, 7, 2], dtype))
        if dtype != "float16":
            yield sort_case("sort", f"of {dtype}", {}, tensor)
            yield sort_case("argsort", f"of {dtype}", {}, values([6], [5, 1, 9, 3, 7, 2], dtype))
        if dtype != "int8":
            yield sort_case("topk", f"indices as {dtype}", dict(k=3, dtype=dtype), data)
            yield sort_case("argsort", f"as {dtype}", dict(dtype=dtype), data)
    yield sort_case("topk", "indices wrap around", dict(k=3, dtype="uint8"), ramp([300]))
    yield sort_case("topk", "indices are rounded", dict(k=3, dtype="float16"), ramp([3000]))
    yield sort_case("topk", "long rows", dict(k=20, ret_typ="both"), seeded([2, 4000], seed=3), count=2)
    yield sort_case("topk", "long columns", dict(k=7, axis=1, ret_typ="both"), seeded([1, 900, 3], seed=2), count=2)
    # Equal elements and NaN: the reference's order is its library's; ours is defined.
    own = dict(source="by hand")
    for op, attrs, title, expected in [
        ("topk", dict(k=18), "ties", range(18)),
        ("argsort", {}, "ties", range(20)),
    ]:
        outputs = [values([len(expected)], list(expected))]
        yield sort_case(op, title, attrs, values([20], [7] * 20), outputs=outputs, **own)
    odd = values([7], [3, "nan", 2, "inf", "nan", "-inf", 1])
    yield sort_case("argsort", "NaN comes last", {}, odd, outputs=[values([7], [5, 6, 2, 0, 3, 1, 4])], **own)
    yield sort_case("sort", "NaN comes last", {}, odd, outputs=[values([7], ["-inf", 1, 2, 3, "inf", "nan", "nan"])], **own)
    half = values([6], [5, 1, 9, 3, 7, 2], "float16")
    yield sort_case("sort", "of float16", {}, half, outputs=[values([6], [1, 2, 3, 5, 7, 9], "float16")], **own)
    yield sort_case("argsort", "zero and minus zero", {}, values([3], [0, -0.0, 0]))
    yield sort_case("sort", "beyond 2 to the 53", {}, values([4], [2**53 + 1, 2**53, 5, -(2**60)], "int64"))
    for op in ("sort", "argsort"):
        yield sort_case(op, "axis 0", dict(axis=0), data)
        yield sort_case(op, "descending", dict(is_ascend=False), seeded([3, 7]))
        yield sort_case(op, "flattened", dict(axis=None), seeded([3, 7]))
        yield sort_case(op, "middle axis", dict(axis=1, is_ascend=False), seeded([2, 5, 3]))
        yield sort_case(op, "long", {}, seeded([3000], seed=1))
        yield sort_case(op, "refuses an axis", dict(axis=2), data, fails=["axis"])
    yield sort_case("topk", "refuses k", dict(k=6), data, fails=["k"])
    yield sort_case("topk", "refuses an axis", dict(axis=-3), data, fails=["axis"])
    yield sort_case("topk", "refuses a dtype", dict(dtype="int8"), data, fails=["dtype"])
    yield sort_case("topk", "refuses a ret_typ", dict(ret_typ="values"), data, fails=["ret_typ"])
    for alias, op in (("_npx_topk", "topk"), ("_npi_sort", "sort"), ("_npi_argsort", "argsort")):
        yield sort_case(alias, "alias", {}, data)


def nms_case(title, attrs, rows=BOX_ROWS, dtype="float32", **more):
    rows = np.array([[float(v) for v in row] for row in rows])
    data = values(list(rows.shape), rows, dtype)
    return op_case(NMS, more.pop("op", "_contrib_box_nms"), title, attrs, [given("data", data)], "rounding", **more)


def suppression():
    for title, attrs in [
        ("default", {}),
        ("classes", dict(id_index=0)),
        ("classes forced", dict(id_index=0, force_suppress=True)),
        ("background", dict(id_index=0, background_id=0)),
        ("background without classes", dict(background_id=0)),
        ("negative id_index", dict(id_index=-2)),
        ("valid_thresh", dict(valid_thresh=0.4)),
        ("nothing valid", dict(valid_thresh=2, out_format="center")),
        ("valid_thresh below 0", dict(valid_thresh=-1, id_index=0)),
        ("topk 0", dict(topk=0, out_format="center")),
        ("topk 1", dict(topk=1)),
        ("topk 2 of a class", dict(topk=2, id_index=0)),
        ("topk above", dict(topk=100)),
        ("topk below 0", dict(topk=-5)),
        ("center", dict(in_format="center")),
        ("center to center", dict(in_format="center", out_format="center")),
        ("corner to center", dict(out_format="center", overlap_thresh=0.99)),
        ("overlap 0", dict(overlap_thresh=0)),
        ("overlap 1", dict(overlap_thresh=1)),
        ("overlap below 0", dict(overlap_thresh=-1)),
    ]:
        yield nms_case(title, attrs)
    yield nms_case("five numbers", dict(coord_start=1, score_index=0), [row[1:] for row in BOX_ROWS])
    yield nms_case("score behind", dict(coord_start=0, score_index=4, id_index=5), [[*row[2:], row[1], row[0]] for row in BOX_ROWS])
    yield nms_case("more numbers", dict(coord_start=2), [[*row, 7, 8] for row in BOX_ROWS])
    yield nms_case("equal to the threshold stays", dict(overlap_thresh=0.5), [[0, 0.9, 0, 0, 2, 1], [0, 0.8, 0, 0, 1, 1]])
    yield nms_case("equal scores keep their order", {}, [[i, 0.5, 10 * i, 0, 10 * i + 1, 1] for i in range(40)])
    yield nms_case("equal scores and topk", dict(topk=20), [[i, 0.5, 10 * i, 0, 10 * i + 1, 1] for i in range(40)])
    yield nms_case("negative corner is not converted", dict(out_format="center"), [[0, 0.9, -1, -1, 2, 1], [0, 0.8, 5, 5, 7, 7]])
    yield nms_case("negative centre is not converted", dict(in_format="center"), [[0, 0.9, -1, -1, 2, 1], [0, 0.8, 5, 5, 7, 7]])
    yield nms_case("negative sides", {}, [[0, 0.9, 2, 2, 0, 0], [0, 0.8, 0, 0, 2, 2], [0, 0.7, 2, 2, 0, 0]])
    yield nms_case("no extent", {}, [[0, 0.9, 1, 1, 1, 1], [0, 0.8, 1, 1, 1, 1]])
    yield nms_case("classes are cut to integers", dict(id_index=0), [[0.2, 0.9, 0, 0, 1, 1], [0.7, 0.8, 0, 0, 1, 1], [1.1, 0.7, 0, 0, 1, 1]])
    yield nms_case("background is not cut", dict(id_index=0, background_id=0), [[0.2, 0.9, 0, 0, 1, 1], [0, 0.8, 5, 0, 6, 1]])
    yield nms_case("NaN", {}, [[0, "nan", 0, 0, 1, 1], [0, 0.8, 5, 5, 7, 7], [0, 0.7, "nan", 5, 7, 7], [0, 0.9, 5, 5, 7, 8]])
    yield nms_case("infinite", {}, [[0, 0.9, 0, 0, "inf", 1], [0, 0.8, 0, 0, "inf", 1], [0, 0.7, 0, 0, 1, 1]])
    yield nms_case("float64", dict(id_index=0), dtype="float64")
    yield nms_case("float16", dict(id_index=0), [[0, 0.5, 0, 0, 10, 10], [0, 0.75, 0, 0, 10, 11], [1, 0.25, 0, 0, 1, 1]], dtype="float16")
    yield nms_case("alias", dict(id_index=0), op="_contrib_box_non_maximum_suppression")
    twice = np.array([BOX_ROWS, BOX_ROWS[::-1]])
    for title, shape in (("batch", [2, 6, 6]), ("two batch axes", [1, 2, 6, 6])):
        yield op_case(NMS, "_contrib_box_nms", title, dict(id_index=0), [given("data", values(shape, twice))], "rounding")
    for title, attrs, phrase in [
        ("score_index", dict(score_index=6), "score_index"),
        ("negative score_index", dict(score_index=-1), "score_index"),
        ("coord_start", dict(coord_start=3), "coord"),
        ("id_index", dict(id_index=6), "id_index"),
        ("class among the coordinates", dict(id_index=3), "id_index"),
        ("score among the coordinates", dict(score_index=3), "score_index"),
        ("class that is the score", dict(id_index=1), "id_index"),
    ]:
        yield nms_case("refuses " + title, attrs, fails=[phrase])
    yield nms_case("refuses four numbers", dict(coord_start=0, score_index=0), [row[2:] for row in BOX_ROWS], fails=["5"])
    yield op_case(NMS, "_contrib_box_nms", "refuses a vector", {}, [given("data", ramp([6]))], "exact", fails=["2"])
    yield op_case(NMS, "_contrib_box_nms", "refuses integers", {}, [given("data", ramp([2, 6], dtype="int32"))], "exact", fails=[])
    rng = np.random.default_rng(1)
    many = np.concatenate([rng.integers(0, 3, (300, 1)), (rng.permutation(300)[:, None] + 1) / 301, rng.uniform(0, 40, (300, 2))], 1)
    many = np.concatenate([many, many[:, 2:] + rng.uniform(3, 12, (300, 2))], 1).astype("float32").astype("float64")
    for title, attrs in (("many", {}), ("many of three classes", dict(id_index=0, topk=120, overlap_thresh=0.3))):
        yield op_case(NMS, "_contrib_box_nms", title, dict(valid_thresh=0.1, **attrs), [given("data", values([300, 6], many))], "rounding")


def iou_case(title, attrs, one, other, shapes, dtype="float32", tolerance="rounding", **more):
    sides = [given("lhs", values(shapes[0], np.array(one, dtype="float64"), dtype)), given("rhs", values(shapes[1], np.array(other, dtype="float64"), dtype))]
    return op_case(BOXES, "_contrib_box_iou", title, attrs, sides, tolerance, **more)


def box_codings():
    one, other = [0, 0, 2, 2], [[1, 1, 3, 3], [5, 5, 6, 6]]
    yield iou_case("corner", {}, one, other, ([1, 4], [2, 4]), documented=["1x2: 0.1428571 0"])
    yield iou_case("center", dict(format="center"), [1, 1, 2, 2], [2, 2, 2, 2], ([1, 4], [1, 4]))
    yield iou_case("more axes", {}, np.arange(24) % 7, np.arange(8) % 5, ([2, 3, 4], [1, 2, 4]))
    for dtype in ("float64", "float16"):
        yield iou_case(dtype, {}, one, other, ([1, 4], [2, 4]), dtype)
        yield iou_case(dtype + " center", dict(format="center"), [2, 2, 4, 4], [3, 3, 4, 2], ([1, 4], [1, 4]), dtype)
    degenerate = [[0, 0, 0, 0], [2, 2, 0, 0], [0, 0, 2, 2]]
    yield iou_case("without extent", {}, degenerate, degenerate, ([3, 4], [3, 4]))
    yield op_case(BOXES, "_contrib_box_iou", "many", {}, [given("lhs", seeded([9, 4], 0, 1)), given("rhs", seeded([70, 4], 0, 1))], "transcendental")
    yield iou_case("refuses a vector", {}, one, other, ([4], [2, 4]), fails=["lhs"])
    yield iou_case("refuses five numbers", {}, range(5), other, ([1, 5], [2, 4]), fails=["lhs"])
    yield iou_case("refuses integers", {}, one, other, ([1, 4], [2, 4]), "int32", fails=[])
    yield iou_case("refuses a format", dict(format="middle"), one, other, ([1, 4], [2, 4]), fails=["format"])

    def decode(title, attrs, data, anchors, dtype="float32", **more):
        operands = [given("data", data), given("anchors", anchors)]
        return op_case(BOXES, "_contrib_box_decode", title, attrs, operands, "transcendental", **more)

    anchor = values([1, 1, 4], [0.5, 0.5, 1, 2])
    yield decode("default", {}, values([1, 1, 4], [1, 0, 1, 0]), anchor)
    yield decode("std", dict(std0=0.1, std1=0.3, std2=0.2, std3=0.4), values([1, 1, 4], [1, 2, 1, -1]), anchor)
    yield decode("corner", dict(format="corner"), values([2, 1, 4], [1, 0.5, 1, -1, 0, 0, 0, 0]), anchor)
    for clip in (1.5, 0, -1):
        yield decode(f"clip {clip}", dict(clip=clip, std2=0.5), values([1, 1, 4], [1, 0.5, 5, -1]), anchor)
    yield decode("batch", dict(format="corner"), seeded([3, 5, 4]), seeded([1, 5, 4], 0, 1))
    yield decode("many", dict(std0=0.1, std1=0.1, std2=0.2, std3=0.2), seeded([2, 70, 4]), seeded([1, 70, 4], 0.1, 1))
    yield decode("float64", {}, seeded([2, 3, 4], dtype="float64"), seeded([1, 3, 4], 0.1, 1, "float64"))
    yield decode("float16", {}, values([1, 1, 4], [1, 0, 0, 0], "float16"), values([1, 1, 4], [0.5, 0.5, 1, 2], "float16"))
    yield decode("refuses a matrix", {}, ramp([1, 4]), anchor, fails=["data"])
    yield decode("refuses other anchors", {}, ramp([1, 2, 4]), values([1, 3, 4], range(12)), fails=[])
    yield decode("refuses a batch of anchors", {}, ramp([2, 1, 4]), ramp([2, 1, 4]), fails=[])

    def encode(title, dtype="float32", samples=(1, 0, -1, 0.5, 0.75), matches=(0, 1, 0, 1, 0), refs=2, **more):
        operands = [
            given("samples", values([1, 5], samples, dtype)),
            given("matches", values([1, 5], matches, dtype)),
            given("anchors", values([1, 5, 4], [0, 0, 1, 1, 0.125, 0.125, 0.5, 0.625, 0, 0, 1, 2, 0.25, 0.25, 0.5, 0.5, 0, 0, 2, 2], dtype)),
            given("refs", values([1, refs, 4], ([0, 0, 0.5, 0.5, 0.125, 0.25, 0.625, 0.875] * 2)[: 4 * refs], dtype)),
            given("means", values([4], [0, 0.125, 0.25, 0.375], dtype)),
            given("stds", values([4], [0.125, 0.125, 0.25, 0.25], dtype)),
        ]
        return op_case(BOXES, "_contrib_box_encode", title, {}, operands, "transcendental", count=2, **more)

    yield encode("corners")
    yield encode("float64", "float64")
    yield encode("float16", "float16")
    yield encode("matches are cut to integers", matches=(0.75, 1.5, 0, 1, 0))
    yield encode("nothing sampled", samples=(0, 0, 0, 0, 0.5))

    def match(title, attrs, data, **more):
        return op_case(BOXES, "_contrib_bipartite_matching", title, attrs, [given("data", data)], "exact", count=2, **more)

    scores = values([3, 2], [0.5, 0.6, 0.1, 0.2, 0.3, 0.4])
    diagonal = values([4, 4], (np.eye(4)[:, ::-1] * np.arange(1, 5)).reshape(-1))
    yield match("greatest", dict(threshold=1e-12), scores)
    yield match("least", dict(threshold=0.45, is_ascend=True), scores)
    for topk in (-3, 0, 1, 2, 9):
        yield match(f"topk {topk}", dict(threshold=0.1, topk=topk), diagonal)
    yield match("topk of a batch", dict(threshold=0.1, topk=1), seeded([2, 3, 4], 0, 1))
    yield match("ties", dict(threshold=0.1), values([4, 3], [0.5] * 12))
    yield match("equal to the threshold", dict(threshold=0.5), values([1, 2], [0.5, 0.25]))
    yield match("batch", dict(threshold=0.1), seeded([2, 2, 3, 4], 0, 1))
    yield match("float64", dict(threshold=0.1), seeded([3, 4], 0, 1, "float64"))
    yield match("float16", dict(threshold=1.5), values([3, 2], [5, 6, 1, 2, 3, 4], "float16"))
    yield match("NaN does not match", dict(threshold=0.1), values([2, 2], ["nan", 0.3, 0.2, "nan"]), outputs=[values([2], [1, 0]), values([2], [1, 0])], source="by hand")
    yield match("refuses a vector", dict(threshold=0.1), ramp([3]), fails=["2"])
    yield match("refuses no threshold", {}, scores, fails=["threshold"])


def prior(title, attrs, shape=(1, 1, 2, 3), **more):
    return op_case(PRIORS, more.pop("op", "_contrib_MultiBoxPrior"), title, attrs, [given("data", ramp(list(shape)))], "rounding", **more)


PROBABILITIES = [0.1, 0.2, 0.05, 0.9, 0.9, 0.1, 0.5, 0.05, 0.0, 0.7, 0.45, 0.05]
ANCHORS = [0.1, 0.1, 0.6, 0.6, 0.1, 0.1, 0.6, 0.5, 0.1, 0.1, 0.6, 0.55, 0, 0, 1, 1]


def detection(title, attrs, scores=PROBABILITIES, offsets=None, anchors=ANCHORS, batch=1, count=4, **more):
    classes = len(scores) // batch // count
    operands = [
        given("cls_prob", values([batch, classes, count], scores)),
        given("loc_pred", values([batch, 4 * count], [0.25] * (4 * batch * count) if offsets is None else offsets)),
        given("anchor", values([1, count, 4], anchors)),
    ]
    return op_case(PRIORS, more.pop("op", "_contrib_MultiBoxDetection"), title, attrs, operands, "transcendental", **more)


def multibox():
    yield prior("default", {})
    yield prior("documented", dict(sizes="(0.5, 0.25)", ratios="(1, 2)"), (1, 1, 1, 2), documented=["1x6x4: 0.125 0.25 0.375 0.75 0.1875 0.375 0.3125 0.625 0.07322331 0.3232233 0.4267767 0.6767767 0.625 0.25 0.875 0.75 0.6875 0.375 0.8125 0.625 0.5732233 0.3232233 0.9267767 0.6767767"])
    yield prior("first ratio", dict(sizes="(0.5, 0.25)", ratios="(2, 1)"), (1, 1, 2, 1))
    yield prior("clip", dict(sizes="(1.5,)", ratios="(1, 3)", clip=True))
    yield prior("steps", dict(steps="(0.3, 0.2)", offsets="(0.1, 0.7)"))
    yield prior("steps 0", dict(steps="(0, 0)"))
    yield prior("batch and channels", dict(sizes="(0.2, 0.3, 0.4)", ratios="(1, 0.5, 3)"), (2, 5, 4, 3))
    yield prior("more axes", {}, (1, 2, 2, 3, 2))
    yield prior("old spelling", dict(sizes="[0.1,0.141]", ratios="[1,2,0.5]", clip="0"))
    yield prior("alias", dict(sizes="(0.5,)"), op="_npx_multibox_prior")
    for title, attrs, phrase in [
        ("one step", dict(steps="(0.5,)"), "step"),
        ("steps of two signs", dict(steps="(0.5, -1)"), "step"),
        ("no sizes", dict(sizes="()"), "sizes"),
        ("no ratios", dict(ratios="()"), "ratios"),
        ("three offsets", dict(offsets="(0.5, 0.5, 0.5)"), "offsets"),
    ]:
        yield prior("refuses " + title, attrs, fails=[phrase])
    yield prior("refuses three axes", {}, (1, 2, 3), fails=[])
    yield op_case(PRIORS, "_contrib_MultiBoxPrior", "refuses float64", {}, [given("data", ramp([1, 1, 2, 2], dtype="float64"))], "exact", fails=[])

    yield detection("documented", {}, [0.1, 0.2, 0.9, 0.8], [0, 0, 0, 0, 1, 0, 0, 0.5], ANCHORS[:8], count=2, documented=["1x2x6: 0 0.9 0.1 0.1 0.6 0.6 -1 0.8 0.15 0.07896581 0.65 0.5210342"])
    for title, attrs in [
        ("default", {}),
        ("forced", dict(force_suppress=True)),
        ("background_id", dict(background_id=1)),
        ("threshold", dict(threshold=0.6)),
        ("threshold is met", dict(threshold=0.9)),
        ("no clip", dict(clip=False, variances="(0.4, 0.3, 0.5, 0.6)")),
        ("no suppression", dict(nms_threshold=0)),
        ("no suppression above 1", dict(nms_threshold=1.5)),
        ("no suppression below 0", dict(nms_threshold=-1)),
        ("overlap 1", dict(nms_threshold=1)),
        ("nms_topk", dict(nms_topk=2)),
        ("nms_topk 0", dict(nms_topk=0)),
        ("nms_topk without suppression", dict(nms_topk=1, nms_threshold=0)),
    ]:
        yield detection(title, attrs)
    yield detection("batch", dict(nms_topk=3), PROBABILITIES + PROBABILITIES[::-1], batch=2)
    yield detection("one class", {}, PROBABILITIES[:4])
    yield detection("score 0", dict(threshold=0), [1, 1, 1, 1, 0, 0, 0, 0])
    yield detection("scores below 0", dict(threshold=-1), [1, 1, 1, 1, -0.5, -0.25, -0.75, -2])
    yield detection("equal classes", {}, [0.1] * 4 + [0.4] * 4 + [0.4] * 4)
    yield detection("NaN", {}, [0.1, 0.2, 0.1, 0.1, "nan", 0.5, 0.3, 0.2], [0.25] * 8 + ["nan"] * 4 + [0.25] * 4)
    yield detection("overlap equal to the threshold", {}, [0.1, 0.2, 0.9, 0.8], [0] * 8, [0, 0, 0.5, 1, 0, 0, 0.5, 0.5], count=2)
    yield detection("alias", {}, op="_npx_multibox_detection")
    rng = np.random.default_rng(2)
    low = rng.uniform(0, 0.8, (150, 2))
    corners = np.concatenate([low, low + rng.uniform(0.05, 0.3, low.shape)], 1).astype("float32").astype("float64")
    scores = ((rng.permutation(600) + 1) / 601).astype("float32").astype("float64")
    for title, attrs in (("many", dict(threshold=0.3)), ("many, the best", dict(threshold=0.3, nms_topk=40, nms_threshold=0.3))):
        yield detection(title, attrs, list(scores), [0.25] * 600, corners.reshape(-1), count=150)
    yield detection("refuses three variances", dict(variances="(0.1, 0.1, 0.2)"), fails=["ariance"])
    fewer = [given("cls_prob", ramp([1, 2, 3])), given("loc_pred", ramp([1, 8])), given("anchor", ramp([1, 3, 4]))]
    yield op_case(PRIORS, "_contrib_MultiBoxDetection", "refuses fewer offsets", {}, fewer, "exact", fails=[])
    yield op_case(PRIORS, "_contrib_MultiBoxDetection", "refuses float64", {}, [given("cls_prob", ramp([1, 2, 1], dtype="float64")), given("loc_pred", ramp([1, 4], dtype="float64")), given("anchor", ramp([1, 1, 4], dtype="float64"))], "exact", fails=[])


ROW_OF_ANCHORS = [v for i in range(8) for v in (0.1 * i, 0, 0.1 * i + 0.1, 0.2)]
THREE_LABELS = [3, 0, 0, 0.1, 0.2, 1, 0.42, 0, 0.5, 0.2, 2, 0.7, 0, 0.8, 0.2, -1, -1, -1, -1, -1]


def targets():
    background = values([1, 2, 8], [0, 7, 6, 5, 4, 3, 2, 1] + [0] * 8)

    def target(title, attrs, label=THREE_LABELS, shape=(1, 4, 5), scores=background, anchors=ROW_OF_ANCHORS, op="_contrib_MultiBoxTarget", **more):
        operands = [given("anchor", values([1, len(anchors) // 4, 4], anchors)), given("label", values(list(shape), label)), given("cls_pred", scores)]
        return op_case(PRIORS, op, title, attrs, operands, "accumulating", k=8, count=3, **more)

    yield target("default", {})
    for ratio in (0.1, 0.5, 1, 1.5, 10):
        yield target(f"negatives {ratio}", dict(negative_mining_ratio=ratio, minimum_negative_samples=2))
    yield target("equal negatives", dict(negative_mining_ratio=1.5), scores=values([1, 2, 8], [0] * 16))
    yield target("ignore_label", dict(negative_mining_ratio=1, ignore_label=-7, negative_mining_thresh=0.1))
    yield target("no labels", dict(ignore_label=-2), [-1] * 20)
    yield target("variances", dict(variances="(0.2, 0.3, 0.4, 0.5)"))
    yield target("wide labels", {}, [v for row in range(4) for v in (*THREE_LABELS[5 * row : 5 * row + 5], -1)], (1, 4, 6))
    yield target("pairs first", {}, [0, 0, 0, 0.5, 0.5, 1, 0, 0, 0.5, 0.5], (1, 2, 5), seeded([1, 2, 3]), [0, 0, 0.5, 0.5, 0, 0, 0.5, 0.25, 0.5, 0.5, 1, 1])
    for threshold in (0.49, 0.5, 0, -1):
        yield target(f"overlap {threshold}", dict(overlap_threshold=threshold), [0, 0, 0, 0.5, 0.5], (1, 1, 5), seeded([1, 2, 3]), [0, 0, 0.5, 0.5, 0, 0, 0.5, 0.25, 0.5, 0.5, 1, 1])
    yield target("alias", {}, op="_npx_multibox_target")
    yield target("refuses three variances", dict(variances="(0.1, 0.1, 0.2)"), fails=[])
    yield target("refuses four numbers", {}, THREE_LABELS[:4], (1, 1, 4), fails=["label"])


def region(op, title, attrs=None, batch=1, height=2, width=3, anchors=4, info=None, spread=0.5, scored=True, **more):
    attrs = {**dict(scales="(0.5, 1)", ratios="(0.5, 2)", rpn_min_size=4, rpn_post_nms_top_n=5, rpn_pre_nms_top_n=100), **(attrs or {})}
    if scored:
        attrs["output_score"] = True
    rng = np.random.default_rng(3)
    count = batch * 2 * anchors * height * width
    scores = ((rng.permutation(count) + 1) / (count + 1)).astype("float32").astype("float64")
    operands = [
        given("cls_prob", values([batch, 2 * anchors, height, width], scores)),
        given("bbox_pred", seeded([batch, 4 * anchors, height, width], -spread, spread)),
        given("im_info", values([batch, 3], (info or [height * 16, width * 16, 1]) * batch)),
    ]
    return op_case(REGIONS, op, title, attrs, operands, "accumulating", k=8, count=2 if scored else 1, **more)


def proposals():
    for op in ("_contrib_Proposal", "_contrib_MultiProposal"):
        for title, attrs in [
            ("scores", {}),
            ("iou_loss", dict(iou_loss=True)),
            ("two go on", dict(rpn_pre_nms_top_n=2)),
            ("all go on", dict(rpn_pre_nms_top_n=-1, rpn_post_nms_top_n=30)),
            ("threshold 0", dict(threshold=0)),
            ("threshold 1", dict(threshold=1, rpn_post_nms_top_n=12)),
            ("large boxes only", dict(rpn_min_size=20, rpn_post_nms_top_n=12)),
        ]:
            yield region(op, title, attrs)
        yield region(op, "no scores", dict(rpn_post_nms_top_n=2), scored=False)
        yield region(op, "small image", info=[20, 20, 1])
        yield region(op, "scale 3", info=[32, 48, 3])
        yield region(op, "no image", info=[0, 0, 1])
        yield region(op, "wide boxes", dict(rpn_post_nms_top_n=12), spread=3)
        yield region(op, "default anchors", dict(scales="(4, 8, 16, 32)", ratios="(0.5, 1, 2)", feature_stride=8), anchors=12, info=[16, 24, 1], scored=False)
        yield region(op, "refuses other anchors", anchors=3, fails=[])
    yield region("_contrib_MultiProposal", "three images", dict(rpn_post_nms_top_n=3), batch=3)
    yield region("_contrib_MultiProposal", "two images without scores", dict(rpn_pre_nms_top_n=9), batch=2, scored=False)
    yield region("_contrib_Proposal", "refuses two images", batch=2, fails=[])
    yield region("_contrib_Proposal", "refuses an image larger than the cells", info=[64, 64, 1], fails=[])


def text_losses():
    def loss(title, attrs, label, lengths=(), op="CTCLoss", steps=5, **more):
        label = np.array(label)
        operands = [given("data", seeded([steps, 2, 4], -2, 2)), given("label", values(list(label.shape), label))]
        operands += [given(f"lengths{i}", values([2], row)) for i, row in enumerate(lengths)]
        return op_case(SORT, op, title, attrs, operands, "accumulating", k=16, **more)

    yield loss("first blank", {}, [[1, 2], [2, 0]])
    yield loss("last blank", dict(blank_label="last"), [[1, 2], [2, -1]])
    yield loss("repeated classes", {}, [[1, 1], [2, 2]])
    yield loss("ends at the first 0", {}, [[1, 0, 2], [0, 2, 2]])
    yield loss("both lengths", dict(use_data_lengths=True, use_label_lengths=True), [[1, 2], [2, 3]], ([4, 3], [2, 1]))
    yield loss("lengths of data", dict(use_data_lengths=True), [[1, 2], [2, 3]], ([4, 3],))
    yield loss("lengths of labels", dict(use_label_lengths=True), [[1, 0], [2, 3]], ([2, 0],))
    yield loss("rounded", dict(use_label_lengths=True), [[1.5, 2.25], [2.5, 3]], ([1.75, 0.5],))
    yield loss("no way", {}, [[1, 1], [2, 2]], steps=2)
    yield loss("long", {}, [[1, 2, 3, 1, 2, 3, 3, 1], [3, 2, 1, 0, 0, 0, 0, 0]], steps=40)
    for alias in ("ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss"):
        yield loss("alias", {}, [[1, 2], [2, 0]], op=alias)
    yield loss("refuses long labels", {}, [[1, 2, 3], [2, 0, 0]], steps=2, fails=[])
    yield loss("refuses a vector", {}, [1, 2], fails=[])


def ssd(title, clip, threshold, **attrs):
    """Two feature maps, three classes, and the head of the symbolic SSD."""
    nodes, classes, boxes, anchors, operands = [], [], [], [], []
    for i, (name, size) in enumerate((("fine", 4), ("coarse", 2))):
        operands.append(given(name, seeded([2, 8, size, size], -1, 1)))
        for part, channels, list_ in (("cls", 3 * 3, classes), ("loc", 3 * 4, boxes)):
            conv = f"{name}_{part}"
            operands += [stored(conv + "_weight", seeded([channels, 8, 3, 3], -0.4, 0.4)), stored(conv + "_bias", seeded([channels], -0.2, 0.2))]
            nodes += [
                (conv, "Convolution", dict(kernel="(3, 3)", pad="(1, 1)", num_filter=channels), [name, conv + "_weight", conv + "_bias"]),
                (conv + "_last", "transpose", dict(axes="(0, 2, 3, 1)"), [conv]),
                (conv + "_flat", "Flatten", {}, [conv + "_last"]),
            ]
            list_.append(conv + "_flat")
        nodes.append((f"{name}_anchors", "_contrib_MultiBoxPrior", dict(sizes=f"({0.3 + 0.3 * i}, {0.4 + 0.3 * i})", ratios="(1, 2)", clip=clip), [name]))
        anchors.append(f"{name}_anchors")
    nodes += [
        ("cls_all", "Concat", dict(num_args=2, dim=1), classes),
        ("cls_rows", "Reshape", dict(shape="(0, -1, 3)"), ["cls_all"]),
        ("cls_pred", "transpose", dict(axes="(0, 2, 1)"), ["cls_rows"]),
        ("cls_prob", "SoftmaxActivation", dict(mode="channel"), ["cls_pred"]),
        ("loc_pred", "Concat", dict(num_args=2, dim=1), boxes),
        ("anchors", "Concat", dict(num_args=2, dim=1), anchors),
        ("detection", "_contrib_MultiBoxDetection", dict(threshold=threshold, **attrs), ["cls_prob", "loc_pred", "anchors"]),
    ]
    return net_case(HEADS, title, nodes, operands, "accumulating", k=72)


def yolo(title, **attrs):
    """Three anchors, two classes: scores, boxes, and box_nms as GluonCV writes it."""
    nodes = [
        ("rows", "transpose", dict(axes="(0, 2, 1)"), ["head"]),
        ("split", "Reshape", dict(shape="(0, -1, 3, 7)"), ["rows"]),
        ("centre", "slice_axis", dict(axis=-1, begin=0, end=2), ["split"]),
        ("scale", "slice_axis", dict(axis=-1, begin=2, end=4), ["split"]),
        ("object", "slice_axis", dict(axis=-1, begin=4, end=5), ["split"]),
        ("class", "slice_axis", dict(axis=-1, begin=5, end=None), ["split"]),
        ("centre_on", "sigmoid", {}, ["centre"]),
        ("centre_at", "broadcast_add", {}, ["centre_on", "offsets"]),
        ("centre_px", "_mul_scalar", dict(scalar=8), ["centre_at"]),
        ("scale_exp", "exp", {}, ["scale"]),
        ("scale_px", "broadcast_mul", {}, ["scale_exp", "anchors"]),
        ("object_on", "sigmoid", {}, ["object"]),
        ("class_on", "sigmoid", {}, ["class"]),
        ("score", "broadcast_mul", {}, ["class_on", "object_on"]),
        ("half", "_mul_scalar", dict(scalar=0.5), ["scale_px"]),
        ("low", "elemwise_sub", {}, ["centre_px", "half"]),
        ("high", "elemwise_add", {}, ["centre_px", "half"]),
        ("box", "Concat", dict(num_args=2, dim=-1), ["low", "high"]),
        ("box_twice", "tile", dict(reps="(2, 1, 1, 1, 1)"), ["box"]),
        ("score_rows", "transpose", dict(axes="(3, 0, 1, 2)"), ["score"]),
        ("score_last", "expand_dims", dict(axis=-1), ["score_rows"]),
        ("ids_zero", "zeros_like", {}, ["score_last"]),
        ("ids", "broadcast_add", {}, ["ids_zero", "classes"]),
        ("detections", "Concat", dict(num_args=3, dim=-1), ["ids", "score_last", "box_twice"]),
        ("first", "transpose", dict(axes="(1, 0, 2, 3, 4)"), ["detections"]),
        ("flat", "Reshape", dict(shape="(0, -1, 6)"), ["first"]),
        ("nms", "_contrib_box_nms", dict(valid_thresh=0.2, topk=40, id_index=0, score_index=1, coord_start=2, **attrs), ["flat"]),
        ("result", "slice_axis", dict(axis=1, begin=0, end=12), ["nms"]),
    ]
    operands = [
        given("head", seeded([2, 21, 16], -2, 2)),
        stored("offsets", values([1, 16, 1, 2], [v for i in range(16) for v in (i % 4, i // 4)])),
        stored("anchors", values([1, 1, 3, 2], [6, 8, 12, 10, 16, 20])),
        stored("classes", values([2, 1, 1, 1, 1], [0, 1])),
    ]
    # Neither params' shapes nor data give these: they are stored with the variables.
    variables = {"offsets": {"__shape__": "(1, 16, 1, 2)"}, "anchors": {"__shape__": "(1, 1, 3, 2)"}, "classes": {"__shape__": "(2, 1, 1, 1, 1)"}}
    return net_case(HEADS, title, nodes, operands, "accumulating", k=8, variables=variables)


def rpn(title, op, batch, **attrs):
    """Region proposals, and the regions' features."""
    nodes = [
        ("rpn", "Convolution", dict(kernel="(3, 3)", pad="(1, 1)", num_filter=12), ["features", "rpn_weight", "rpn_bias"]),
        ("rpn_relu", "Activation", dict(act_type="relu"), ["rpn"]),
        ("rpn_cls", "Convolution", dict(kernel="(1, 1)", num_filter=12), ["rpn_relu", "rpn_cls_weight", "rpn_cls_bias"]),
        ("rpn_box", "Convolution", dict(kernel="(1, 1)", num_filter=24), ["rpn_relu", "rpn_box_weight", "rpn_box_bias"]),
        ("rpn_pairs", "Reshape", dict(shape="(0, 2, -1, 0)"), ["rpn_cls"]),
        ("rpn_prob", "SoftmaxActivation", dict(mode="channel"), ["rpn_pairs"]),
        ("rpn_back", "Reshape", dict(shape="(0, 12, -1, 0)"), ["rpn_prob"]),
        ("rois", op, dict(scales="(1, 2)", ratios="(0.5, 1, 2)", rpn_min_size=4, rpn_pre_nms_top_n=40, rpn_post_nms_top_n=8, threshold=0.6, feature_stride=16, **attrs), ["rpn_back", "rpn_box", "im_info"]),
    ]
    operands = [
        given("features", seeded([batch, 6, 4, 5], -1, 1)),
        given("im_info", values([batch, 3], [64.5, 80.5, 1] * batch)),
        stored("rpn_weight", seeded([12, 6, 3, 3], -0.3, 0.3)),
        stored("rpn_bias", seeded([12], -0.1, 0.1)),
        stored("rpn_cls_weight", seeded([12, 12, 1, 1], -1, 1)),
        stored("rpn_cls_bias", seeded([12], -0.1, 0.1)),
        stored("rpn_box_weight", seeded([24, 12, 1, 1], -0.2, 0.2)),
        stored("rpn_box_bias", seeded([24], -0.1, 0.1)),
    ]
    return net_case(HEADS, title, nodes, operands, "accumulating", k=100)


def heads():
    yield ssd("SSD", False, 0.2)
    yield ssd("SSD, the best of all classes", True, 0.35, nms_topk=10, nms_threshold=0.45, force_suppress=True)
    yield yolo("YOLO", overlap_thresh=0.45)
    yield yolo("YOLO, across classes", overlap_thresh=0.3, force_suppress=True)
    yield rpn("RPN", "_contrib_Proposal", 1)
    yield rpn("RPN of two images", "_contrib_MultiProposal", 2)


def cases():
    for part in (sorting, suppression, box_codings, multibox, targets, proposals, text_losses, heads):
        yield from part()
