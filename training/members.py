"""Saved models as members of an ensemble: only those that learned from the same rows and answer alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.errors import ConfigError
from models.networks.spec import NetworkSpec
from models.networks.wide.blend import recurrent_side
from models.runtime.artifact import open_artifact, verify_files
from training.batching import run_in_batches
from training.config import ModelConfig
from training.ensemble import Member
from training.fit import EVALUATION_BATCH
from training.history import EpochRecord, History
from training.network import recurrent_spec
from training.previous import Previous
from training.run import Prepared
from training.step import NetworkSteps


@dataclass(frozen=True, slots=True)
class SavedMember:
    """A member and where it comes from."""

    member: Member
    reference: str
    seed: int
    history: History

    @property
    def score(self) -> float:
        """Its best score on dev; higher is better."""
        return self.history.epochs[self.history.best_epoch - 1].score


def open_members(prepared: Prepared, paths: Sequence[Path]) -> list[SavedMember]:
    """Loads the recurrent sides of saved models.

    Args:
        prepared: the data of the config they were trained with.
        paths: their folders.

    Raises:
        ArtifactError: one is damaged.
        ConfigError: one was trained on other rows, has other labels, another text rule or vocabulary, or is
            an ensemble itself.
    """
    return [_open(prepared, path) for path in paths]


def _open(prepared: Prepared, path: Path) -> SavedMember:
    previous = Previous(open_artifact(path))
    verify_files(previous.artifact)
    manifest = previous.artifact.manifest
    _check(prepared, previous)
    model = recurrent_side(previous.load_model())
    steps = NetworkSteps(model, None, prepared.config.task)
    logits = {
        part: run_in_batches(steps.logits, encoded.ids, batch_size=EVALUATION_BATCH)
        for part, encoded in prepared.encoded.items()
        if part != "train"
    }
    facts = manifest.training["history"]
    epochs = tuple(EpochRecord(**epoch) for epoch in facts["epochs"])
    history = History(epochs, facts["best_epoch"], facts["stopped"])
    member = Member(model, _spec(prepared, previous), logits)
    return SavedMember(member, previous.reference, manifest.training["seed"], history)


def _check(prepared: Prepared, previous: Previous) -> None:
    manifest, name = previous.artifact.manifest, previous.reference
    if manifest.training.get("ensemble"):
        raise ConfigError(f"{name} is an ensemble; average its members, each of which was saved on its own.")
    if tuple(manifest.labels) != prepared.labels:
        raise ConfigError(
            f"{name} answers with the labels {', '.join(manifest.labels)}, the data has "
            f"{', '.join(prepared.labels)}; models of different labels cannot be averaged."
        )
    if manifest.data.fingerprint != prepared.dataset.fingerprint:
        raise ConfigError(
            f"{name} was trained on other rows, or another part of them was its dev; models can be averaged "
            "only where no member has learned the rows that judge another (set training.seed, not seed, to "
            "train networks that differ in their start only)."
        )
    if manifest.text != prepared.rule or previous.vocabulary != prepared.vocabulary:
        raise ConfigError(
            f"{name} reads texts by another rule or vocabulary than the config's [text]; only models of the "
            "same text rule and vocabulary can be averaged."
        )


def _spec(prepared: Prepared, previous: Previous) -> NetworkSpec:
    """What the saved network was built from; its [model] may differ from the config's."""
    saved = ModelConfig.model_validate(previous.artifact.manifest.config["model"])
    config = prepared.config.model_copy(update={"model": saved})
    return recurrent_spec(replace(prepared, config=config))
