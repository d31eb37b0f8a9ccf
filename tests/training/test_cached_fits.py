"""Fitted models that are kept: whatever key of a config changes what is fitted, it is not found again.

Each key is changed alone, everything is fitted in an empty folder, and what was kept is compared by its name:
one name must never stand for two models.
"""

import io
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ConfigError
from training.config_file import load_config
from training.config_keys import known_keys
from training.progress import PlainReporter
from training.run import prepare
from training.tagging.run import prepare_tagger
from training.vectors.word2vec import Word2Vec

CONFIG = """
name = "kept"
task = "{task}"
data = {{ train = "rows.jsonl", dev = 0.3, test = 0.2, separator = "{separator}", unlabelled = "more.jsonl", \
unlabelled_overlap = "drop" }}
text = {{ min_count = 1, max_length = 5, truncate = "head" }}
model = {{ embedding_size = 4, units = 4, vectors = "word2vec", wide = true }}
"""
COMMON: dict[str, Any] = {
    "name": "other",
    "seed": 2,
    "data.train": "other.jsonl",
    "data.dev": 0.2,
    "data.test": "none",
    "data.equal_texts": "apart",
    "data.text_column": "other_text",
    "data.label_column": "other_label",
    "data.tokens_column": "other_tokens",
    "data.tags_column": "other_tags",
    "data.intent_column": "other_intent",
    "data.label_names": {"go": "leave", "come": "arrive", "go;a": "x", "come;a": "y", "b": "z"},
    "data.separator": ";",
    "data.slice_column": "source",
    "data.other": "other.jsonl",
    "data.unlabelled": "none",
    "data.unlabelled_overlap": "keep",
    "text.unit": "character",
    "text.lowercase": False,
    "text.vocabulary_size": 8,
    "text.min_count": 4,
    "text.unlabelled_min_count": 1,
    "text.max_length": 4,
    "text.truncate": "tail",
    "text.segmenter": "jieba",
    "model.input": "letter-trigram",
    "model.embedding_size": 5,
    "model.vectors": "none",
    "model.cell": "gru",
    "model.units": 8,
    "model.layers": 2,
    "model.bidirectional": False,
    "model.output_units": 3,
    "model.output_activation": "relu",
    "model.periods": [1, 2],
    "model.context_units": 3,
    "model.alpha": 0.5,
    "model.window": 2,
    "model.pooling": "mean",
    "model.embedding_dropout": 0.1,
    "model.layer_dropout": 0.1,
    "model.dropout": 0.1,
    "model.crf": False,
    "model.characters": "cnn",
    "model.character_length": 3,
    "model.character_size": 3,
    "model.character_units": 3,
    "model.capitalisation": True,
    "model.wide": False,
    "training.seed": 5,
    "training.epochs": 2,
    "training.batch_size": 5,
    "training.batch_tokens": 50,
    "training.optimizer": "adamw",
    "training.learning_rate": 0.5,
    "training.schedule": "cosine",
    "training.warmup": 0.1,
    "training.embedding_rate": 0.0,
    "training.embedding_updates": "dense",
    "training.embedding_decay": 0.1,
    "training.beta2": 0.9,
    "training.weight_decay": 0.1,
    "training.momentum": 0.5,
    "training.clip_norm": "none",
    "training.word_dropout": 0.1,
    "training.label_smoothing": 0.1,
    "training.average": 0.9,
    "training.patience": 1,
    "training.monitor": "loss",
    "training.intent_weight": 0.5,
    "training.class_weight": "balanced",
    "training.sampling": "balanced",
    "training.loss": "focal",
    "training.focusing": 1.0,
    "training.teacher_share": 0.1,
    "calibration.target_accuracy": 0.9,
    "calibration.coverage": 0.5,
    "output.events": False,
    "output.onnx": False,
}
# Combinations that are allowed only together.
WITH = {
    "model.output_units": ["model.cell=jordan"],
    "model.output_activation": ["model.cell=jordan"],
    "model.periods": ["model.cell=clockwork"],
    "model.context_units": ["model.cell=scrn"],
    "model.alpha": ["model.cell=scrn"],
    "model.window": ["model.cell=feedforward"],
    "model.character_length": ["model.characters=cnn"],
    "model.character_size": ["model.characters=cnn"],
    "model.character_units": ["model.characters=cnn"],
    "model.layer_dropout": ["model.layers=2"],
    "model.input": ["model.vectors=none", "model.wide=false"],
    "training.embedding_decay": ["training.optimizer=adamw"],
    "training.weight_decay": ["training.optimizer=adamw"],
    "training.momentum": ["training.optimizer=sgd"],
    "training.focusing": ["training.loss=focal"],
}
# What a teacher says is asked anew by each run, and where a run writes is where it looks.
NOT_ASKED = {"task", "training.teacher", "training.teacher_texts", "output.artifacts"}
_CHARACTERS = {f"model.character{of}" for of in ("s", "_length", "_size", "_units")}
_SINGLE = {"calibration.target_accuracy", "training.class_weight", "training.sampling"}
# What does not go with a task.
REFUSED = {
    "classification": {"data.separator", *_CHARACTERS},
    "multilabel": {*_CHARACTERS, *_SINGLE},
    "joint": {
        *_SINGLE,
        *("data.label_names", "data.other", "data.separator", "data.slice_column", "model.input"),
        *("training.focusing", "training.label_smoothing", "training.loss"),
    },
}
_LINEAR = ("tf-idf-linear", "naive-bayes-linear", "wide", "word2vec")
KINDS = {"classification": _LINEAR, "multilabel": _LINEAR, "joint": ("crf", *_LINEAR)}


