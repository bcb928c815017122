#!/usr/bin/env python3
"""Makes everything in this folder: the held-out set, the digit network, its golden answers.

    python train_digits.py split   writes digits-heldout.bin and digits-heldout.sha256
    python train_digits.py train   trains without those images (under a minute), exports, measures
    python train_digits.py check   measures the committed files again; writes nothing

Needs mxnet==1.9.1, numpy==1.23.5 and scikit-learn (its package carries the images; nothing is
downloaded). `split` is run and committed first; `train` and `check` stop if the held-out file is not
byte for byte the one that the split rule gives.
"""

import argparse
import hashlib
import json
import sys
import time
from pathlib import Path

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn
from sklearn.datasets import load_digits

HERE = Path(__file__).resolve().parent
HELDOUT, HELDOUT_HASH = HERE / "digits-heldout.bin", HERE / "digits-heldout.sha256"
SYMBOL, PARAMS = HERE / "digits-symbol.json", HERE / "digits-0000.params"
METADATA, GOLDEN = HERE / "digits.json", HERE / "digits-golden.json"

# SHA-256 of all 1,797 x 64 pixels (uint8) followed by the 1,797 labels (uint8), in scikit-learn's order.
SOURCE_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
HELDOUT_PER_CLASS = 36
SPLIT_RULE = (
    "of each class, the 36 images whose SHA-256 of 'libpredict digits <index>' (ASCII, index in "
    "scikit-learn's order) is smallest; stored in order of index"
)
SEED, EPOCHS, BATCH, LEARNING_RATE = 20, 40, 64, 1e-3
GOLDEN_PER_CLASS = 2
ACCURACY_REQUIRED = 0.98
LOGITS = "dense2_fwd"  # the node before the softmax


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def load_source():
    """All images [1797, 64] uint8 in 0..16 and labels [1797] uint8."""
    digits = load_digits()
    pixels, labels = digits.data.astype(np.uint8), digits.target.astype(np.uint8)
    found = sha256(pixels.tobytes() + labels.tobytes())
    if found != SOURCE_SHA256:
        sys.exit(f"scikit-learn's digits have changed: SHA-256 {found}, expected {SOURCE_SHA256}")
    return pixels, labels


def heldout_indices(labels):
    def rank(index):
        return sha256(b"libpredict digits %d" % index)

    chosen = [sorted(np.flatnonzero(labels == c), key=rank)[:HELDOUT_PER_CLASS] for c in range(10)]
    return np.sort(np.concatenate(chosen))


def heldout_bytes(pixels, labels):
    chosen = heldout_indices(labels)
    return pixels[chosen].tobytes() + labels[chosen].tobytes()


def split():
    data = heldout_bytes(*load_source())
    HELDOUT.write_bytes(data)
    HELDOUT_HASH.write_text(f"{sha256(data)}  {HELDOUT.name}\n")
    print(f"{HELDOUT.name}: {len(data) // 65} images, {len(data)} bytes, SHA-256 {sha256(data)}")


def load_split():
    """(training pixels, labels), (held-out pixels, labels); the latter must be the committed ones."""
    pixels, labels = load_source()
    data = heldout_bytes(pixels, labels)
    if not HELDOUT.exists() or HELDOUT.read_bytes() != data:
        sys.exit(f"{HELDOUT.name} is absent or not what the split rule gives: run 'split' first")
    if HELDOUT_HASH.read_text().split()[0] != sha256(data):
        sys.exit(f"{HELDOUT_HASH.name} does not hold the SHA-256 of {HELDOUT.name}")
    chosen = heldout_indices(labels)
    rest = np.setdiff1d(np.arange(len(labels)), chosen)
    return (pixels[rest], labels[rest]), (pixels[chosen], labels[chosen])


def as_input(pixels):
    """uint8 pixels 0..16 -> the network's input: float32 [N, 1, 8, 8] in 0..1."""
    return (pixels.astype(np.float32) / 16).reshape(-1, 1, 8, 8)


