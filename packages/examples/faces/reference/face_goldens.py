"""Makes ../goldens/*.json: what MXNet 1.9.1 answers where the detectors of ../src ask libpredict.

    python face_goldens.py --library .../libmxnet.so --models ../../../../../shared/models

Both cascades are written here a second time, with NumPy in float64, mx.image.imresize for the pixels and
MXNet for the networks; nothing comes from libpredict. The photograph, mtcnn/test.jpg below --models, is
decoded by sharp, as the tests do; the goldens carry the hash of its pixels. Prints how close the
decisions were: a difference of a rounding error must not change them.
"""

import argparse
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import mxnet
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
CONFORMANCE = HERE.parents[2] / "conformance" / "reference"
sys.path.insert(0, str(CONFORMANCE))

from case_tensors import Number  # noqa: E402
from case_writer import compact  # noqa: E402
from whole_network import REFERENCE_ENVIRONMENT, NetworkRunner  # noqa: E402

MIN_SIZE = 40
AREA = 3  # interp of mx.image.imresize
MARGINS = {}


def margin(what, values, limit):
    """Notes how near to its limit a decision was."""
    if len(values):
        MARGINS[what] = min(MARGINS.get(what, 1.0), float(np.abs(np.asarray(values, np.float64) - limit).min()))


def resize(pixels, width, height):
    image = mxnet.nd.array(np.ascontiguousarray(pixels), dtype="uint8")
    return mxnet.image.imresize(image, width, height, AREA).asnumpy()


def pyramid(photograph, face_side, factor):
    """The photograph in smaller and smaller sizes, each made of the smallest before that is 1.9 times as large, if any."""
    height, width, _ = photograph.shape
    scale, sources = face_side / MIN_SIZE, []
    while min(width, height) * scale >= face_side:
        w, h = math.ceil(width * scale), math.ceil(height * scale)
        large = [s for s in sources if s.shape[1] >= 1.9 * w and s.shape[0] >= 1.9 * h]
        level = resize(large[-1] if large else photograph, w, h)
        if w <= width:
            sources.append(level)
        yield level
        scale *= factor


def suppress(boxes, scores, limit, smaller=False):
    """Indices of the boxes that stay, the surest first. Boxes are left, top, right, bottom."""
    order = list(np.argsort(-scores, kind="stable"))
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = []
    for index in order:
        if kept:
            low = np.maximum(boxes[kept, :2], boxes[index, :2])
            high = np.minimum(boxes[kept, 2:], boxes[index, 2:])
            common = np.prod(np.maximum(0, high - low), axis=1)
            whole = np.minimum(area[kept], area[index]) if smaller else area[kept] + area[index] - common
            if boxes.dtype != int:  # of whole numbers, an overlap may be exactly at the limit
                margin(f"overlap {limit}", common / whole, limit)
            if (common / whole > limit).any():
                continue
        kept.append(index)
    return np.array(kept, int)


def move_edges(boxes, shares):
    sides = boxes[:, 2:] - boxes[:, :2]
    return boxes + shares * np.hstack([sides, sides])


def squares(boxes):
    side = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True)
    corner = np.floor((boxes[:, :2] + boxes[:, 2:] - side) / 2 + 0.5)
    return np.hstack([corner, corner + np.maximum(1, np.floor(side + 0.5))])


def cut(pixels, box):
    """The pixels of a box of whole numbers; black beyond the photograph."""
    left, top, right, bottom = box.astype(int)
    height, width, _ = pixels.shape
    region = np.zeros((bottom - top, right - left, 3), np.uint8)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if x0 < x1 and y0 < y1:
        region[y0 - top : y1 - top, x0 - left : x1 - left] = pixels[y0:y1, x0:x1]
    return region


