"""Generators of random cases of the detection operators for random_differential.py.

What the reference leaves open is avoided: equal elements (its sorts are not stable), NaN, indices that
do not fit their type.
"""

import numpy as np

from case_builders import given, op_case
from case_tensors import seeded, to_array, values

FILE = "random/detection"


def seed(rng):
    return int(rng.integers(1 << 30))


def build(rng, op, title, attrs, operands, tolerance, **more):
    return op_case(FILE, op, f"{title} {seed(rng)}", attrs, operands, tolerance, **more)


def distinct(rng, shape, dtype):
    """Elements of which no two are equal."""
    lo, hi = {"uint8": (0, 256), "int8": (-128, 128), "float16": (-9, 9)}.get(dtype, (-1e6, 1e6))
    while True:
        tensor = seeded(shape, lo, hi, dtype, seed=seed(rng))
        flat = to_array(tensor).reshape(-1)
        if len(np.unique(flat)) == len(flat):
            return tensor


def some(rng, options):
    return options[int(rng.integers(len(options)))]


def sorted_data(rng, dtypes):
    dtype = some(rng, dtypes)
    most = 3 if dtype in ("uint8", "int8", "float16") else 7
    shape = [int(rng.integers(1, most)) for _ in range(int(rng.integers(1, 4)))]
    if rng.random() < 0.2 and dtype in ("float32", "float64", "int32", "int64"):
        shape = [int(rng.integers(100, 400))]
    axis = None if rng.random() < 0.2 else int(rng.integers(-len(shape), len(shape)))
    return distinct(rng, shape, dtype), shape, axis, dtype


def sort_attrs(rng, op, axis):
    attrs = {}
    if axis is None or rng.random() < 0.8:
        attrs["axis"] = axis
    if rng.random() < 0.7:
        attrs["is_ascend"] = bool(rng.integers(2))
    if op != "sort" and rng.random() < 0.6:
        attrs["dtype"] = some(rng, ["float32", "float64", "float16", "int32", "int64", "uint8"])
    return attrs


def topk(rng):
    dtypes = ["float32", "float32", "float64", "float16", "int32", "int64", "int8", "uint8"]
    data, shape, axis, dtype = sorted_data(rng, dtypes)
    attrs = sort_attrs(rng, "topk", axis)
    at = attrs.get("axis", -1)
    n = int(np.prod(shape)) if at is None else shape[at]
    if rng.random() < 0.9:
        attrs["k"] = int(rng.integers(0, n + 1))
    if rng.random() < 0.9:
        attrs["ret_typ"] = some(rng, ["both", "indices", "mask", "value"])
    count = 2 if attrs.get("ret_typ") == "both" else 1
    return build(rng, "topk", dtype, attrs, [given("data", data)], "exact", count=count)


def sort(rng):
    data, _, axis, dtype = sorted_data(rng, ["float32", "float64", "int32", "int64", "int8", "uint8"])
    return build(rng, "sort", dtype, sort_attrs(rng, "sort", axis), [given("data", data)], "exact")


def argsort(rng):
    data, _, axis, dtype = sorted_data(rng, ["float32", "float64", "int32", "int64", "int8", "uint8"])
    return build(rng, "argsort", dtype, sort_attrs(rng, "argsort", axis), [given("data", data)], "exact")


def boxes(rng, lead, dtype, center=False, ids=0):
    """Rows of [id,] score and four coordinates; scores differ."""
    n = int(np.prod(lead))
    first = rng.integers(-1, ids, n) if ids else None
    scores = rng.permutation(n) / n * 1.5 - 0.3
    corner = rng.uniform(-1, 8, (n, 2))
    size = rng.uniform(-0.2 if rng.random() < 0.2 else 0.2, 5, (n, 2))
    rest = np.concatenate([corner, size if center else corner + size], 1)
    columns = ([first[:, None]] if ids else []) + [scores[:, None], rest]
    data = np.concatenate(columns, 1).astype(dtype)
    return values([*lead, data.shape[1]], data.astype("float64"), dtype)