def test_every_key_is_changed() -> None:
    assert {key.path for key in known_keys()} == COMMON.keys() | NOT_ASKED


def write_rows(folder: Path) -> None:
    """Sentences of eight words; their beginnings and ends say different things."""
    for file, cities in (("rows", ["Rome", "Oslo", "New York", "巴黎"]), ("other", ["Lima", "Bonn", "Rome"])):
        lines = []
        for number in range(40):
            city, go = cities[number % len(cities)].split(), number % 2
            tokens = [
                "please",
                *(["leave"] if go else ["Arrive"]),
                *city,
                "soon",
                "on",
                "Monday",
                f"x{number % 5}",
            ]
            tags = ["O", "O", "B-dest", *["I-dest"] * (len(city) - 1), "O", "O", "B-day", "O"]
            intent = "go" if go else "come"
            text = " ".join(tokens)
            row = {"text": text, "label": intent, "labels": f"{intent};a|b" if number % 3 else intent}
            row |= {"tokens": tokens, "tags": tags, "intent": intent, "source": f"s{number % 2}"}
            row |= {f"other_{name}": row[name] for name in ("text", "label", "tokens", "tags", "intent")}
            row |= {"other_text": f"{text} !", "other_label": "come" if number % 3 else "go"}
            row |= {"other_tags": ["O", "B-verb", *tags[2:]], "other_intent": row["other_label"]}
            lines.append(json.dumps(row))
        (folder / f"{file}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    texts = ["leave Rome at once"] * 4 + [json.loads(line)["text"] for line in lines]
    more = [json.dumps({"text": each, "other_text": f"{each} indeed"}) for each in texts]
    (folder / "more.jsonl").write_text("\n".join(more) + "\n", encoding="utf-8")


@dataclass
class Kept:
    """What was kept under each name, and which keys gave which names of a kind."""

    values: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, artifacts: Path, key: str) -> None:
        for path in [*artifacts.glob(".baselines/*"), *artifacts.glob(".cache/*")]:
            self.values[path.name].add(value_of(path))
            self.names[path.name.rpartition("-")[0]][key] = path.name


def value_of(path: Path) -> bytes:
    """What a file says, but for how long the fit took."""
    content = path.read_bytes()
    if path.suffix != ".npz":
        return content
    found = []
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for name in sorted(file):
            array = file[name][:-1] if path.name.startswith("wide-") and name == "facts" else file[name]
            found.append(name.encode() + array.tobytes())
    return b"".join(found)


def fit_by_inputs(self: Word2Vec, texts: list[np.ndarray], rows: int, *_: int) -> np.ndarray:
    """Vectors that tell what they were to be fitted on: gensim's are not the same every time."""
    seed = sum((n + 1) * int(i) for text in texts for n, i in enumerate(text.tolist())) * 31 + self.seed
    return np.random.default_rng([seed, self.epochs]).random((rows, self.size)).astype(np.float32)


@pytest.mark.parametrize("task", REFUSED)
def test_one_name_never_stands_for_two_models(
    task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Word2Vec, "fit", fit_by_inputs)
    write_rows(tmp_path)
    config_file = tmp_path / "kept.toml"
    text = CONFIG.format(task=task, separator="|" if task == "multilabel" else "none")
    config_file.write_text(text)
    kept, refused = Kept(), set()
    for number, (key, value) in enumerate([("nothing", None), *COMMON.items()]):
        artifacts = tmp_path / f"artifacts-{number}"
        overrides = [f"output.artifacts='{artifacts}'", *WITH.get(key, [])]
        if key != "nothing":
            overrides.append(f"{key}={as_toml(value)}")
        try:
            config = load_config(config_file, overrides)
        except ConfigError:
            refused.add(key)
            continue
        (prepare_tagger if task == "joint" else prepare)(config, PlainReporter())
        kept.add(artifacts, key)
    for name, values in kept.values.items():
        kind = name.rpartition("-")[0]
        used = [key for key, given in kept.names[kind].items() if given == name]
        assert len(values) == 1, f"{name} stands for {len(values)} models of the keys {', '.join(used)}"
    assert refused == REFUSED[task]
    for kind in KINDS[task]:
        names = kept.names[kind]
        assert names["text.truncate"] != names["nothing"], "otherwise this shows nothing"
        assert names["training.epochs"] == names["nothing"], "fitted anew for nothing"


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = "{each}"' for key, each in value.items()) + "}"
    return json.dumps(value)
