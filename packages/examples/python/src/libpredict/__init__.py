"""Runs trained Apache MXNet networks on the CPU, through libpredict.

::

    from libpredict import Model

    with Model.load("models/digits") as model, model.predictor({"data": (1, 1, 8, 8)}) as predictor:
        print(predictor.run(data=image)["softmax"])

``Model`` and ``Predictor`` are the idiomatic layer; ``load_library`` gives the C functions themselves,
one method each. ``mxnet_predict`` answers to the names of MXNet's own Python predictor.
"""

from .gen.binding import Binding
from .gen.constants import LPPass
from .gen.structs import LPStats
from .load_library import LibrarySearch, find_library, library_file_name, load_library
from .model import Model
from .model_check import Finding, ModelReport, check_model, list_operators
from .ndarray_file import load_ndarrays
from .node_profile import NodeProfile, Profile
from .predict_error import (
    LoadAttempt,
    LoadError,
    PredictError,
    PredictIndexError,
    PredictKeyError,
    PredictMemoryError,
    PredictStateError,
    PredictTypeError,
    PredictValueError,
    ViewsAliveError,
)
from .predictor import Predictor
from .tensor_info import Outputs, TensorInfo

__all__ = [
    "Binding",
    "Finding",
    "LPPass",
    "LPStats",
    "LibrarySearch",
    "LoadAttempt",
    "LoadError",
    "Model",
    "ModelReport",
    "NodeProfile",
    "Outputs",
    "PredictError",
    "PredictIndexError",
    "PredictKeyError",
    "PredictMemoryError",
    "PredictStateError",
    "PredictTypeError",
    "PredictValueError",
    "Predictor",
    "Profile",
    "TensorInfo",
    "ViewsAliveError",
    "check_model",
    "find_library",
    "library_file_name",
    "list_operators",
    "load_library",
    "load_ndarrays",
]