def box_nms(rng):
    dtype = some(rng, ["float32", "float32", "float64"])
    lead = some(rng, [[int(rng.integers(1, 30))], [2, int(rng.integers(1, 20))], [2, 1, 3]])
    ids = int(rng.integers(0, 4))
    center = rng.random() < 0.4
    attrs = {"coord_start": 2, "score_index": 1, "id_index": 0} if ids else {"coord_start": 1, "score_index": 0}
    if rng.random() < 0.8:
        attrs["overlap_thresh"] = float(np.round(rng.uniform(0.05, 0.8), 3))
    if rng.random() < 0.5:
        attrs["valid_thresh"] = float(np.round(rng.uniform(-0.3, 0.5), 3))
    if rng.random() < 0.5:
        attrs["topk"] = int(rng.integers(-1, 12))
    if rng.random() < 0.3:
        attrs["background_id"] = int(rng.integers(0, 3))
    if rng.random() < 0.4:
        attrs["force_suppress"] = bool(rng.integers(2))
    if center:
        attrs["in_format"] = "center"
    if rng.random() < 0.4:
        attrs["out_format"] = some(rng, ["center", "corner"])
    data = boxes(rng, lead, dtype, center, ids)
    return build(rng, "_contrib_box_nms", dtype, attrs, [given("data", data)], "rounding")


def four(rng, lead, dtype, lo=0.0, hi=4.0):
    return seeded([*lead, 4], lo, hi, dtype, seed=seed(rng))


def box_iou(rng):
    dtype = some(rng, ["float32", "float64", "float16"])
    lead = [[int(rng.integers(1, 5)) for _ in range(int(rng.integers(1, 3)))] for _ in range(2)]
    attrs = {"format": some(rng, ["corner", "center"])} if rng.random() < 0.8 else {}
    # Differences of rounded coordinates lose digits.
    sides = [given("lhs", four(rng, lead[0], dtype)), given("rhs", four(rng, lead[1], dtype))]
    if dtype == "float16":  # the reference rounds every step there: only what is exact agrees
        sides = [given(name, values([*part, 4], rng.integers(0, 9, [*part, 4]), dtype)) for name, part in zip(("lhs", "rhs"), lead)]
    tolerance = "float16" if dtype == "float16" else "transcendental"
    return build(rng, "_contrib_box_iou", dtype, attrs, sides, tolerance)


def box_decode(rng):
    dtype = some(rng, ["float32", "float64"])
    batch, n = int(rng.integers(1, 4)), int(rng.integers(1, 6))
    attrs = {f"std{k}": float(np.round(rng.uniform(0.05, 1), 3)) for k in range(4) if rng.random() < 0.6}
    if rng.random() < 0.5:
        attrs["clip"] = float(np.round(rng.uniform(-1, 2), 3))
    if rng.random() < 0.7:
        attrs["format"] = some(rng, ["corner", "center"])
    operands = [given("data", four(rng, [batch, n], dtype, -2.0, 2.0)), given("anchors", four(rng, [1, n], dtype))]
    return build(rng, "_contrib_box_decode", dtype, attrs, operands, "accumulating", k=4)


def box_encode(rng):
    dtype = some(rng, ["float32", "float64"])
    batch, n, m = (int(rng.integers(1, 5)) for _ in range(3))

    def corner(count):
        low = rng.uniform(0, 1, (batch, count, 2))
        data = np.concatenate([low, low + rng.uniform(0.1, 1, low.shape)], 2).astype(dtype)
        return values([batch, count, 4], data.astype("float64"), dtype)

    operands = [
        given("samples", seeded([batch, n], -1, 2, dtype, seed=seed(rng))),
        given("matches", values([batch, n], rng.integers(0, m, (batch, n)), dtype)),
        given("anchors", corner(n)),
        given("refs", corner(m)),
        given("means", seeded([4], -0.5, 0.5, dtype, seed=seed(rng))),
        given("stds", seeded([4], 0.1, 1, dtype, seed=seed(rng))),
    ]
    return build(rng, "_contrib_box_encode", dtype, {}, operands, "accumulating", k=4, count=2)


def bipartite_matching(rng):
    dtype = some(rng, ["float32", "float64"])
    shape = [int(rng.integers(1, 6)) for _ in range(int(rng.integers(2, 4)))]
    attrs = {"threshold": float(np.round(rng.uniform(0, 1), 3))}
    if rng.random() < 0.6:
        attrs["is_ascend"] = bool(rng.integers(2))
    if rng.random() < 0.6:
        attrs["topk"] = int(rng.integers(-1, 5))
    data = seeded(shape, 0, 1, dtype, seed=seed(rng))
    return build(rng, "_contrib_bipartite_matching", dtype, attrs, [given("data", data)], "exact", count=2)


