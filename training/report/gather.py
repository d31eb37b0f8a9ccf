"""What a run knows, as the material of its report."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.runtime.manifest import Manifest
from models.text.plain import PlainText
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.baselines.judge import JudgedBaseline
from training.report.material import JudgedRows, ReportMaterial
from training.report.top_words import WordFacts, word_facts
from training.review import by_words, conflicts, labelled_rows, near_conflicts

if TYPE_CHECKING:
    from training.run import Prepared, Trained

_MOST_WORDS = 20_000


def report_material(
    manifest: Manifest, prepared: "Prepared", trained: "Trained", baseline: JudgedBaseline
) -> ReportMaterial:
    """Everything the page of a network shows."""
    dev = judged_rows(prepared, trained, "dev")
    same = by_words(labelled_rows(prepared.dataset))
    return ReportMaterial(
        manifest,
        trained.history,
        judged_rows(prepared, trained, "test") if manifest.test else dev,
        dev if manifest.test else None,
        baseline.probabilities,
        _words(prepared),
        conflicts(same),
        near_conflicts(same),
    )


def judged_rows(prepared: "Prepared", trained: "Trained", split: str) -> JudgedRows:
    """The rows of a part with what the network answered."""
    rows, encoded = prepared.dataset.parts[split], prepared.encoded[split]
    return JudgedRows(
        split,
        rows.texts,
        prepared.targets[split],
        trained.logits[split],
        encoded.lengths,
        encoded.unknown,
        rows.numbers,
    )


def _words(prepared: "Prepared") -> WordFacts:
    tokens, ids = prepared.vocabulary.tokens, prepared.encoded["train"].ids
    if prepared.rule.ids != "token":  # not every id is a word
        tokens, ids = _words_of(prepared.rule, prepared.dataset.train.texts)
    return word_facts(prepared.labels, tokens, ids, prepared.targets["train"])


def _words_of(
    rule: TextRule, texts: Sequence[str]
) -> tuple[tuple[str, ...], tuple[npt.NDArray[np.int32], ...]]:
    """Texts as numbers of their words, and these words."""
    plain = PlainText(rule)
    split = [plain.tokenize(text).tokens for text in texts]
    vocabulary = Vocabulary.fit(split, _MOST_WORDS, min_count=2)
    ids = tuple(np.array([vocabulary.id_of(token) for token in each], np.int32) for each in split)
    return vocabulary.tokens, ids
