"""Which engine a verb asks a saved model on."""

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from models.runtime.artifact import open_artifact

ENGINES = ("savedmodel", "onnx", "onnx-int8")
_DEFAULT = "default: onnx where the model has it and ONNX Runtime is installed, else savedmodel"


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Declares ``--engine``."""
    parser.add_argument("--engine", choices=ENGINES, help=_DEFAULT)


def engine_for(artifact: Path, wanted: str | None = None) -> str:
    """The engine that was asked for, else the one that starts soonest: TensorFlow takes seconds to import.

    Raises:
        ArtifactError: the model's manifest cannot be used.
    """
    if wanted:
        return wanted
    has_onnx = "model.onnx" in open_artifact(artifact).manifest.files and find_spec("onnxruntime")
    return "onnx" if has_onnx else "savedmodel"


def engine_for_all(artifacts: Sequence[Path], wanted: str | None = None) -> str:
    """One engine for several models, whose speed could not be compared on two.

    Raises:
        ArtifactError: a model's manifest cannot be used.
    """
    found = {engine_for(artifact, wanted) for artifact in artifacts}
    return found.pop() if len(found) == 1 else "savedmodel"