def augment(images, random):
    """Each image shifted, turned, scaled, sheared a little, and with a lighter or heavier stroke."""
    count = len(images)
    angle = random.uniform(-0.22, 0.22, count)
    shear = random.uniform(-0.2, 0.2, count)
    zoom_x, zoom_y = random.uniform(0.85, 1.15, (2, count))
    shift_x, shift_y = random.uniform(-0.8, 0.8, (2, count))
    y, x = np.mgrid[0:8, 0:8] - 3.5
    cos, sin = np.cos(angle), np.sin(angle)

    def along(first, second, shift):
        position = first[:, None, None] * x + second[:, None, None] * y + shift[:, None, None] + 3.5
        return np.clip(position, -1, 8)

    source_x = along(zoom_x * cos, zoom_x * (shear * cos - sin), shift_x)
    source_y = along(zoom_y * sin, zoom_y * (shear * sin + cos), shift_y)
    x0, y0 = np.floor(source_x).astype(int), np.floor(source_y).astype(int)
    right, down = source_x - x0, source_y - y0
    # Two pixels of background on every side, so that a clipped position always has four neighbours.
    padded = np.pad(images[:, 0], ((0, 0), (2, 2), (2, 2)))
    item = np.arange(count)[:, None, None]

    def pixel(dy, dx):
        return padded[item, y0 + 2 + dy, x0 + 2 + dx]

    warped = (pixel(0, 0) * (1 - right) + pixel(0, 1) * right) * (1 - down)
    warped += (pixel(1, 0) * (1 - right) + pixel(1, 1) * right) * down
    weight = random.uniform(0.8, 1.3, (count, 1, 1))
    return np.clip(warped * weight, 0, 1).astype(np.float32)[:, None]


def build_network():
    """Logits [N, 10] from images [N, 1, 8, 8]; up-sampling to 16 x 16 is part of the network."""

    def upsample(F, x):
        return F.UpSampling(x, scale=2, sample_type="nearest", name="upsample")

    net = nn.HybridSequential(prefix="")
    with net.name_scope():
        net.add(nn.HybridLambda(upsample, prefix=""))
        for stage, channels in enumerate((16, 32), start=1):
            for step in "ab":
                name = f"{stage}{step}"
                net.add(nn.Conv2D(channels, 3, padding=1, use_bias=False, prefix=f"conv{name}_"))
                net.add(nn.BatchNorm(prefix=f"bn{name}_"))
                net.add(nn.Activation("relu", prefix=f"relu{name}_"))
            net.add(nn.MaxPool2D(2, prefix=f"pool{stage}_"))
        net.add(nn.Flatten(prefix="flatten_"))
        net.add(nn.Dropout(0.3, prefix="dropout_"))
        net.add(nn.Dense(64, activation="relu", prefix="dense1_"))
        net.add(nn.Dense(10, prefix="dense2_"))
    return net


