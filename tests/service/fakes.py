"""A fake engine and a store of fake versions, so that the service is tested without TensorFlow."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ArtifactError
from models.runtime.artifact import Artifact
from models.runtime.engines.base import Ids, Outputs
from models.runtime.manifest import (
    Calibration,
    DataReference,
    Environment,
    Evaluation,
    GoldenExample,
    Manifest,
)
from models.runtime.predictor import Prediction, Predictor
from models.runtime.tagger import Tagger
from models.text.spec import TextRule
from models.text.tags import allowed_transitions
from models.text.vocabulary import Vocabulary
from service import labelling
from service.batching import Batcher
from service.judge import Judge, Limits
from service.kept_labels import KeptLabels
from service.orders import Orders
from service.plans import parse_canaries, parse_shadows
from service.repository import Repository
from service.watch import Watch
from service.wishes import Sources

# What a model was trained on: the shares of its labels, of lengths and of unknown words.
REFERENCE = DataReference(
    fingerprint="",
    rows={},
    skipped={},
    label_share={"negative": 0.5, "positive": 0.5},
    length_quantiles={},
    length_shares={"1": 0.25, "3": 0.5},
    unknown_rate=0.1,
    truncated_rate=0.0,
)
WORDS = ["good", "bad", "film", "a", "the", "is", "好"]


class FakeEngine:
    """Logits that depend on a row's ids alone, as those of a masked network do."""

    name = "fake"
    most_cells = 32768

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self.calls: list[tuple[int, int]] = []
        self.hold: threading.Event | None = None
        self.running = threading.Event()

    def run(self, ids: Ids, lengths: Ids) -> Outputs:
        self.calls.append((ids.shape[0], ids.shape[1]))
        self.running.set()
        if self.hold:
            assert self.hold.wait(10)
        rows = [self.logits(row[:length]) for row, length in zip(ids, lengths, strict=True)]
        return {"logits": np.asarray(rows, dtype=np.float32)}

    def logits(self, ids: Ids) -> list[float]:
        digest = hashlib.sha256(np.asarray(ids, dtype=np.int32).tobytes()).digest()
        return [digest[0] / 64 + self.offset, digest[1] / 64]


class FakeTaggingEngine(FakeEngine):
    """Emissions that depend on a token's id alone; intents, where there are any, as the logits of a row.

    Args:
        types: entity types.
        intents: 2, or 0 for none.
    """

    def __init__(self, types: int, intents: int, offset: float = 0.0) -> None:
        super().__init__(offset)
        self._intents = intents
        self._transitions = np.where(allowed_transitions(types), 0.0, -1e4).astype(np.float32)

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        intents = super().run(ids, lengths)["logits"]
        tags = np.arange(1, len(self._transitions))
        emissions = (4 * np.cos(ids[:, :, None] * tags)).astype(np.float32)
        outputs = {"emissions": emissions, "transitions": self._transitions}
        return outputs | {"intent_logits": intents} if self._intents else outputs


def make_manifest(**changes: Any) -> Manifest:
    values: dict[str, Any] = {
        "name": "reviews",
        "version": 1,
        "task": "classification",
        "labels": ["negative", "positive"],
        "created": "2026-01-01T00:00:00Z",
        "config": {},
        "text": TextRule(max_length=40),
        "text_table": "",
        "vocabulary_size": len(WORDS) + 2,
        "parameters": 1,
        "calibration": Calibration(temperature=1.5, abstain_below=0.6),
        "dev": Evaluation(n=1, metrics={}),
        "test": None,
        "baseline": None,
        "baseline_name": None,
        "data": DataReference(
            fingerprint="",
            rows={},
            skipped={},
            label_share={},
            length_quantiles={},
            unknown_rate=0.0,
            truncated_rate=0.0,
        ),
        "training": {},
        "golden": [GoldenExample(text="a good film", ids=[5, 2, 4], outputs={})],
        "environment": Environment(python="", platform="", libraries={}, git_commit=None),
        "files": {},
    }
    return Manifest(**(values | changes))


def make_predictor(
    engine: FakeEngine | None = None, path: Path = Path("/none/reviews/1"), **manifest: Any
) -> Predictor:
    vocabulary = Vocabulary(("[PAD]", "[OTHER]", *WORDS))
    artifact = Artifact(path, make_manifest(**manifest), vocabulary)
    kind = Predictor if artifact.manifest.tagging is None else Tagger
    return kind(artifact, engine or FakeEngine())


class WatchedRepository(Repository):
    """A repository with what fills it."""

    watch: Watch
    orders: Orders
    judge: Judge

    def look(self) -> None:
        self.watch.look()

    def start(self) -> None:
        self.watch.start()

    def stop(self) -> None:
        self.watch.stop()


class FakeStore:
    """A folder of versions, each a file that says how opening it goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engines: dict[tuple[str, int], FakeEngine] = {}
        self.opened: list[str] = []
        self.batchers: list[Batcher[Prediction]] = []

    def add(self, name: str, version: int, *, fail: str = "", **manifest: Any) -> None:
        path = self.folder / name / str(version)
        path.mkdir(parents=True)
        (path / "plan.json").write_text(json.dumps({"fail": fail, "manifest": manifest}))

    def open(self, path: Path) -> Predictor:
        self.opened.append(f"{path.parent.name}/{path.name}")
        return self._make(path)

    def count_as_checked(self, patch: pytest.MonkeyPatch) -> None:
        """Lets version labels go to these versions, which have no files with hashes."""
        patch.setattr(labelling, "open_artifact", lambda path: self._make(path).artifact)
        patch.setattr(labelling, "verify_files", lambda artifact: None)

    def repository(
        self,
        *,
        reload_s: float = 0.0,
        on_ready: Callable[[], None] | None = None,
        orders: Orders | None = None,
        limits: Limits | None = None,
        canary: str | None = None,
        shadow: str | None = None,
        kept: KeptLabels | None = None,
        **options: Any,
    ) -> "WatchedRepository":
        repository = WatchedRepository(**options)
        repository.orders = orders or Orders()
        sources = Sources(self.folder, self.folder, parse_canaries(canary), parse_shadows(shadow), reload_s)
        repository.judge = Judge(repository.orders, limits or Limits())
        repository.watch = Watch(
            sources, repository, self.open, self._batcher, repository.orders, repository.judge, on_ready, kept
        )
        return repository

    def _batcher(self, predictor: Predictor) -> Batcher[Prediction]:
        self.batchers.append(Batcher(predictor.answer, max_rows=8, max_queue=16))
        return self.batchers[-1]

    def _make(self, path: Path) -> Predictor:
        plan = json.loads((path / "plan.json").read_text())
        if plan["fail"]:
            raise ArtifactError(plan["fail"])
        version, manifest = int(path.name), plan["manifest"]
        made = FakeEngine(version)
        if "tagging" in manifest:
            intents = len(manifest["labels"]) if manifest["task"] == "joint" else 0
            made = FakeTaggingEngine(len(manifest["tagging"]["entities"]), intents, version)
        engine = self.engines.setdefault((path.parent.name, version), made)
        return make_predictor(engine, path, name=path.parent.name, version=version, **manifest)