def summary(array, samples=150):
    """Shape, largest magnitude, mean, and about so many values at evenly spaced places; all without `samples`."""
    flat = array.reshape(-1)
    step = max(1, flat.size // samples) if samples else 1
    return {
        "shape": list(array.shape),
        "top": Number(np.float32(np.abs(flat).max())),
        "mean": Number(np.float32(flat.astype(np.float64).mean())),
        "step": step,
        "values": [Number(v) for v in flat[::step]],
    }


def numbers(row, digits=4):
    return [round(float(v), digits) for v in row]


class Networks:
    def __init__(self, library, folder):
        self.runner = NetworkRunner(library, REFERENCE_ENVIRONMENT)
        self.folder = folder

    def run(self, name, epoch, data):
        symbol = (self.folder / f"{name}-symbol.json").read_text()
        params = (self.folder / f"{name}-{epoch:04d}.params").read_bytes()
        return self.runner.run(symbol, params, {"data": data})


def mtcnn(networks, rgb):
    bgr = rgb[..., ::-1]
    height, width, _ = rgb.shape

    def scaled(pixels):
        return ((pixels.astype(np.float32) - 127.5) / 128).transpose(2, 0, 1)

    def look_closer(name, boxes, side):
        data = np.stack([scaled(resize(cut(bgr, box), side, side)) for box in boxes])
        return networks.run(name, 1, data)

    runs, boxes, scores, edges = [], [], [], []
    for level in pyramid(bgr, 12, 0.709):
        level_height, level_width, _ = level.shape
        data = scaled(level)[None]
        outputs = networks.run("det1", 1, data)
        runs.append({"input": list(data.shape), "outputs": [summary(o) for o in outputs]})
        correction, probability = outputs[0][0], outputs[1][0, 1]
        margin("det1", probability, 0.6)
        y, x = np.nonzero(probability > 0.6)
        fields = np.stack([2 * x, 2 * y, 2 * x + 12, 2 * y + 12], axis=1)
        ratio = np.array([width / level_width, height / level_height] * 2)
        kept = suppress(fields, probability[y, x], 0.5)
        boxes.append(fields[kept] * ratio)
        scores.append(probability[y, x][kept])
        edges.append(correction[:, y, x].T.astype(np.float64)[kept])
    boxes, scores, edges = np.vstack(boxes), np.hstack(scores), np.vstack(edges)
    kept = suppress(boxes, scores, 0.7)
    boxes, scores = squares(move_edges(boxes[kept], edges[kept])), scores[kept]
    golden = {"det1": runs, "proposed": [numbers(b) + numbers([s], 7) for b, s in zip(boxes, scores)]}

    outputs = look_closer("det2", boxes, 24)
    golden["det2"] = [summary(o, None) for o in outputs]
    correction, probability = outputs[0].astype(np.float64), outputs[1][:, 1]
    margin("det2", probability, 0.7)
    passed = np.nonzero(probability > 0.7)[0]
    kept = passed[suppress(boxes[passed], probability[passed], 0.7)]
    boxes, scores = squares(move_edges(boxes[kept], correction[kept])), probability[kept]
    golden["refined"] = [numbers(b) + numbers([s], 7) for b, s in zip(boxes, scores)]

    outputs = look_closer("det3", boxes, 48)
    golden["det3"] = [summary(o, None) for o in outputs]
    landmarks, correction, probability = outputs[0].astype(np.float64), outputs[1].astype(np.float64), outputs[2][:, 1]
    margin("det3", probability, 0.8)
    passed = np.nonzero(probability > 0.8)[0]
    corner, side = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None, :]
    points = corner + side * np.stack([landmarks[:, :5], landmarks[:, 5:]], axis=2)
    boxes = move_edges(boxes, correction)
    kept = passed[suppress(boxes[passed], probability[passed], 0.7, smaller=True)]
    golden["faces"] = [
        {"box": numbers(boxes[i]), "score": Number(probability[i]), "landmarks": [numbers(p) for p in points[i]]} for i in kept
    ]
    return golden


def retinaface(networks, rgb):
    height, width, _ = rgb.shape
    runs, boxes, scores = [], [], []
    for level in pyramid(rgb, 45, 0.5):
        level_height, level_width, _ = level.shape
        data = level.astype(np.float32).transpose(2, 0, 1)[None]
        outputs = networks.run("16", 0, data)
        runs.append({"input": list(data.shape), "outputs": [summary(o) for o in outputs]})
        probability, correction = outputs[0][0], outputs[1][0].astype(np.float64)
        ratio = np.array([width / level_width, height / level_height] * 2)
        for anchor, side in enumerate((128, 64)):
            margin("retinaface", probability[2 + anchor], 0.5)
            y, x = np.nonzero(probability[2 + anchor] > 0.5)
            move = correction[4 * anchor : 4 * anchor + 4, y, x]
            centre = np.stack([(x + 0.5) * 16 + move[0] * side, (y + 0.5) * 16 + move[1] * side], axis=1)
            half = np.exp(move[2:].T) * side / 2
            boxes.append(np.hstack([centre - half, centre + half]) * ratio)
            scores.append(probability[2 + anchor, y, x])
    boxes, scores = np.vstack(boxes), np.hstack(scores)
    kept = suppress(boxes, scores, 0.4)
    return {"runs": runs, "faces": [{"box": numbers(boxes[i]), "score": Number(scores[i])} for i in kept]}


def write(name, head, golden):
    fields = []
    for key, value in {**head, **golden}.items():
        lines = ",\n".join("    " + compact(v) for v in value) if isinstance(value, list) else None
        fields.append(f"  {json.dumps(key)}: " + (f"[\n{lines}\n  ]" if lines else compact(value)))
    (HERE.parent / "goldens" / name).write_text("{\n" + ",\n".join(fields) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile() as raw:
        photograph = options.models / "mtcnn" / "test.jpg"
        command = ["node", str(CONFORMANCE / "decode-photograph.mjs"), str(photograph), raw.name]
        info = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        pixels = pathlib.Path(raw.name).read_bytes()
    rgb = np.frombuffer(pixels, np.uint8).reshape(info["height"], info["width"], 3)
    head = {"source": "reference native", **info, "sha256": hashlib.sha256(pixels).hexdigest(), "minSize": MIN_SIZE}
    for name, folder, detect in (("mtcnn-cascade", "mtcnn", mtcnn), ("retinaface", "retinaface-mobile", retinaface)):
        networks = Networks(options.library, options.models / folder)
        golden = detect(networks, rgb)
        networks.runner.stop()
        write(f"{name}.json", head, golden)
        print(name, {key: len(value) for key, value in golden.items()})
    print("nearest decisions:", {what: f"{nearest:.1e}" for what, nearest in MARGINS.items()})


main()
