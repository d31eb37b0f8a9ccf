"""Chooses an engine by name."""

from collections.abc import Callable
from pathlib import Path

from models.errors import ConfigError
from models.runtime.engines.base import Engine


def load_engine(name: str, folder: Path) -> Engine:
    """Loads the engine ``name`` for the artifact in ``folder``.

    Raises:
        ConfigError: there is no engine of that name.
        ArtifactError: the model file is missing or cannot be loaded.
        EngramError: the engine's library is not installed.
    """
    try:
        load = _ENGINES[name]
    except KeyError:
        raise ConfigError(f"There is no engine {name!r}; allowed: {', '.join(sorted(_ENGINES))}.") from None
    return load(folder)


def _savedmodel(folder: Path) -> Engine:
    from models.runtime.engines.savedmodel import SavedModelEngine

    return SavedModelEngine(folder)


def _onnx(folder: Path) -> Engine:
    from models.runtime.engines.onnx import OnnxEngine

    return OnnxEngine(folder, "onnx")


def _onnx_int8(folder: Path) -> Engine:
    from models.runtime.engines.onnx import OnnxEngine

    return OnnxEngine(folder, "onnx-int8")


_ENGINES: dict[str, Callable[[Path], Engine]] = {
    "savedmodel": _savedmodel,
    "onnx": _onnx,
    "onnx-int8": _onnx_int8,
}
