from dataclasses import replace

import numpy as np

from models.text.spec import TextRule
from training.baselines.fit import LinearData, fit_baselines
from training.baselines.judge import judge_baselines
from training.config import CalibrationConfig
from training.data.rows import Rows

TEXTS = ("it was good", "it was fine", "it was bad", "it was poor") * 3
LABELS = (("yes",), ("yes",), ("no",), ("no",))
NEW = Rows(("so good", "not bad it was", "so poor", "odd"), (*LABELS[:3], ("maybe",)), (None,) * 4)
FITTED = fit_baselines(
    LinearData(
        task="classification",
        rule=TextRule(),
        labels=("no", "yes"),
        train=TEXTS,
        train_targets=np.array([1, 1, 0, 0] * 3),
        dev=TEXTS,
        dev_targets=np.array([1, 1, 0, 0] * 3),
        seed=0,
    ),
    CalibrationConfig(),
)


def test_every_baseline_is_judged_on_its_own_answers() -> None:
    judged = judge_baselines(FITTED, ("no", "yes"), NEW, seed=0)
    assert judged.model is FITTED[0]
    np.testing.assert_allclose(judged.probabilities, FITTED[0].probabilities(NEW.texts), atol=1e-6)
    for baseline, facts in zip(FITTED, judged.facts, strict=True):
        right = baseline.probabilities(NEW.texts).argmax(axis=1) == np.array([1, 1, 0, -1])
        assert (facts.name, facts.dev_score) == (baseline.name, baseline.dev_score)
        assert facts.metrics["accuracy"].value == right.mean()
    assert judged.evaluation.metrics == judged.facts[0].metrics


def test_baselines_that_count_otherwise_are_judged_too() -> None:
    """A model kept from an earlier run, say, has other tokens."""
    other = replace(FITTED[1].model.grams, tokens=tuple(reversed(FITTED[1].model.grams.tokens)))
    assert not other.begins(FITTED[0].model.grams)
    changed = replace(FITTED[1], model=replace(FITTED[1].model, grams=other))
    judged = judge_baselines((FITTED[0], changed), ("no", "yes"), NEW, seed=0)
    right = changed.probabilities(NEW.texts).argmax(axis=1) == np.array([1, 1, 0, -1])
    assert judged.facts[1].metrics["accuracy"].value == right.mean()
