"""Whole networks of the suite: random weights from seeds, and what the reference answers.

    python networks.py list                  names, families, whether they are of the small half, what they need
    python networks.py make [name ...]       models into the cache, where they are not there yet
    python networks.py goldens [name ...]    the same, and ../goldens/networks/NAME.json from the reference
    python networks.py outputs name ...      the same, and NAME-input.npy and NAME-output.npy of the first run beside them

Needs a Python with mxnet==1.9.1 and numpy==1.23.5, for some networks gluoncv==0.10.5.post0 or
gluonnlp==0.10.0 besides (README.md, "Whole networks"). Models are kept in LIBPREDICT_ZOO, by default
~/.cache/libpredict/zoo. Each network is made in a process of its own: names that gluon counts up are then
the same each time, and so are the bytes of the files.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import networks_gluoncv
import networks_gluonnlp
import networks_own
import networks_zoo
from case_tensors import to_array

FOLDER = pathlib.Path(os.environ.get("LIBPREDICT_ZOO") or pathlib.Path.home() / ".cache/libpredict/zoo")
ALL = {
    network.name: network
    for module in (networks_zoo, networks_gluoncv, networks_gluonnlp, networks_own)
    for network in module.NETWORKS
}


def files(name):
    return {"symbol": FOLDER / f"{name}-symbol.json", "params": FOLDER / f"{name}-0000.params"}


def input_spec(network, run, name, given):
    """The input as goldens write it."""
    spec = {"name": name, "shape": list(given.shape)}
    if given.values:
        return {**spec, "data": list(given.values)}
    seed = 1 + 10 * run + list(network.runs[run]).index(name)
    return {**spec, **({"whole": True} if given.whole else {}), "seeded": {"seed": seed, "lo": given.lo, "hi": given.hi}}


def input_array(spec):
    return to_array({**spec, "dtype": "int32" if spec.get("whole") else "float32"}).astype(np.float32)


def run_inputs(network, run):
    """Specs and arrays of a run."""
    specs = [input_spec(network, run, name, given) for name, given in network.runs[run].items()]
    return specs, {spec["name"]: input_array(spec) for spec in specs}


def build(name):
    """Exports one network, gives it weights, and writes it into the cache."""
    os.environ["MXNET_SUBGRAPH_BACKEND"] = "NONE"  # fusion cannot bind a group of internals
    import mxnet as mx

    from network_weights import fill, set_statistics

    network, at = ALL[name], files(name)
    _, data = run_inputs(network, 0)
    mx.random.seed(0)
    made, kept = network.build(), {}
    if not isinstance(made, mx.sym.Symbol):
        made, kept = exported(mx, made, data)
    shapes = {key: array.shape for key, array in data.items()}
    params = fill(made, shapes, kept, network.scales)
    set_statistics(mx, made, params, data)
    FOLDER.mkdir(parents=True, exist_ok=True)
    at["symbol"].write_text(made.tojson())
    mx.nd.save(str(at["params"]), {key: mx.nd.array(value, dtype=value.dtype) for key, value in params.items()})


def exported(mx, block, data):
    """Symbol and parameters of a gluon block, as users export them."""
    block.initialize(mx.init.Zero())
    block.hybridize()
    block(*(mx.nd.array(array) for array in data.values()))
    with tempfile.TemporaryDirectory() as folder:
        block.export(f"{folder}/net")
        return mx.sym.load(f"{folder}/net-symbol.json"), mx.nd.load(f"{folder}/net-0000.params")


def make(name):
    if all(path.exists() for path in files(name).values()):
        return
    subprocess.run([sys.executable, __file__, "build", name], check=True)


def write_outputs(network):
    """For programs that want all elements: the input and the output of a network that has one of each."""
    from network_goldens import asked

    _, arrays = run_inputs(network, 0)
    [data] = arrays.values()
    [output] = asked(network, arrays)
    np.save(FOLDER / f"{network.name}-input.npy", data)
    np.save(FOLDER / f"{network.name}-output.npy", output)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["list", "make", "goldens", "outputs", "build"])
    parser.add_argument("networks", nargs="*")
    options = parser.parse_args()
    failed = []
    for name in options.networks or ALL:
        network = ALL[name]
        if options.action == "list":
            print(name, network.family, "small" if network.small else "large", network.needs or "mxnet", sep="\t")
            continue
        if options.action == "build":
            build(name)
            continue
        try:
            make(name)
            if options.action == "goldens":
                from network_goldens import write_golden

                write_golden(network)
            if options.action == "outputs":
                write_outputs(network)
        except Exception as problem:  # the other networks are still wanted
            print(f"{name}: {type(problem).__name__}: {str(problem)[:1000]}", file=sys.stderr, flush=True)
            failed.append(name)
    if failed:
        sys.exit(f"failed: {' '.join(failed)}")


if __name__ == "__main__":
    main()
