"""Chooses an engine by name."""

from collections.abc import Callable
from pathlib import Path

from models.errors import ConfigError
from models.runtime.engines.base import Engine


def load_engine(name: str, folder: Path) -> Engine:
    """Loads the engine ``name`` for the artifact in ``folder``.

    Raises:
        ConfigError: there is no engine of that name.
        ArtifactError: the model file cannot be loaded.
    """
    try:
        load = _ENGINES[name]
    except KeyError:
        raise ConfigError(f"There is no engine {name!r}; allowed: {', '.join(sorted(_ENGINES))}.") from None
    return load(folder)


def _savedmodel(folder: Path) -> Engine:
    from models.runtime.engines.savedmodel import SavedModelEngine

    return SavedModelEngine(folder)


_ENGINES: dict[str, Callable[[Path], Engine]] = {"savedmodel": _savedmodel}
