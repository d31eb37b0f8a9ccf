"""Versions of one model that answer differently, and versions that must be refused."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.runtime.checksum import sealed
from models.runtime.predictor import open_predictor

Answers = dict[str, list[float]]

BROKEN = ("truncated", "wrong hash", "wrong golden example")


class Versions:
    """A folder of versions, made from one artifact.

    Each version has another temperature, which stands in the manifest alone: the files, their hashes and the
    golden examples stay right, and the probabilities tell who has answered.
    """

    def __init__(self, artifact: Path, folder: Path, engine: str, texts: Sequence[str]) -> None:
        self.name = artifact.parent.name
        self.folder = folder / self.name
        self.expected: dict[int, Answers] = {}
        self._artifact = artifact
        self._engine = engine
        self._texts = texts
        self.folder.mkdir(parents=True)

    @property
    def newest(self) -> int:
        """The highest number that was ever used."""
        found = [int(path.name) for path in self.folder.iterdir() if path.name.isdecimal()]
        return max([0, *found, *self.expected])

    def add(self) -> int:
        """Adds a good version and computes what it answers."""
        version = self.newest + 1
        path = self._copy(version)
        predictor = open_predictor(path, self._engine)
        self.expected[version] = {
            text: prediction.answer.probabilities
            for text, prediction in zip(self._texts, predictor.predict(self._texts), strict=True)
        }
        path.rename(self.folder / str(version))
        return version

    def add_broken(self, how: str) -> int:
        """Adds a version that must be refused."""
        version = self.newest + 1
        path = self._copy(version)
        model, manifest = path / "model.onnx", path / "manifest.json"
        if how == "truncated":
            model.write_bytes(model.read_bytes()[:-1000])
        elif how == "wrong hash":
            data = bytearray(model.read_bytes())
            data[len(data) // 2] ^= 1
            model.write_bytes(data)
        else:
            content = json.loads(manifest.read_bytes())
            for outputs in content["golden"][0]["outputs"].values():
                outputs["logits"][0] += 0.1
            manifest.write_text(json.dumps(sealed(content)))
        path.rename(self.folder / str(version))
        return version

    def delete(self, version: int) -> None:
        """Removes the folder of a version, as a careless operator does."""
        shutil.rmtree(self.folder / str(version))

    def is_right(self, version: int, text: str, probabilities: Sequence[float]) -> bool:
        """Whether the version answers that."""
        expected = self.expected[version][text]
        return len(expected) == len(probabilities) and bool(np.allclose(expected, probabilities, atol=1e-5))

    def _copy(self, version: int) -> Path:
        path = self.folder / f".new-{version}"
        shutil.copytree(self._artifact, path)
        manifest = path / "manifest.json"
        content = json.loads(manifest.read_bytes())
        content["version"] = version
        content["calibration"]["temperature"] *= 1 + 0.2 * version
        # The versions here are about serving, not about how good they are.
        content["margin"] = None
        manifest.write_text(json.dumps(sealed(content)))
        return path