def fit(images, labels):
    random = np.random.RandomState(SEED)
    mx.random.seed(SEED)
    net = build_network()
    net.initialize(mx.init.Xavier(magnitude=2))
    net.hybridize()
    steps = EPOCHS * (len(images) // BATCH)
    schedule = mx.lr_scheduler.CosineScheduler(steps, LEARNING_RATE, final_lr=2e-5, warmup_steps=steps // 20)
    options = {"learning_rate": LEARNING_RATE, "lr_scheduler": schedule, "wd": 1e-4}
    trainer = gluon.Trainer(net.collect_params(), "adam", options)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for epoch in range(EPOCHS):
        order, total = random.permutation(len(images)), 0.0
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            batch = mx.nd.array(augment(images[chosen], random))
            with autograd.record():
                loss = loss_of(net(batch), mx.nd.array(labels[chosen]))
            loss.backward()
            trainer.step(BATCH)
            total += float(loss.mean().asscalar())
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1:2d}: training loss {total / (len(images) // BATCH):.4f}", flush=True)
    return net


def export(net):
    """Symbol and parameters as Module checkpoints have them: `arg:` weights, `aux:` running statistics."""
    symbol = mx.sym.softmax(net(mx.sym.var("data")), name="softmax")
    values = {name: parameter.data() for name, parameter in net.collect_params().items()}
    saved = {f"arg:{name}": values[name] for name in symbol.list_arguments() if name != "data"}
    saved.update({f"aux:{name}": values[name] for name in symbol.list_auxiliary_states()})
    SYMBOL.write_text(symbol.tojson() + "\n")
    mx.nd.save(str(PARAMS), saved)


def reference_answers(images):
    """What the reference says about `images`, from the exported files: logits, probabilities; float32 [N, 10]."""
    symbol, arguments, auxiliary = mx.model.load_checkpoint(str(HERE / "digits"), 0)
    both = mx.sym.Group([symbol.get_internals()[f"{LOGITS}_output"], symbol])
    bound = both.bind(mx.cpu(), {**arguments, "data": mx.nd.array(images)}, aux_states=auxiliary, grad_req="null")
    return [output.asnumpy() for output in bound.forward(is_train=False)]


def count_correct(pixels, labels):
    _, probabilities = reference_answers(as_input(pixels))
    found = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(found != labels)
    for index in wrong:
        print(f"  held-out image {index}: a {labels[index]}, taken for a {found[index]}")
    correct = len(labels) - len(wrong)
    print(f"accuracy on the held-out set: {correct} of {len(labels)} = {correct / len(labels):.2%}")
    return correct


def write_golden(pixels, labels):
    """The reference's answers, one image at a time, for the first two images of each class.

    Logits too: most probabilities are so near 0 or 1 that they would hide an error.
    """
    chosen = sorted(int(i) for c in range(10) for i in np.flatnonzero(labels == c)[:GOLDEN_PER_CLASS])
    rows = []
    for index in chosen:
        answers = reference_answers(as_input(pixels[index : index + 1]))
        logits, softmax = ([float(f"{value:.9g}") for value in answer[0]] for answer in answers)
        rows.append({"index": index, "label": int(labels[index]), "logits": logits, "softmax": softmax})
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    GOLDEN.write_text(
        "{\n"
        f'  "from": "MXNet {mx.__version__}, made by train_digits.py; index counts the images of {HELDOUT.name}",\n'
        f'  "logitsNode": "{LOGITS}",\n'
        f'  "images": [\n{lines}\n  ]\n'
        "}\n"
    )


def write_metadata(images_trained, heldout_count, correct):
    _, arguments, auxiliary = mx.model.load_checkpoint(str(HERE / "digits"), 0)

    def described(path):
        return {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path.read_bytes())}

    metadata = {
        "name": "digits",
        "input": {
            "name": "data",
            "shape": ["N", 1, 8, 8],
            "dtype": "float32",
            "values": "0 (paper) to 1 (ink): pixel / 16",
        },
        "output": {
            "name": "softmax_output",
            "shape": ["N", 10],
            "dtype": "float32",
            "values": "probability of digit 0 to 9",
        },
        "labels": [str(digit) for digit in range(10)],
        "weights": sum(value.size for value in {**arguments, **auxiliary}.values()),
        "files": [described(SYMBOL), described(PARAMS)],
        "heldOut": {
            **described(HELDOUT),
            "images": heldout_count,
            "layout": "images x 64 pixels (uint8, 0..16, row by row), then one label (uint8, 0..9) per image",
            "split": SPLIT_RULE,
        },
        "training": {
            "script": Path(__file__).name,
            "reference": f"MXNet {mx.__version__}",
            "images": images_trained,
            "epochs": EPOCHS,
            "seed": SEED,
        },
        "accuracy": {"correct": correct, "of": heldout_count, "measuredBy": f"MXNet {mx.__version__}"},
        "source": {
            "dataset": "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, 1998, UCI",
            "package": "scikit-learn (BSD-3-Clause), sklearn.datasets.load_digits",
            "sha256": SOURCE_SHA256,
        },
    }
    METADATA.write_text(json.dumps(metadata, indent=2) + "\n")


def train():
    (pixels, labels), (heldout_pixels, heldout_labels) = load_split()
    began = time.time()
    export(fit(as_input(pixels), labels.astype(np.float32)))
    print(f"trained on {len(labels)} images in {time.time() - began:.0f} s")
    correct = count_correct(heldout_pixels, heldout_labels)
    write_golden(heldout_pixels, heldout_labels)
    write_metadata(len(labels), len(heldout_labels), correct)
    if correct < ACCURACY_REQUIRED * len(heldout_labels):
        sys.exit(f"below the required {ACCURACY_REQUIRED:.0%}")


def check():
    _, (pixels, labels) = load_split()
    metadata = json.loads(METADATA.read_text())
    for entry in (*metadata["files"], metadata["heldOut"]):
        if sha256((HERE / entry["file"]).read_bytes()) != entry["sha256"]:
            sys.exit(f"{entry['file']} is not the file that {METADATA.name} describes")
    correct = count_correct(pixels, labels)
    if correct != metadata["accuracy"]["correct"]:
        sys.exit(f"{METADATA.name} says {metadata['accuracy']['correct']} correct")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=("split", "train", "check"))
    {"split": split, "train": train, "check": check}[parser.parse_args().step]()


if __name__ == "__main__":
    main()
