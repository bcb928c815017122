"""Asks MXNet 1.9.1 how it resizes, crops, normalises and decodes images, and writes the goldens.

    python preprocess_goldens.py        # needs mxnet==1.9.1, numpy==1.23.5
    npx biome check --write ../image/goldens

Writes ../image/goldens/: resize.json, geometry.json, presets.json, decode.json, mean_16.nd. The
images are computed by pattern() here and in synthetic-image.ts; the encoded ones are made by
encode-images.mjs. Results are kept as SHA-256 of their bytes, little-endian, and a few samples.
"""

import hashlib
import json
import pathlib

import mxnet as mx
import numpy as np
from mxnet.gluon.data.vision import transforms

GOLDENS = pathlib.Path(__file__).parent.parent / "image" / "goldens"
SAMPLES = 12


def pattern(height, width, channels=3):
    """uint8 [height, width, channels]; the same numbers as syntheticImage in TypeScript."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels].astype(np.int64)
    return ((x * x * 7 + y * y * 13 + x * y * 31 + c * 57) % 251).astype(np.uint8)


def mean_image(channels, height, width):
    """float32 [channels, height, width]; quarters, so that every language has them exactly."""
    c, y, x = np.mgrid[0:channels, 0:height, 0:width]
    return (100 + ((c * 31 + y * 7 + x * 3) % 97) / 4).astype(np.float32)


def golden(array):
    array = np.ascontiguousarray(array)
    flat = array.ravel()
    at = [i * (flat.size - 1) // (SAMPLES - 1) for i in range(SAMPLES)]
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "sha256": hashlib.sha256(array.tobytes()).hexdigest(),
        "samples": [[i, float(flat[i])] for i in at],
    }


def nd(array):
    return mx.nd.array(array, dtype=array.dtype)


NAMES = ["nearest", "bilinear", "bicubic", "area", "lanczos"]

# [height, width, channels] -> [height, width]
RESIZES = [
    ([37, 53, 3], [19, 20]),
    ([37, 53, 3], [90, 100]),
    ([53, 37, 1], [61, 29]),
    ([48, 36, 4], [57, 13]),
    ([64, 62, 3], [32, 31]),
    ([66, 66, 3], [22, 33]),
    ([60, 45, 1], [30, 9]),
    ([184, 39, 3], [188, 172]),
    ([92, 163, 3], [188, 92]),
    ([9, 7, 3], [224, 224]),
    ([5, 1, 3], [2, 9]),
    ([1, 7, 4], [20, 3]),
    ([1, 1, 3], [4, 4]),
    ([1, 1025, 1], [1, 1024]),
    ([480, 641, 3], [256, 341]),
]


def resize_goldens():
    cases = []
    for (h, w, c), (nh, nw) in RESIZES:
        for interp, name in enumerate(NAMES):
            for dtype in ("uint8", "float32"):
                image = pattern(h, w, c)
                if dtype == "float32":
                    if h > 200:
                        continue
                    image = image.astype(np.float32) / np.float32(7) - np.float32(20)
                result = mx.image.imresize(nd(image), nw, nh, interp=interp).asnumpy()
                case = {"from": [h, w, c], "to": [nh, nw], "interpolation": name, "dtype": dtype}
                cases.append({**case, **golden(result.reshape(nh, nw, c))})
    for h, w in [(20, 20), (20, 60), (40, 20), (80, 20), (30, 80), (80, 80), (80, 60), (40, 90)]:
        result = mx.image.fixed_crop(nd(pattern(40, 60)), 0, 0, 60, 40, size=(w, h), interp=9)
        case = {"from": [40, 60, 3], "to": [h, w], "interpolation": "auto", "dtype": "uint8"}
        cases.append({**case, **golden(result.asnumpy())})
    return cases


def geometry_goldens():
    short = []
    for h, w in [(37, 53), (53, 37), (100, 101), (101, 100), (255, 257), (480, 640), (375, 500), (1, 7)]:
        for side in (20, 50, 256):
            shape = mx.image.resize_short(nd(pattern(h, w)), side, interp=0).shape
            assert transforms.Resize(side, keep_ratio=True, interpolation=0)(nd(pattern(h, w))).shape == shape
            short.append({"from": [h, w], "side": side, "to": list(shape[:2])})
    crop = []
    for h, w in [(37, 53), (38, 52), (10, 10), (224, 225), (225, 227), (300, 7)]:
        for nh, nw in [(20, 20), (20, 21), (23, 21), (20, 60), (60, 20), (60, 60), (37, 53), (40, 53), (299, 299)]:
            image = nd(pattern(h, w))
            result, (x, y, cw, ch) = mx.image.center_crop(image, (nw, nh), interp=1)
            assert (transforms.CenterCrop((nw, nh))(image).asnumpy() == result.asnumpy()).all()
            case = {"from": [h, w], "to": [nh, nw], "cut": {"x": x, "y": y, "width": cw, "height": ch}}
            crop.append({**case, **golden(result.asnumpy())})
    return {"shortSide": short, "centerCrop": crop}


def short_side(image, side, size):
    return mx.image.center_crop(mx.image.resize_short(image, side, interp=1), (size, size), interp=1)[0]


def square(image, size):
    side = min(image.shape[:2])
    return mx.image.imresize(mx.image.center_crop(image, (side, side))[0], size, size, interp=1)


def planes(image):
    return image.astype("float32").transpose((2, 0, 1))


def constants(values):
    return mx.nd.array(np.array(values, np.float32).reshape(-1, 1, 1))


def gluon(image, side, size):
    steps = [
        transforms.Resize(side, keep_ratio=True, interpolation=1),
        transforms.CenterCrop(size),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
    return transforms.Compose(steps)(image)


def gray(image, size):
    h, w = image.shape[:2]
    wide = w > h
    nh, nw = (int(h * size / w + 0.5), size) if wide else (size, int(w * size / h + 0.5))
    small = mx.image.imresize(image, nw, nh, interp=3)
    top, left = (size - nh) // 2, (size - nw) // 2
    padded = mx.image.copyMakeBorder(small, top, size - nh - top, left, size - nw - left, type=0, values=0)
    return transforms.ToTensor()(padded.reshape((size, size, 1)))


PRESETS = {
    "gluon": lambda i: gluon(i, 256, 224),
    "gluon-inception-v3": lambda i: gluon(i, 342, 299),
    "imagenet-2015": lambda i: planes(square(i, 224)) - 117,
    "imagenet-2015-mean-image": lambda i: planes(square(i, 224)) - mx.nd.array(mean_image(3, 224, 224)),
    "imagenet-rgb-mean": lambda i: planes(short_side(i, 256, 224)) - constants([123.68, 116.779, 103.939]),
    "inception-v3": lambda i: (planes(square(i, 299)) - 128) / 128,
    "caffe": lambda i: planes(short_side(mx.nd.flip(i, axis=2), 256, 224))
    - constants([103.939, 116.779, 123.68]),
    "raw": lambda i: planes(short_side(i, 256, 224)),
    "gray": lambda i: gray(i, 28),
}


def preset_goldens():
    cases = []
    for name, recipe in PRESETS.items():
        channels = 1 if name == "gray" else 3
        for h, w in [(375, 501), (501, 375), (150, 101), (224, 224), (299, 301), (600, 257)]:
            result = recipe(nd(pattern(h, w, channels)))
            cases.append({"preset": name, "from": [h, w, channels], **golden(result.asnumpy())})
    mean = mean_image(3, 16, 16)
    mx.nd.save(str(GOLDENS / "mean_16.nd"), {"mean_img": mx.nd.array(mean)})
    result = planes(square(nd(pattern(40, 31)), 16)) - mx.nd.array(mean)
    small = {"from": [40, 31, 3], "size": 16, **golden(result.asnumpy())}
    table = mx.nd.array(np.arange(256).reshape(16, 16, 1).repeat(3, 2), dtype="uint8")
    every = gluon(table, 16, 16).asnumpy().reshape(3, 256)
    return {"presets": cases, "meanImageFile": small, "gluonOfEveryByte": every.tolist()}


def decode_goldens():
    cases = []
    for file in sorted((GOLDENS.parent / "encoded").iterdir()):
        pixels = mx.image.imdecode(file.read_bytes()).asnumpy()
        cases.append({"file": file.name, "shape": list(pixels.shape), "rgb": pixels.ravel().tolist()})
    return cases


def write(name, value):
    lines = json.dumps(value, indent=None, separators=(",", ":"))
    (GOLDENS / name).write_text(lines.replace('},{"', '},\n{"') + "\n")


if __name__ == "__main__":
    GOLDENS.mkdir(parents=True, exist_ok=True)
    write("resize.json", resize_goldens())
    write("geometry.json", geometry_goldens())
    write("presets.json", preset_goldens())
    write("decode.json", decode_goldens())
