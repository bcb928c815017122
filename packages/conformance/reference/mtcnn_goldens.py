"""Makes ../goldens/mtcnn.json: what the reference answers on the MTCNN networks and a photograph.

    python mtcnn_goldens.py --library .../libmxnet.so --models ../../../../shared/models/mtcnn

The photograph is decoded by sharp (decode-photograph.mjs), as the test does; the goldens carry the
hash of its pixels. Inputs are regions of it, sampled without interpolation.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import tempfile

import numpy as np

from case_writer import compact
from whole_network import HERE, REFERENCE_ENVIRONMENT, NetworkRunner, summary


def sample(rgb, regions, size):
    """test/photograph.ts sampleRegions."""
    height, width = size
    out = []
    for x, y, w, h in regions:
        rows = y + np.arange(height) * h // height
        columns = x + np.arange(width) * w // width
        out.append((rgb[rows][:, columns].astype(np.float32) - 127.5) / 128)
    return np.stack(out).transpose(0, 3, 1, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile() as raw:
        command = ["node", str(HERE / "decode-photograph.mjs"), str(options.models / "test.jpg"), raw.name]
        info = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        pixels = pathlib.Path(raw.name).read_bytes()
    width, height = info["width"], info["height"]
    rgb = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    whole = [0, 0, width, height]
    squares = [[(37 * i) % (width - s), (53 * i) % (height - s), s, s] for i, s in enumerate((24, 48, 60, 90, 120, 31, 77))]
    runs = [
        ("det1", [whole], [224, 224]), ("det1", [whole], [height, width]), ("det1", [whole], [height * 3 // 10, width * 3 // 10]),
        ("det2", squares, [24, 24]), ("det2", squares[:1], [24, 24]), ("det3", squares, [48, 48]), ("det3", squares[2:3], [48, 48]),
    ]
    runner = NetworkRunner(options.library, REFERENCE_ENVIRONMENT)
    lines = []
    for model, regions, size in runs:
        symbol = (options.models / f"{model}-symbol.json").read_text()
        params = (options.models / f"{model}-0001.params").read_bytes()
        outputs = runner.run(symbol, params, {"data": sample(rgb, regions, size)})
        run = {"model": model, "regions": regions, "size": size, "outputs": [summary(o) for o in outputs]}
        lines.append("    " + compact(run))
        print(model, size, [(o.shape, float(np.abs(o).max())) for o in outputs])
    runner.stop()
    head = {"source": "reference native", "width": width, "height": height, "sha256": hashlib.sha256(pixels).hexdigest()}
    path = HERE.parent / "goldens" / "mtcnn.json"
    path.parent.mkdir(exist_ok=True)
    fields = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in head.items())
    path.write_text("{\n" + fields + ',\n  "runs": [\n' + ",\n".join(lines) + "\n  ]\n}\n")


main()