def floats(rng, count, lo, hi):
    return "(" + ", ".join(str(float(np.round(rng.uniform(lo, hi), 3))) for _ in range(count)) + ",)"


def multibox_prior(rng):
    attrs = {}
    if rng.random() < 0.8:
        attrs["sizes"] = floats(rng, int(rng.integers(1, 4)), 0.05, 1.2)
    if rng.random() < 0.8:
        attrs["ratios"] = floats(rng, int(rng.integers(1, 4)), 0.3, 3)
    if rng.random() < 0.5:
        attrs["clip"] = bool(rng.integers(2))
    if rng.random() < 0.5:
        attrs["steps"] = floats(rng, 2, 0.05, 0.6)
    if rng.random() < 0.5:
        attrs["offsets"] = floats(rng, 2, 0, 1)
    shape = [int(rng.integers(1, 4)) for _ in range(2)] + [int(rng.integers(1, 6)) for _ in range(2)]
    data = seeded(shape, seed=seed(rng))
    return build(rng, "_contrib_MultiBoxPrior", "", attrs, [given("data", data)], "rounding")


def multibox_detection(rng):
    batch, classes, anchors = int(rng.integers(1, 3)), int(rng.integers(1, 5)), int(rng.integers(1, 25))
    scores = (rng.permutation(batch * classes * anchors) + 1) / (batch * classes * anchors + 1)
    low = rng.uniform(0, 0.7, (anchors, 2))
    corners = np.concatenate([low, low + rng.uniform(0.05, 0.5, low.shape)], 1)
    attrs = {}
    if rng.random() < 0.5:
        attrs["clip"] = bool(rng.integers(2))
    if rng.random() < 0.6:
        attrs["threshold"] = float(np.round(rng.uniform(0, 0.9), 4))
    if rng.random() < 0.7:
        attrs["nms_threshold"] = float(np.round(rng.uniform(-0.1, 1.1), 4))
    if rng.random() < 0.5:
        attrs["force_suppress"] = bool(rng.integers(2))
    if rng.random() < 0.3:
        attrs["variances"] = floats(rng, 4, 0.05, 0.5)
    if rng.random() < 0.5:
        attrs["nms_topk"] = int(rng.integers(-1, 10))
    if rng.random() < 0.2:
        attrs["background_id"] = int(rng.integers(0, 2))
    operands = [
        given("cls_prob", values([batch, classes, anchors], scores.astype("float32").astype("float64"))),
        given("loc_pred", seeded([batch, 4 * anchors], -1.5, 1.5, seed=seed(rng))),
        given("anchor", values([1, anchors, 4], corners.astype("float32").astype("float64"))),
    ]
    return build(rng, "_contrib_MultiBoxDetection", "", attrs, operands, "transcendental")


