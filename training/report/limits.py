"""Where a model must not be trusted, as far as its run can tell; every sentence rests on a figure of it."""

from collections.abc import Iterator, Sequence

from models.figures import in_percent, in_thousandths
from models.runtime.manifest import TAGGING, Manifest, RobustnessRow, main_metric
from models.text.spec import TextRule
from training.report.figures import percent, spaced
from training.report.verdict import judged_evaluation
from training.robustness import MISSPELT, OTHER_DATA, UNKNOWN_WORDS

FEW_ROWS = 50
"""A label with fewer training rows is named."""
_MOST_NAMED = 5
_WEAKEST = 3
# The share of fewer rows says nothing.
_FEWEST_ROWS = 10


def limits(manifest: Manifest) -> list[str]:
    """Sentences, one a limit."""
    return [
        *_elsewhere(manifest),
        _unfit(manifest),
        _length(manifest),
        *_words(manifest),
        *_weak_labels(manifest),
        *_rare_labels(manifest),
        *_confidence(manifest),
        abstention(manifest),
    ]


def abstention(manifest: Manifest) -> str:
    """What the threshold means."""
    calibration = manifest.calibration
    if manifest.task == "multilabel":
        return "A label is answered when its probability reaches its threshold (the best F1 on dev)."
    if manifest.task == "tagging":
        return "No answer is marked as abstained: each entity has a confidence of its own."
    if calibration.abstain_below == 0.0:
        return "No answer is marked as abstained, but that to a text without any token."
    return (
        f"An answer with a confidence below {calibration.abstain_below:.3f} is marked as abstained: "
        "still the best guess, but one to check by hand. The threshold was chosen on dev."
    )


def kept(rule: TextRule) -> str:
    """Which part of a long text is read."""
    if rule.truncate == "head+tail":
        return f"the first {rule.head_length:,} and the last {rule.tail_length:,}"
    return f"the {'first' if rule.truncate == 'head' else 'last'} {rule.max_length:,}"


def _elsewhere(manifest: Manifest) -> Iterator[str]:
    here = judged_evaluation(manifest).metrics[main_metric(manifest.task)].value
    for row in manifest.robustness:
        if row.name == OTHER_DATA:
            yield (
                f"On {row.n:,} rows of another source it answers {percent(row.accuracy['network'])} rightly "
                f"(here {percent(here)})."
            )
            return
    yield (
        "It was judged on rows of its own source only: how it does on another subject, language or time is "
        "not known, and it may be wrong there with high confidence."
    )


def _unfit(manifest: Manifest) -> str:
    if manifest.task in TAGGING:
        return "Names and words it never saw may be missed or taken for something else."
    if manifest.task == "multilabel":
        return "A text that fits none of its labels may get some all the same."
    return "A text that fits none of its labels still gets one of them."


def _length(manifest: Manifest) -> str:
    return (
        f"Of a text longer than {manifest.text.max_length:,} tokens "
        f"({percent(manifest.data.truncated_rate)} of the training rows) it reads {kept(manifest.text)} only."
    )


def _words(manifest: Manifest) -> Iterator[str]:
    unknown = [row for row in manifest.robustness if row.group == UNKNOWN_WORDS and row.n >= _FEWEST_ROWS]
    if len(unknown) > 1:
        yield f"It answers rightly {_figures(unknown)}."
    for row in manifest.robustness:
        if row.name == MISSPELT and row.unchanged:
            yield (
                f"With one word in ten misspelt it answers {percent(row.accuracy['network'])} rightly, "
                f"without {percent(row.unchanged['network'])}."
            )


def _figures(rows: Sequence[RobustnessRow]) -> str:
    return ", ".join(
        f"{percent(row.accuracy['network'])} of {row.n:,} rows with {spaced(row.name)}" for row in rows
    )


def _weak_labels(manifest: Manifest) -> Iterator[str]:
    every = judged_evaluation(manifest).per_class
    found = {label: figures for label, figures in every.items() if figures["n"]}
    if absent := [label for label in every if label not in found]:
        more = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
        yield f"Not judged, as no row has it: {', '.join(absent[:_MOST_NAMED])}{more}."
    if len(found) > 2:
        mean = sum(figures["f1"] for figures in found.values()) / len(found)
        below = [label for label in found if found[label]["f1"] < mean]
        weakest = sorted(below, key=lambda label: found[label]["f1"])[:_WEAKEST]
        shown = ", ".join(
            f"{label} ({in_thousandths(found[label]['f1'])}, {found[label]['n']:,.0f})" for label in weakest
        )
        if shown:
            yield f"Lowest F1, with the number judged: {shown}."


def _rare_labels(manifest: Manifest) -> Iterator[str]:
    rows = manifest.data.rows.get("train", 0)
    counts = {label: round(share * rows) for label, share in manifest.data.label_share.items()}
    rare = sorted((count, label) for label, count in counts.items() if count < FEW_ROWS)
    if rare:
        named = ", ".join(f"{label} {count}" for count, label in rare[:_MOST_NAMED])
        more = f" and {len(rare) - _MOST_NAMED} more" if len(rare) > _MOST_NAMED else ""
        yield f"Learned from fewer than {FEW_ROWS} rows: {named}{more}."


def _confidence(manifest: Manifest) -> Iterator[str]:
    if error := judged_evaluation(manifest).metrics.get("ece"):
        yield (
            f"Its confidence is off by {in_percent(error.value)} points on average (expected calibration "
            f"error; 95 % interval {in_percent(error.low)} to {in_percent(error.high)})."
        )
