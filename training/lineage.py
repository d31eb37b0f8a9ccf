"""The models that a run comes from: whose weights it goes on from, whose answers it learns."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from models.errors import ConfigError
from models.runtime.artifact import Artifact, open_artifact
from models.runtime.location import artifacts_folder, find_artifact
from training.config import Config
from training.data.roles import Earlier, read_roles
from training.previous import Previous


class HasFingerprint(Protocol):
    """The rows of a run, of any kind."""

    @property
    def fingerprint(self) -> str:
        """Tells rows and parts from others."""


AnyDataset = TypeVar("AnyDataset", bound=HasFingerprint)


def models_of(config: Config, previous: Previous | None) -> list[Artifact]:
    """The model to go on from and the teacher, where there are such.

    Raises:
        ArtifactNotFoundError: there is no such teacher.
        ArtifactError: it is damaged.
    """
    found = [] if previous is None else [previous.artifact]
    if config.training.teacher is not None:
        found.append(open_artifact(find_artifact(config.training.teacher, artifacts_folder())))
    return found


def load_after(
    models: Sequence[Artifact], load: Callable[[Earlier | None], AnyDataset]
) -> tuple[AnyDataset, Earlier | None]:
    """The rows of a run, each in the part that it had for the models the run comes from.

    Args:
        models: these.
        load: the rows under what they were to the models.

    Raises:
        ConfigError: a model does not tell its rows, and the run's are not the very same.
        ArtifactError: a model is damaged.
    """
    known = {_name(model): read_roles(model.path) for model in models}
    roles = {name: found for name, found in known.items() if found is not None}
    earlier = Earlier.of(roles) if roles else None
    dataset = load(earlier)
    for model in models:
        if known[_name(model)] is None and not _same_rows(model, dataset):
            raise ConfigError(
                f"{_name(model)} was saved by a version that did not keep which rows a model has learned. "
                "Rows that it has learned could judge the new one, as seed, data or split are not those it "
                "was trained with, or it comes from an earlier model; use the same ones, or train it anew."
            )
    return dataset, earlier


def _same_rows(model: Artifact, dataset: HasFingerprint) -> bool:
    """Whether it learned from the same rows, and from no model whose rows are not known."""
    facts = model.manifest.training
    before = facts.get("from") or facts.get("teacher")
    return before is None and model.manifest.data.fingerprint == dataset.fingerprint


def _name(model: Artifact) -> str:
    return f"{model.manifest.name}/{model.manifest.version}"