def proposal(rng, op="_contrib_Proposal", batch=1):
    height, width = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    scales, ratios = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    stride = int(some(rng, [8, 16, 32]))
    anchors = scales * ratios
    count = batch * 2 * anchors * height * width
    attrs = {
        "scales": floats(rng, scales, 0.4, 4),
        "ratios": floats(rng, ratios, 0.4, 2.5),
        "feature_stride": stride,
        "rpn_post_nms_top_n": int(rng.integers(1, 12)),
        "rpn_min_size": int(rng.integers(0, 20)),
    }
    if rng.random() < 0.7:
        attrs["rpn_pre_nms_top_n"] = int(rng.integers(-1, 40))
    if rng.random() < 0.7:
        attrs["threshold"] = float(np.round(rng.uniform(0.05, 0.95), 4))
    if rng.random() < 0.3:
        attrs["iou_loss"] = True
    if rng.random() < 0.6:
        attrs["output_score"] = bool(rng.integers(2))
    scores = ((rng.permutation(count) + 1) / (count + 1)).astype("float32")
    # A little more than whole cells, so that no rounding decides how many there are.
    info = [[height * stride - int(rng.integers(1, stride // 2)), width * stride - 2.5, 1.5] for _ in range(batch)]
    if rng.random() < 0.5:
        info = [[height * stride + 0.5, width * stride + 0.25, 0.75]] * batch
    operands = [
        given("cls_prob", values([batch, 2 * anchors, height, width], scores.astype("float64"))),
        given("bbox_pred", seeded([batch, 4 * anchors, height, width], -0.7, 0.7, seed=seed(rng))),
        given("im_info", values([batch, 3], np.array(info))),
    ]
    outputs = 2 if attrs.get("output_score") else 1
    return build(rng, op, "", attrs, operands, "accumulating", k=8, count=outputs)


def multi_proposal(rng):
    return proposal(rng, "_contrib_MultiProposal", int(rng.integers(1, 4)))


def ctc_loss(rng):
    steps, rows, classes = int(rng.integers(1, 8)), int(rng.integers(1, 4)), int(rng.integers(2, 6))
    length = int(rng.integers(1, steps + 1))
    last, data_lengths, label_lengths = (bool(rng.integers(2)) for _ in range(3))
    attrs = {"blank_label": "last"} if last else {}
    lo = -1 if last and not label_lengths else 0 if last or not label_lengths else 1
    hi = classes - 1 if last else classes
    label = rng.integers(lo, hi, (rows, length))
    label[0, 0] = int(rng.integers(0 if last else 1, hi))  # where no row has a label the reference reads memory that nothing wrote
    operands = [
        given("data", seeded([steps, rows, classes], -3, 3, seed=seed(rng))),
        given("label", values([rows, length], label)),
    ]
    if data_lengths:
        attrs["use_data_lengths"] = True
        operands.append(given("data_lengths", values([rows], rng.integers(1, steps + 1, rows))))
    if label_lengths:
        attrs["use_label_lengths"] = True
        operands.append(given("label_lengths", values([rows], [max(1, int(n)) if i == 0 else int(n) for i, n in enumerate(rng.integers(0, length + 1, rows))])))
    return build(rng, "CTCLoss", "", attrs, operands, "accumulating", k=16)


def multibox_target(rng):
    batch, anchors, rows, classes = int(rng.integers(1, 3)), int(rng.integers(1, 20)), int(rng.integers(1, 5)), int(rng.integers(1, 4))

    def corners(count):
        low = rng.uniform(0, 0.6, (count, 2))
        return np.concatenate([low, low + rng.uniform(0.1, 0.4, low.shape)], 1)

    label = np.full((batch, rows, 5), -1.0)
    for n in range(batch):
        count = int(rng.integers(0, rows + 1))
        label[n, :count] = np.concatenate([rng.integers(0, 3, (count, 1)), corners(count)], 1)
    attrs = {}
    if rng.random() < 0.6:
        attrs["overlap_threshold"] = float(np.round(rng.uniform(-0.2, 0.8), 3))
    if rng.random() < 0.5:  # thresholds of 1 and more take every anchor: where there are too few the reference fails
        attrs["negative_mining_ratio"] = float(np.round(rng.uniform(0.1, 4), 2))
        attrs["negative_mining_thresh"] = 1.5
    if rng.random() < 0.4:
        attrs["ignore_label"] = int(rng.integers(-3, 3))
    if rng.random() < 0.3:
        attrs["variances"] = floats(rng, 4, 0.1, 1)
    if rng.random() < 0.2:
        attrs["minimum_negative_samples"] = int(rng.integers(0, 4))
    operands = [
        given("anchor", values([1, anchors, 4], corners(anchors).astype("float32").astype("float64"))),
        given("label", values([batch, rows, 5], label.astype("float32").astype("float64"))),
        given("cls_pred", seeded([batch, classes, anchors], -2, 2, seed=seed(rng))),
    ]
    if classes == 1:
        attrs.pop("negative_mining_ratio", None)
    return build(rng, "_contrib_MultiBoxTarget", "", attrs, operands, "accumulating", k=8, count=3)


GENERATORS = {
    "topk": topk,
    "sort": sort,
    "argsort": argsort,
    "_contrib_box_nms": box_nms,
    "_contrib_box_iou": box_iou,
    "_contrib_box_decode": box_decode,
    "_contrib_box_encode": box_encode,
    "_contrib_bipartite_matching": bipartite_matching,
    "_contrib_MultiBoxPrior": multibox_prior,
    "_contrib_MultiBoxDetection": multibox_detection,
    "_contrib_Proposal": proposal,
    "_contrib_MultiProposal": multi_proposal,
    "CTCLoss": ctc_loss,
    "_contrib_MultiBoxTarget": multibox_target,
}
