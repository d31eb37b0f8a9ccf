"""The ONNX files of a saved model: written, then held against the SavedModel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError, EngramError
from models.onnx.build import build_onnx
from models.onnx.network import Ensemble, Network
from models.runtime.engines.base import Engine, Outputs
from models.runtime.engines.onnx import FILES, OnnxEngine, OnnxName
from models.runtime.manifest import EngineCheck, Interval
from models.runtime.run import run_rows

DEV_TEXTS = 200
TOLERANCE = 1e-4
# The limit of a protocol buffer, less room for the graph itself.
_LARGEST_FILE = 2**31 - 2**20

Rows = Sequence[npt.NDArray[np.int32]]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OnnxFiles:
    """What to write, and what to check it by.

    Attributes:
        network: the trained network.
        int8: write ``model.int8.onnx`` beside ``model.onnx``.
        dev: token ids of the dev rows.
        accuracy_change: how much better than the network the given logits of all dev rows answer.
    """

    network: Network | Ensemble
    int8: bool
    dev: Rows
    accuracy_change: Callable[[Floats], Interval]


def check_onnx_size(parameters: int) -> None:
    """Raises ConfigError for a network that no ONNX file can hold; better before it is trained."""
    if 4 * parameters > _LARGEST_FILE:
        raise ConfigError(
            f"A network of {parameters:,} parameters is too large for an ONNX file, which holds "
            f"{_LARGEST_FILE // 4:,}; use output.onnx = false, or a smaller text.vocabulary_size or "
            "model.embedding_size."
        )


def write_onnx(folder: Path, files: OnnxFiles) -> list[Engine]:
    """Writes the files into ``folder`` and loads them.

    Raises:
        OSError: a file cannot be written.
    """
    names: tuple[OnnxName, ...] = ("onnx", "onnx-int8") if files.int8 else ("onnx",)
    for name in names:
        model = build_onnx(files.network, int8=name == "onnx-int8")
        (folder / FILES[name]).write_bytes(model.SerializeToString())
    return [OnnxEngine(folder, name) for name in names]


def check_engines(
    reference: Engine, engines: Sequence[Engine], golden: Rows, files: OnnxFiles
) -> dict[str, EngineCheck]:
    """Holds each engine against the SavedModel, on golden rows and dev rows of all kinds.

    Raises:
        EngramError: the float file answers more than 1e-4 away.
    """
    places = np.unique(np.linspace(0, len(files.dev) - 1, num=min(DEV_TEXTS, len(files.dev))).astype(int))
    rows = [*golden, *(files.dev[place] for place in places)]
    expected = run_rows(reference, rows)
    checks = {}
    for engine in engines:
        difference = _largest_difference(expected, run_rows(engine, rows))
        change = None
        if engine.name == "onnx-int8":
            change = files.accuracy_change(run_rows(engine, files.dev)["logits"])
        # Written so that a difference that is not a number is refused too.
        elif not difference <= TOLERANCE:
            raise EngramError(
                f"{FILES['onnx']} answers {difference:.2g} away from the SavedModel (at most "
                f"{TOLERANCE:g} is allowed), so nothing was saved; --resume --set output.onnx=false goes on "
                "without it."
            )
        checks[engine.name] = EngineCheck(texts=len(rows), max_difference=difference, accuracy_change=change)
    return checks


def _largest_difference(expected: Outputs, found: Outputs) -> float:
    return max(float(np.max(np.abs(found[name] - values), initial=0.0)) for name, values in expected.items())
