"""A saved model to go on from: its text rule, vocabulary, labels and weights are taken over as they are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from models.errors import ArtifactError, ConfigError
from models.runtime.artifact import Artifact, open_artifact, verify_files
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config, config_as_dict
from training.export import KERAS_FILE

# What a saved network already decides; a config that says otherwise would be ignored in silence.
TAKEN_OVER = ("task", "text", "model")


@dataclass(frozen=True, slots=True)
class Previous:
    """An artifact that a new run goes on from."""

    artifact: Artifact

    @property
    def rule(self) -> TextRule:
        """Its text rule."""
        return self.artifact.manifest.text

    @property
    def vocabulary(self) -> Vocabulary:
        """Its vocabulary."""
        return self.artifact.vocabulary

    @property
    def fingerprint(self) -> str:
        """Identifies its weights."""
        return self.artifact.manifest.files[KERAS_FILE].sha256

    @property
    def reference(self) -> str:
        """Its name and version."""
        return f"{self.artifact.manifest.name}/{self.artifact.manifest.version}"

    def check_labels(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """Its labels, which the head of the network is made for.

        Raises:
            ConfigError: the new training data has others.
        """
        known = tuple(self.artifact.manifest.labels)
        if new := sorted(set(labels) - set(known)):
            raise ConfigError(
                f"{self.reference} cannot learn the label {new[0]!r}: its labels are {', '.join(known)}; "
                "train anew without --from."
            )
        return known

    def load_model(self) -> keras.Model:
        """The network with its weights.

        Raises:
            ArtifactError: the Keras file cannot be loaded.
        """
        import models.networks  # noqa: F401  registers the layers

        path = self.artifact.path / KERAS_FILE
        try:
            return keras.saving.load_model(path, compile=False)
        except (OSError, ValueError, TypeError) as error:
            raise ArtifactError(f"{path} cannot be loaded: {' '.join(str(error).split())[:300]}.") from error


def open_previous(path: Path, config: Config) -> Previous:
    """Opens the artifact in ``path`` for a run with ``config``.

    Raises:
        ArtifactError: it is damaged.
        ConfigError: it is an ensemble, or the config asks for another task, text rule or network.
    """
    artifact = open_artifact(path)
    verify_files(artifact)
    if artifact.manifest.training.get("ensemble"):
        raise ConfigError(f"{path} averages several networks, and training goes on from a single one only.")
    saved, asked = artifact.manifest.config, config_as_dict(config)
    saved = saved | {part: _defaults(part) | saved[part] for part in TAKEN_OVER if part != "task"}
    for part in TAKEN_OVER:
        if saved[part] != asked[part]:
            raise ConfigError(
                f"A run that goes on from {path} keeps its {part}; the config differs: "
                f"{_difference(part, saved, asked)}."
            )
    return Previous(artifact)


def _defaults(part: str) -> dict[str, Any]:
    """A section's defaults: what keys mean that came after a model was saved."""
    values: dict[str, Any] = Config.model_fields[part].default.model_dump(mode="json")
    return values


def _difference(part: str, saved: dict[str, Any], asked: dict[str, Any]) -> str:
    before, after = saved[part], asked[part]
    if not isinstance(before, dict):
        return f"{part} = {after!r}, saved with {before!r}"
    keys = sorted(key for key in before | after if before.get(key) != after.get(key))
    return ", ".join(f"{part}.{key} = {after.get(key)!r}, saved with {before.get(key)!r}" for key in keys)
