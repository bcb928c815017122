"""A trained network reads handwritten digits.

    python demo/digits_demo.py [NUMBER ...]

NUMBER: a held-out image, 0 to 359; without any, six of them are shown. The time of a prediction, the
memory in use and the accuracy over all images follow. Exit code: 0 all well, 1 something failed or fewer
than 98 % were read right, 2 wrong arguments.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import List, Tuple

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from libpredict import Model, PredictError, Predictor

DIGITS = Path(__file__).resolve().parents[2] / "models" / "digits"
SHOWN = [0, 3, 5, 13, 20, 91]
REQUIRED_ACCURACY = 0.98
TIMED_RUNS = 1000
SHADES = " .:-=+*#%@"

Pixels = npt.NDArray[np.float32]


def read_images() -> Tuple[Pixels, npt.NDArray[np.uint8]]:
    """All held-out images, 0 for paper to 1 for ink, and what they show."""
    about = json.loads((DIGITS / "digits.json").read_text())["heldOut"]
    content = (DIGITS / about["file"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise ValueError(f"{about['file']} is not the file that digits.json describes")
    count = about["images"]
    numbers = np.frombuffer(content, np.uint8)
    pixels = numbers[: count * 64].reshape(count, 1, 8, 8).astype(np.float32) / np.float32(16)
    return pixels, numbers[count * 64 :]


def card(number: int, image: Pixels, guesses: Pixels, label: int) -> List[str]:
    """Eight lines: the image, and the three best guesses beside it."""
    best = np.argsort(guesses)[::-1][:3]
    beside = [f"image {number}", ""]
    beside += [f"{digit} {'#' * round(10 * guesses[digit]):10} {100 * guesses[digit]:5.1f} %" for digit in best]
    beside += ["", "right" if best[0] == label else f"wrong: it is a {label}", ""]
    rows = ["".join(SHADES[round(ink * 9)] * 2 for ink in row) for row in image.reshape(8, 8).tolist()]
    return [f"{row}  {text}".rstrip() for row, text in zip(rows, beside)]


def median_us(predictor: Predictor, image: Pixels) -> float:
    took = []
    for _ in range(TIMED_RUNS):
        began = time.perf_counter()
        predictor.run(data=image)
        took.append((time.perf_counter() - began) * 1e6)
    return statistics.median(took)


def show(numbers: List[int]) -> int:
    images, labels = read_images()
    with Model.load(DIGITS / "digits") as model, model.predictor({"data": (1, 1, 8, 8)}) as predictor:
        print("A network reads digits that it has never seen:\n")
        for number in numbers:
            guesses = predictor.run(data=images[number : number + 1])["softmax"][0]
            print("\n".join(card(number, images[number], guesses, int(labels[number]))) + "\n")
        print(f"time      {median_us(predictor, images[:1]):.0f} us an image (median of {TIMED_RUNS})")
        stats = predictor.stats()
        print(f"memory    {stats.weights_bytes / 1024:.0f} KiB weights, {stats.arena_bytes / 1024:.0f} KiB activations")
        # Another shape than before: the predictor is reshaped.
        guessed = predictor.run(data=images)["softmax"].argmax(axis=1)
        right = int((guessed == labels).sum())
        accuracy = right / len(labels)
        print(f"accuracy  {right} of {len(labels)} held-out images: {100 * accuracy:.2f} %")
    if accuracy < REQUIRED_ACCURACY:
        print(f"error: below {100 * REQUIRED_ACCURACY:.0f} %, which this network must reach", file=sys.stderr)
        return 1
    return 0


def main(arguments: List[str]) -> int:
    if not all(a.isascii() and a.isdigit() and int(a) < 360 for a in arguments):
        print(f"error: held-out images are numbered 0 to 359\n{__doc__}", file=sys.stderr)
        return 2
    try:
        return show([int(a) for a in arguments] or SHOWN)
    except (PredictError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
