"""Whole networks: all 34 of gluon.model_zoo.vision with random weights, ours against the reference.

    python zoo.py make [network ...]                          exports networks and the reference's outputs
    python zoo.py compare --library libpredict.so [network ...]  runs them; fails beyond 5e-4 of the largest output

Needs a Python with mxnet==1.9.1 and numpy==1.23.5. Networks are kept in LIBPREDICT_ZOO, by default
~/.cache/libpredict/zoo (all of them: about 6 GB); `make` leaves what is there. Weights are He-scaled,
BatchNorm statistics are those of the input itself, and the last layer is scaled where needed, so that
the outputs spread between 0.1 and 10.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import zlib

import numpy as np

from whole_network import REFERENCE_ENVIRONMENT, NetworkRunner

FOLDER = pathlib.Path(os.environ.get("LIBPREDICT_ZOO") or pathlib.Path.home() / ".cache/libpredict/zoo")
NETWORKS = [
    *(f"resnet{depth}_v{version}" for version in (1, 2) for depth in (18, 34, 50, 101, 152)),
    *(f"vgg{depth}{suffix}" for suffix in ("", "_bn") for depth in (11, 13, 16, 19)),
    "alexnet", "densenet121", "densenet161", "densenet169", "densenet201", "squeezenet1.0", "squeezenet1.1", "inceptionv3",
    *(f"{family}{width}" for family in ("mobilenet", "mobilenetv2_") for width in ("1.0", "0.75", "0.5", "0.25")),
]
TOLERANCE = 5e-4
SMALLEST_SPREAD, LARGEST_SPREAD = 0.1, 10


def files(name):
    return {part: FOLDER / f"{name}{end}" for part, end in (("symbol", "-symbol.json"), ("params", "-0000.params"), ("input", "-input.npy"), ("output", "-output.npy"))}


def make(name):
    """Exports one network, gives it weights, and asks the reference for its output."""
    os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"  # fusion cannot bind a group of internals
    import mxnet as mx
    from mxnet.gluon.model_zoo import vision

    at = files(name)
    if all(path.exists() for path in at.values()):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    size = 299 if name == "inceptionv3" else 224
    random = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
    data = random.uniform(-1, 1, (1, 3, size, size)).astype(np.float32)
    net = vision.get_model(name, pretrained=False)
    net.initialize()
    net.hybridize()
    net(mx.nd.array(data)).wait_to_read()
    net.export(str(FOLDER / name))
    symbol = mx.sym.load(str(at["symbol"]))
    params = {key: initial(key, array.shape, random) for key, array in mx.nd.load(str(at["params"])).items()}
    set_statistics(mx, symbol, params, data)
    runner = NetworkRunner(pathlib.Path(mx.__file__).parent / "libmxnet.so", REFERENCE_ENVIRONMENT)
    text = at["symbol"].read_text()
    while True:
        mx.nd.save(str(at["params"]), {key: mx.nd.array(value) for key, value in params.items()})
        [output] = runner.run(text, at["params"].read_bytes(), {"data": data})
        spread = float(output.std())
        if SMALLEST_SPREAD <= spread <= LARGEST_SPREAD:
            break
        scale_last_layer(text, params, 1 / spread)
    runner.stop()
    np.save(at["input"], data)
    np.save(at["output"], output)
    print(f"{name}: made, outputs spread {spread:.3g}", flush=True)


def initial(key, shape, random):
    """He-scaled weights. Scales below 1 and offsets mostly above 0 keep deep networks well-conditioned:
    with scales around 1 the reference's two sets of kernels differ by 5e-4 on resnet152_v1."""
    if key.endswith("weight"):
        fan_in = int(np.prod(shape[1:]))
        return random.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)
    if key.endswith("gamma"):
        return random.uniform(0.4, 0.8, shape).astype(np.float32)
    if key.endswith("beta"):
        return random.uniform(-0.1, 0.3, shape).astype(np.float32)
    return random.uniform(-0.1, 0.1, shape).astype(np.float32)


def set_statistics(mx, symbol, params, data):
    """Gives every BatchNorm the mean and variance that its own input has for this data."""
    graph = json.loads(symbol.tojson())["nodes"]
    norms = [node for node in graph if node["op"] == "BatchNorm"]
    if not norms:
        return
    internals = symbol.get_internals()
    entries = []
    for node in norms:
        source = graph[node["inputs"][0][0]]
        entries.append(internals[source["name"] if source["op"] == "null" else source["name"] + "_output"])
    executor = mx.sym.Group(entries).simple_bind(mx.cpu(), data=data.shape, grad_req="null")
    arrays = {key.partition(":")[2]: mx.nd.array(value) for key, value in params.items()}
    executor.copy_params_from(arrays, {n: arrays[n] for n in executor.aux_dict}, allow_extra_params=True)
    # In training mode every BatchNorm uses the statistics of its input.
    outputs = executor.forward(is_train=True, data=mx.nd.array(data))
    for node, output in zip(norms, outputs):
        x = output.asnumpy().astype(np.float64)
        mean, variance = (graph[node["inputs"][i][0]]["name"] for i in (3, 4))
        params["aux:" + mean] = x.mean((0, 2, 3)).astype(np.float32)
        params["aux:" + variance] = np.maximum(x.var((0, 2, 3)), 1e-3).astype(np.float32)


def scale_last_layer(text, params, factor):
    graph = json.loads(text)["nodes"]
    last = [node for node in graph if node["op"] in ("FullyConnected", "Convolution")][-1]
    for index, *_ in last["inputs"][1:]:
        params["arg:" + graph[index]["name"]] *= np.float32(factor)


def compare(name, library):
    """The largest difference of one network, as a share of the largest output."""
    at = files(name)
    runner = NetworkRunner(library)
    began = time.monotonic()
    [output] = runner.run(at["symbol"].read_text(), at["params"].read_bytes(), {"data": np.load(at["input"])})
    seconds = time.monotonic() - began
    runner.stop()
    expected = np.load(at["output"])
    if output.shape != expected.shape:
        raise RuntimeError(f"shape {output.shape} instead of {expected.shape}")
    error = float(np.abs(output - expected).max() / np.abs(expected).max())
    verdict = "ok" if error <= TOLERANCE else "FAIL"
    print(f"{name}: {verdict}, error {error:.2e} of the largest output {np.abs(expected).max():.3g}, {seconds:.1f} s", flush=True)
    return error <= TOLERANCE


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["make", "compare"])
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--library")
    options = parser.parse_intermixed_args()
    networks = options.networks or NETWORKS
    if options.action == "make":
        for name in networks:
            make(name)
        return
    if options.library is None:
        parser.error("compare needs --library")
    failed = 0
    for name in networks:
        try:
            failed += not compare(name, options.library)
        except Exception as problem:  # the other networks are still worth knowing
            print(f"{name}: FAIL, {type(problem).__name__}: {problem}", flush=True)
            failed += 1
    print(f"{len(networks) - failed} of {len(networks)} networks agree")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
