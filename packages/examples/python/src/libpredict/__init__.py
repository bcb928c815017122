"""Runs trained Apache MXNet networks, through libpredict."""

from .load_library import LibrarySearch, find_library, load_library
from .predict_error import PredictError

__all__ = ["LibrarySearch", "PredictError", "find_library", "load_library"]
