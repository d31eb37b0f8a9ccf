"""The ONNX files of a saved model: written, then held against the SavedModel."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError, EngramError
from models.onnx.build import build_onnx
from models.onnx.network import Ensemble, Network
from models.runtime.engines.base import Engine, Outputs
from models.runtime.engines.onnx import FILES, OnnxEngine, OnnxName
from models.runtime.golden import allowed_difference, largest_outputs
from models.runtime.manifest import EngineCheck, Interval
from models.runtime.run import run_rows

DEV_TEXTS = 200
# The limit of a protocol buffer, less room for the graph itself.
_LARGEST_FILE = 2**31 - 2**20
_LARGEST_NUMBER = float(np.finfo(np.float32).max)

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
        EngramError: the float file answers further away than golden examples may, or a file answers values
            that are not finite.
    """
    places = np.unique(np.linspace(0, len(files.dev) - 1, num=min(DEV_TEXTS, len(files.dev))).astype(int))
    rows = [*golden, *(files.dev[place] for place in places)]
    expected = run_rows(reference, rows)
    checks = {}
    for engine in engines:
        difference = largest_difference(engine, _by_row(expected), _by_row(run_rows(engine, rows)))
        change = None
        if engine.name == "onnx-int8":
            change = files.accuracy_change(run_rows(engine, files.dev)["logits"])
        checks[engine.name] = EngineCheck(texts=len(rows), max_difference=difference, accuracy_change=change)
    return checks


def largest_difference(
    engine: Engine, expected: Iterable[Mapping[str, Floats]], found: Iterable[Mapping[str, Floats]]
) -> float:
    """The largest absolute difference of an output of ``engine`` from the SavedModel's.

    Args:
        engine: a float file is held to what golden examples are held to; an 8-bit file may differ, as long as
            it answers numbers.
        expected: outputs of the SavedModel, by text.
        found: those of the engine for the same texts.

    Raises:
        EngramError: an output is further away than is allowed, or not a number.
    """
    expected = list(expected)
    largest, worst = largest_outputs(expected), 0.0
    for one, other in zip(expected, found, strict=True):
        for name, wanted in one.items():
            with np.errstate(invalid="ignore"):
                difference = float(np.max(np.abs(other[name] - wanted), initial=0.0))
            allowed = _LARGEST_NUMBER if engine.name == "onnx-int8" else allowed_difference(largest[name])
            check_difference(engine, difference, allowed)
            worst = max(worst, difference)
    return worst


def check_difference(engine: Engine, difference: float, allowed: float) -> None:
    """Raises EngramError where an engine's file answers too far away from the SavedModel."""
    # Written so that a difference that is not a number, or is infinite, is refused too.
    if not difference <= min(allowed, _LARGEST_NUMBER):
        file = FILES["onnx-int8" if engine.name == "onnx-int8" else "onnx"]
        raise EngramError(
            f"{file} answers {difference:.2g} away from the SavedModel (at most {allowed:.2g} is allowed), "
            "so nothing was saved; --resume --set output.onnx=false goes on without it."
        )


def _by_row(outputs: Outputs) -> Iterator[dict[str, Floats]]:
    """The outputs of each row."""
    for row in zip(*outputs.values(), strict=True):
        yield dict(zip(outputs, row, strict=True))
