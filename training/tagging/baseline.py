"""The line a tagging network has to beat: a linear-chain CRF on hand-made features of words and neighbours.

For intents, the linear models of ``training.baselines``. The features are those of Tkachenko and Simanovsky,
Named entity recognition: exploring features, 2012, section 3.1, without word lists.
"""

import io
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.runtime.manifest import BaselineFacts, Evaluation
from models.text.spec import TextRule
from models.text.tags import Span, parse_tag, spans_of, tags_of
from training.baselines.fit import Baseline, LinearData, fit_baselines
from training.config import Config
from training.data.tagged_dataset import TaggedDataset
from training.fit_cache import FitCache, fit_key
from training.tagging.encode import TaggedPart, gold_spans
from training.tagging.figures import Answers, evaluate_spans, span_counts

NAME = "CRF on words, affixes, shapes and neighbours"
# Those of scikit-learn's CRF tutorials; they are not tuned, as neither is the network's recipe.
_SETTINGS = {"c1": 0.1, "c2": 0.1, "max_iterations": 100, "feature.possible_transitions": True}
_AROUND = (-2, -1, 1, 2)


@dataclass(frozen=True, slots=True)
class JudgedTaggers:
    """The baseline on the rows that the network is judged on.

    Attributes:
        name: what it is.
        answers: to those rows.
        evaluation: its metrics.
        facts: the same for the manifest.
    """

    name: str
    answers: Answers
    evaluation: Evaluation
    facts: BaselineFacts


@dataclass(frozen=True, slots=True)
class TaggingBaseline:
    """A fitted CRF and, with intents, the better linear model; ``seconds`` is what fitting them took."""

    model: bytes
    intents: Baseline | None
    seconds: float

    @property
    def name(self) -> str:
        """What it is, for a person."""
        return f"{NAME}; intents by {self.intents.name}" if self.intents else NAME

    def answers(self, texts: Sequence[str], part: TaggedPart) -> Answers:
        """Entities and intents of texts."""
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(self.model)
        found: list[tuple[Span, ...]] = []
        for text, places in zip(texts, part.places, strict=True):
            tags = tagger.tag(features(_words(text, places))) if places else []
            spans = spans_of([parse_tag(tag) for tag in tags])
            found.append(tuple(Span(places[s.start][0], places[s.end - 1][1], s.entity) for s in spans))
        intents = None if self.intents is None else self.intents.logits(texts).argmax(axis=1)
        return Answers(tuple(found), intents)


def fit_tagging_baseline(
    dataset: TaggedDataset, parts: dict[str, TaggedPart], rule: TextRule, config: Config
) -> TaggingBaseline:
    """Fits the baseline on train, or takes that of an earlier run on the same data."""
    start = time.perf_counter()
    folder = config.output.artifacts / ".baselines"
    rows = list(_rows(dataset, parts["train"]))
    key = fit_key("crf", [rows, _SETTINGS], code=[Path(__file__)], libraries=["python-crfsuite"])
    kept = FitCache(folder, _from_bytes, _to_bytes)
    model, seconds = kept.load(key), 0.0
    if model is None:
        model = _fit(rows)
        seconds = time.perf_counter() - start
        kept.store(key, model)
    intents = _fit_intents(dataset, parts, rule, config) if dataset.intents else None
    return TaggingBaseline(model, intents, seconds + (intents.seconds if intents else 0.0))


def judge_tagging_baseline(
    baseline: TaggingBaseline, dataset: TaggedDataset, parts: dict[str, TaggedPart], part: str, seed: int
) -> JudgedTaggers:
    """Asks the baseline the rows of ``part``, and of dev for its score."""
    answers = {name: baseline.answers(dataset.parts[name].texts, parts[name]) for name in {"dev", part}}
    intents = parts[part].intents if dataset.intents else None
    evaluation = evaluate_spans(dataset.entities, parts[part].gold, answers[part], intents, seed=seed)
    on_dev = span_counts(parts["dev"].gold, answers["dev"].spans, dataset.entities).f1
    facts = BaselineFacts(
        name=baseline.name, dev_score=on_dev, metrics=evaluation.metrics, seconds=baseline.seconds
    )
    return JudgedTaggers(baseline.name, answers[part], evaluation, facts)


def features(words: Sequence[str]) -> list[list[str]]:
    """What the CRF knows of each word: itself, its affixes and shape, and the same of its neighbours."""
    own = [_of_word(word) for word in words]
    found = []
    for place in range(len(words)):
        row = [f"0 {feature}" for feature in own[place]]
        for step in _AROUND:
            if 0 <= place + step < len(words):
                near = own[place + step]
                row += [f"{step} {feature}" for feature in (near if abs(step) == 1 else near[:1])]
            else:
                row.append(f"{step} end")
        low = [word.lower() for word in words[max(0, place - 1) : place + 2]]
        row += [f"pair {place and 1} {a} {b}" for a, b in pairwise(low)]
        found.append(row)
    return found


def _of_word(word: str) -> list[str]:
    low = word.lower()
    found = [f"word {low}", f"shape {_shape(word)}"]
    if len(low) > 1:
        found += [f"prefix {low[:n]}" for n in (1, 2, 3)] + [f"suffix {low[-n:]}" for n in (1, 2, 3)]
    return found


def _shape(word: str) -> str:
    """Capitals as A, small letters as a, digits as 0, runs of one kind once."""
    kinds = ["A" if c.isupper() else "0" if c.isdigit() else "a" if c.isalpha() else c for c in word]
    return "".join(kind for n, kind in enumerate(kinds) if n == 0 or kind != kinds[n - 1])


def _words(text: str, places: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in places]


def _rows(dataset: TaggedDataset, part: TaggedPart) -> Iterator[tuple[list[str], list[str]]]:
    """Words and BIO tags of the training texts that have any."""
    for text, places, gold in zip(dataset.parts["train"].texts, part.places, part.gold, strict=True):
        if places:
            _, spans = gold_spans(gold, places)
            tags = tags_of(spans, len(places), "BIO")
            yield _words(text, places), [f"{tag.letter}-{tag.entity}" if tag.entity else "O" for tag in tags]


def _fit(rows: Iterable[tuple[list[str], list[str]]]) -> bytes:
    """The model that the words and tags of some texts make."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(_SETTINGS)
    for words, tags in rows:
        trainer.append(features(words), tags)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


def _to_bytes(model: bytes) -> bytes:
    """The model in an ``.npz`` file, whose own checksum tells a damaged one."""
    file = io.BytesIO()
    np.savez(file, model=np.frombuffer(model, np.uint8))
    return file.getvalue()


def _from_bytes(content: bytes) -> bytes:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return bytes(file["model"])


def _fit_intents(
    dataset: TaggedDataset, parts: dict[str, TaggedPart], rule: TextRule, config: Config
) -> Baseline:
    data = LinearData(
        "classification",
        rule,
        dataset.intents,
        dataset.parts["train"].texts,
        parts["train"].intents,
        dataset.parts["dev"].texts,
        parts["dev"].intents,
        config.seed,
    )
    return fit_baselines(data, config.calibration, config.output.artifacts / ".baselines")[0]
