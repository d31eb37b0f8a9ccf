"""The baselines on the rows that the network is judged on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.runtime.decoding import probabilities
from models.runtime.manifest import BaselineFacts, Evaluation
from training.baselines.fit import Baseline
from training.data.rows import Rows
from training.data.targets import missed_labels, targets
from training.evaluate import evaluate


@dataclass(frozen=True, slots=True)
class JudgedBaseline:
    """The baseline that the network is held against: the best on dev.

    Attributes:
        model: the baseline.
        probabilities: its answers, [rows, labels].
        evaluation: its metrics.
        facts: of all baselines, this one first.
    """

    model: Baseline
    probabilities: npt.NDArray[np.float64]
    evaluation: Evaluation
    facts: tuple[BaselineFacts, ...]


def judge_baselines(
    baselines: Sequence[Baseline], labels: Sequence[str], rows: Rows, seed: int
) -> JudgedBaseline:
    """Asks every baseline once.

    Args:
        baselines: the best on dev first.
        labels: of the network.
        rows: what to ask.
        seed: of the bootstrap.
    """
    judged = []
    for baseline, logits in zip(baselines, _logits(baselines, rows.texts), strict=True):
        p = probabilities(baseline.task, logits, baseline.calibration.temperature)
        evaluation = evaluate(
            baseline.task,
            labels,
            p,
            targets(rows, labels, baseline.task),
            slices=rows.slices,
            thresholds=baseline.calibration.thresholds,
            missed=missed_labels(rows, labels),
            seed=seed,
        )
        judged.append((baseline, p, evaluation))
    best, p, evaluation = judged[0]
    facts = tuple(
        BaselineFacts(name=one.name, dev_score=one.dev_score, metrics=found.metrics, seconds=one.seconds)
        for one, _, found in judged
    )
    return JudgedBaseline(best, p, evaluation, facts)


def _logits(baselines: Sequence[Baseline], texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
    """Raw scores of each; the texts are read once where the baselines count alike."""
    widest = max((baseline.model.grams for baseline in baselines), key=lambda grams: grams.features)
    counts = widest.count(texts)
    return [
        baseline.model.logits_of(counts[:, : baseline.model.grams.features])
        if baseline.model.grams.begins(widest)
        else baseline.logits(texts)
        for baseline in baselines
    ]
