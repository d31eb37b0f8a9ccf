"""Network and baseline side by side, on rows as they are and on rows changed on purpose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np
import numpy.typing as npt

from models.networks.wide.blend import recurrent_side, wide_side
from models.runtime.decoding import probabilities
from models.runtime.manifest import CoveragePoint, Interval, McNemar, RobustnessRow, Task
from models.text.plain import Encoder
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.abstention import coverage_curve
from training.baselines.judge import JudgedBaseline
from training.batching import run_in_batches
from training.data.rows import Rows
from training.data.targets import missed_labels, targets
from training.fit import EVALUATION_BATCH
from training.robustness import LabelledTexts, TextModel, robustness
from training.significance import paired
from training.step import NetworkSteps

if TYPE_CHECKING:
    from training.run import Prepared, Trained


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judged rows say of the network beside its baseline; see ``Manifest``."""

    margin: Interval
    mcnemar: McNemar
    robustness: list[RobustnessRow]
    abstention: list[CoveragePoint]


def judge_against_baseline(
    prepared: "Prepared", trained: "Trained", baseline: JudgedBaseline, part: str
) -> Judgement:
    """Holds the network against the baseline on the rows of ``part``, as they are, changed and chosen."""
    task, seed = prepared.config.task, prepared.config.seed
    rows = labelled_texts(prepared.dataset.parts[part], prepared.labels, task)
    network = network_logits(trained.model, task, prepared.rule, prepared.vocabulary)
    theirs = baseline.model.calibration
    models = [
        TextModel("network", network, trained.calibration),
        TextModel("baseline", baseline.model.logits, theirs),
    ]
    right = {
        "network": rows.right_logits(trained.logits[part], trained.calibration),
        "baseline": rows.right_of(baseline.probabilities, theirs),
    }
    for model, logits in _sides(prepared, trained):
        models.append(model)
        right[model.name] = rows.right_logits(logits[part], model.calibration)
    pair = paired(right["network"], right["baseline"], seed)
    return Judgement(
        pair.margin,
        McNemar(network_only=pair.first_only, baseline_only=pair.second_only, p=pair.p),
        robustness(
            rows,
            right,
            models,
            prepared.rule,
            prepared.encoded[part].lengths,
            prepared.encoded[part].unknown,
            seed=seed,
            other=labelled_texts(prepared.other, prepared.labels, task) if prepared.other else None,
        ),
        _abstention(prepared, trained),
    )


def _sides(
    prepared: "Prepared", trained: "Trained"
) -> list[tuple[TextModel, Mapping[str, npt.NDArray[np.float32]]]]:
    """Each side of a blended network, alone, with its raw outputs by part; none where there is one side."""
    if (blend := trained.blend) is None:
        return []
    alone = {"recurrent": recurrent_side(trained.model), "linear": wide_side(trained.model)}
    return [
        (
            TextModel(
                name,
                network_logits(side, prepared.config.task, prepared.rule, prepared.vocabulary),
                blend.calibrations[name],
            ),
            blend.logits[name],
        )
        for name, side in alone.items()
    ]


def _abstention(prepared: "Prepared", trained: "Trained") -> list[CoveragePoint]:
    """Of the network on dev; none for multilabel, where every label has a threshold of its own."""
    if prepared.config.task == "multilabel":
        return []
    p = probabilities("classification", trained.logits["dev"], trained.calibration.temperature)
    return coverage_curve(p.max(axis=1), p.argmax(axis=1) == prepared.targets["dev"])


def network_logits(
    model: keras.Model, task: Task, rule: TextRule, vocabulary: Vocabulary
) -> Callable[[Sequence[str]], npt.NDArray[np.float32]]:
    """A function from texts to the network's raw outputs, [texts, classes]."""
    encoder, steps = Encoder(rule, vocabulary), NetworkSteps(model, None, task)

    def logits(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        ids = [np.array(encoder.encode(text).ids, dtype=np.int32) for text in texts]
        return run_in_batches(steps.logits, ids, batch_size=EVALUATION_BATCH)

    return logits


def labelled_texts(rows: Rows, labels: Sequence[str], task: Task) -> LabelledTexts:
    """Rows as numbers."""
    return LabelledTexts(task, rows.texts, targets(rows, labels, task), missed_labels(rows, labels))
