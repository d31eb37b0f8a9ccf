"""What each row was to a model: learned, or judged on. Kept with it, so that no later one mixes the two up."""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import ArtifactError
from training.data.equal_texts import same_text

ROWS = "rows.npz"
"""The file of a saved model that holds its roles."""

Hashes = npt.NDArray[np.uint64]


def _none() -> Hashes:
    return np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """Hashes of rows by the part they were in, 8 bytes a row, each ascending.

    A text that stands in ``train`` and in another part was in both, as the files of the run say.
    """

    train: Hashes = field(default_factory=_none)
    dev: Hashes = field(default_factory=_none)
    test: Hashes = field(default_factory=_none)

    @classmethod
    def of(cls, keys: Mapping[str, Iterable[str]]) -> "Roles":
        """Those of rows, by part; a row is known by its text or by another key."""
        return cls(**{part: np.unique(_hashes(found)) for part, found in keys.items()})

    def write(self, folder: Path) -> None:
        """Puts them into a saved model's folder."""
        with (folder / ROWS).open("wb") as file:
            np.savez(file, train=self.train, dev=self.dev, test=self.test)


def read_roles(folder: Path) -> Roles | None:
    """Those of the saved model in ``folder``; None where it was saved before they were kept.

    Raises:
        ArtifactError: the file cannot be read.
    """
    path = folder / ROWS
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return Roles(file["train"], file["dev"], file["test"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path} cannot be used: {error}.") from error


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What rows were to the models that a run comes from.

    Attributes:
        names: of these models.
        learned: rows that one of them has learned.
        unjudged: those of ``learned`` that have not judged the model that learned them; they never judge.
        dev: rows that one of them was chosen by.
        test: rows that one of them was judged by.
    """

    names: tuple[str, ...]
    learned: Hashes
    unjudged: Hashes
    dev: Hashes
    test: Hashes

    @classmethod
    def of(cls, models: Mapping[str, Roles]) -> "Earlier":
        """Those of models, by name."""
        each = list(models.values())
        return cls(
            tuple(models),
            _union(roles.train for roles in each),
            _union(np.setdiff1d(roles.train, _union([roles.dev, roles.test])) for roles in each),
            _union(roles.dev for roles in each),
            _union(roles.test for roles in each),
        )

    @property
    def named(self) -> str:
        """The models, for a sentence."""
        return " and ".join(self.names)

    def parts(self, *keys: Sequence[str]) -> list[str | None]:
        """The part each row has had; None for a new row. A row that was learned counts as train.

        Args:
            keys: of the rows, those that tell more about a row first.
        """
        found: list[str | None] = [None] * len(keys[0])
        for names in keys:
            hashes = _hashes(names)
            for part, known in (("train", self.learned), ("dev", self.dev), ("test", self.test)):
                for place in np.flatnonzero(np.isin(hashes, known)):
                    found[place] = found[place] or part
        return found

    def judging(self, texts: Sequence[str]) -> list[int]:
        """The places of the texts that may judge: none of the models has learned them without being asked."""
        return np.flatnonzero(~np.isin(_hashes(texts), self.unjudged)).tolist()

    def continued(self, roles: Roles) -> Roles:
        """These roles of a run's rows, and those of the rows it no longer has."""
        train = _union([roles.train, self.learned])
        dev, test = np.setdiff1d(self.dev, train), np.setdiff1d(self.test, train)
        return Roles(train, _union([roles.dev, dev]), _union([roles.test, test]))


def count_learned(roles: Roles, texts: Sequence[str]) -> int:
    """How many of the texts are among those a model has learned."""
    return int(np.isin(_hashes(texts), roles.train).sum())


def _hashes(texts: Iterable[str]) -> Hashes:
    digests = (
        hashlib.blake2b(same_text(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for text in texts
    )
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def _union(hashes: Iterable[Hashes]) -> Hashes:
    return reduce(np.union1d, hashes, _none())
