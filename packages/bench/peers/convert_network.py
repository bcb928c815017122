"""Converts the network of a folder for a runtime with a format of its own.

    python convert_network.py mnn|ncnn|litert FOLDER SHAPE     SHAPE: of the input, such as 1,3,224,224

ncnn's converter pnnx comes as a program inside its Python package, which is used without the package's
Python code: that needs torch. MNN's is called as a library: the command `mnnconvert` around it installs
further packages into whichever Python stands first on PATH. LiteRT's file is written here: what converts
ONNX for it needs TensorFlow.
"""

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def convert_mnn(folder, _shape):
    # No program of the system can be found, so none can be started behind our back.
    os.environ["PATH"] = os.devnull
    import _tools
    done = _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", str(folder / "network.onnx"), "--MNNModel", str(folder / "network.mnn"), "--bizCode", "bench"])
    if not done or not (folder / "network.mnn").exists():
        sys.exit("mnnconvert failed")


def convert_ncnn(folder, shape):
    [package] = importlib.util.find_spec("pnnx").submodule_search_locations
    program = pathlib.Path(package) / "pnnx"
    program.chmod(0o755)  # pip drops the mode
    with tempfile.TemporaryDirectory(dir=folder) as work:
        # It writes a dozen files beside its input.
        source = pathlib.Path(work) / "network.onnx"
        source.symlink_to(folder / "network.onnx")
        run = subprocess.run([program, source.name, "fp16=0", f"inputshape=[{shape}]"], cwd=work, capture_output=True, text=True)
        for end in ("param", "bin"):
            made = pathlib.Path(work) / f"network.ncnn.{end}"
            if not made.exists():
                sys.exit(f"pnnx made no {made.name} (exit code {run.returncode}):\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
            shutil.move(made, folder / made.name)


def convert_litert(folder, _shape):
    from write_tflite import write_tflite
    write_tflite(folder)


if __name__ == "__main__":
    name, path, sizes = sys.argv[1:]
    {"mnn": convert_mnn, "ncnn": convert_ncnn, "litert": convert_litert}[name](pathlib.Path(path), sizes)
