"""What a model's answers rest on: its accuracy on rows that are changed or chosen on purpose.

Single words lose nothing when a text is shuffled; a model that reads does. In-domain accuracy cannot show
that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration, RobustnessRow, Task
from models.text.spec import TextRule
from training.evaluate import Targets, right_rows
from training.perturb import has_negation, misspelt, shuffled, words_read

MOST_ROWS = 2_000
"""So many rows, drawn by seed, are answered anew; enough for a standard error of a point."""
MOST_OTHER = 10_000
"""So many rows of another file: one answer each, and often the whole of a test set."""
MISSPELT, OTHER_DATA = "10 % of the words misspelt", "other data"
"""Names of rows of the table that are no slices."""
LENGTH, UNKNOWN_WORDS, NEGATION = "length", "unknown words", "negation"
"""What rows that are slices are told apart by."""
_UNKNOWN_LIMITS = (0.0, 0.05, 0.2, 1.0)

Right = npt.NDArray[np.bool_]
Logits = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class TextModel:
    """Anything that answers texts: the network, a baseline, a blend.

    Attributes:
        name: in the report.
        logits: raw outputs of texts, [texts, classes].
        calibration: its temperature and thresholds.
    """

    name: str
    logits: Callable[[Sequence[str]], Logits]
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Rows to judge models on.

    Attributes:
        task: of the models.
        texts: as they stand in the file.
        targets: classification: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, classes].
        missed: number of labels of each row that training did not have, [rows].
    """

    task: Task
    texts: Sequence[str]
    targets: Targets
    missed: npt.NDArray[np.integer]

    def take(self, rows: npt.NDArray[np.integer]) -> "LabelledTexts":
        """Some of the rows."""
        texts = [self.texts[row] for row in rows.tolist()]
        return LabelledTexts(self.task, texts, self.targets[rows], self.missed[rows])

    def right(self, model: TextModel, texts: Sequence[str] | None = None) -> Right:
        """Which rows the model answers rightly, [rows].

        Args:
            model: whom to ask.
            texts: what to ask instead of the rows' own texts.
        """
        return self.right_logits(model.logits(self.texts if texts is None else texts), model.calibration)

    def right_logits(self, logits: Logits, calibration: Calibration) -> Right:
        """Which rows are answered rightly by these outputs, [rows]."""
        return self.right_of(probabilities(self.task, logits, calibration.temperature), calibration)

    def right_of(self, p: npt.NDArray[np.float64], calibration: Calibration) -> Right:
        """Which rows are answered rightly by these probabilities, [rows]."""
        return right_rows(self.task, p, self.targets, calibration.thresholds, self.missed)


def drawn(rows: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """At most ``most`` of the row numbers, ascending."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def robustness(
    rows: LabelledTexts,
    right: Mapping[str, Right],
    models: Sequence[TextModel],
    rule: TextRule,
    lengths: npt.NDArray[np.integer],
    unknown: npt.NDArray[np.floating],
    *,
    seed: int,
    other: LabelledTexts | None = None,
) -> list[RobustnessRow]:
    """All rows of the table.

    Args:
        rows: the judged rows.
        right: by the name of each model, which of these rows it answers rightly, [rows].
        models: whom to ask.
        rule: the network's text rule: what it does not read is not shuffled either.
        lengths: tokens of each row, [rows].
        unknown: share of the tokens read of each row that the network does not know, [rows].
        seed: of what is drawn and changed.
        other: rows of another domain.
    """
    found = [
        *_changed(rows, right, models, rule, seed),
        *_slices(LENGTH, length_parts(lengths), right),
        *_slices(UNKNOWN_WORDS, unknown_parts(unknown), right),
        *_slices(NEGATION, _negation_parts(rows.texts), right),
    ]
    if other is not None:
        part = other.take(drawn(len(other.texts), MOST_OTHER, seed))
        found.append(_row(OTHER_DATA, {model.name: part.right(model) for model in models}))
    return found


def _changed(
    rows: LabelledTexts,
    right: Mapping[str, Right],
    models: Sequence[TextModel],
    rule: TextRule,
    seed: int,
) -> list[RobustnessRow]:
    chosen = drawn(len(rows.texts), MOST_ROWS, seed)
    part = rows.take(chosen)
    words = words_read(rule, part.texts)
    # In order, but cut and spaced as the shuffled texts are: what remains is the order alone.
    in_order, out_of_order = [" ".join(text) for text in words], shuffled(words, seed)
    wrongly_spelt = misspelt(part.texts, seed)
    return [
        _row(
            "words shuffled",
            {model.name: part.right(model, out_of_order) for model in models},
            {model.name: part.right(model, in_order) for model in models},
        ),
        _row(
            MISSPELT,
            {model.name: part.right(model, wrongly_spelt) for model in models},
            {name: each[chosen] for name, each in right.items()},
        ),
    ]


def length_parts(lengths: npt.NDArray[np.integer]) -> dict[str, Right]:
    """A quarter of the rows each, by length; rows of one length stay together."""
    edges = np.unique(np.quantile(lengths, [0.25, 0.5, 0.75], method="lower"))
    quarter = np.searchsorted(edges, lengths)
    parts = {}
    for number in np.unique(quarter).tolist():
        chosen = quarter == number
        low, high = int(lengths[chosen].min()), int(lengths[chosen].max())
        parts[f"{low:,} tokens" if low == high else f"{low:,} to {high:,} tokens"] = chosen
    return parts


def unknown_parts(unknown: npt.NDArray[np.floating]) -> dict[str, Right]:
    """Rows by the share of their tokens that the network does not know."""
    parts = {"no unknown word": unknown == 0.0}
    for low, high in pairwise(_UNKNOWN_LIMITS):
        parts[f"{low:.0%} to {high:.0%} unknown words"] = (unknown > low) & (unknown <= high)
    return parts


def _negation_parts(texts: Sequence[str]) -> dict[str, Right]:
    negated = np.array([has_negation(text) for text in texts], dtype=bool)
    return {"with a negation word": negated, "without a negation word": ~negated}


def _slices(group: str, parts: Mapping[str, Right], right: Mapping[str, Right]) -> list[RobustnessRow]:
    """A row for each part that is neither empty nor everything."""
    return [
        _row(name, {model: each[chosen] for model, each in right.items()}).model_copy(update={"group": group})
        for name, chosen in parts.items()
        if chosen.any() and not chosen.all()
    ]


def _row(
    name: str, right: Mapping[str, Right], unchanged: Mapping[str, Right] | None = None
) -> RobustnessRow:
    return RobustnessRow(
        name=name,
        n=len(next(iter(right.values()))),
        accuracy={model: float(each.mean()) for model, each in right.items()},
        unchanged=None
        if unchanged is None
        else {model: float(each.mean()) for model, each in unchanged.items()},
    )
