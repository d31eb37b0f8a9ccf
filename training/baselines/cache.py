"""Fitted baselines are kept, so that another run on the same data does not fit them again."""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path

from models.runtime.manifest import Task
from models.text.spec import TextRule
from models.text.table import table_hash
from training.baselines.linear import LinearModel
from training.folders import make_readable_folder

_KEPT = 12


class BaselineCache:
    """A folder of fitted models; the oldest ones are removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> LinearModel | None:
        """The model that was stored under ``key``; None where there is none, or a damaged one."""
        try:
            return LinearModel.from_bytes(self._path(key).read_bytes())
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
            return None

    def store(self, key: str, model: LinearModel) -> None:
        """Keeps a model; where the folder cannot be written, another run fits it again."""
        temporary: str | None = None
        try:
            make_readable_folder(self.folder)
            descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".writing-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(model.to_bytes())
            os.replace(temporary, self._path(key))
            self._remove_oldest()
        except OSError:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _remove_oldest(self) -> None:
        files = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            path.unlink(missing_ok=True)


def cache_key(
    recipe: str, fingerprint: str, rule: TextRule, task: Task, labels: Sequence[str], seed: int
) -> str:
    """One key for one recipe, data, text rule and code."""
    facts = [fingerprint, asdict(rule), table_hash(), task, list(labels), seed, _code()]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode("ascii")).hexdigest()
    return f"{recipe}-{digest[:16]}"


@cache
def _code() -> str:
    """What this package and its solver are: a changed recipe is fitted anew without being told to."""
    import sklearn

    files = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"{digest} scikit-learn {sklearn.__version__}"
