"""Fits the baselines of a run on train, chooses on dev, and puts the better one first."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import models.text.plain
from models.runtime.decoding import probabilities
from models.runtime.manifest import Calibration, Task
from models.text.spec import TextRule
from models.text.table import table_hash
from training.baselines.grams import Grams, by_character, fit_grams, linear_rule
from training.baselines.linear import LinearModel
from training.baselines.recipes import MIN_COUNT, RECIPES, Recipe
from training.baselines.solve import Counted, dev_score, fit_recipe
from training.calibrate import calibrate
from training.config import CalibrationConfig
from training.evaluate import Targets
from training.fit_cache import FitCache, fit_key


@dataclass(frozen=True, slots=True)
class LinearData:
    """What the baselines learn from and are chosen on.

    Attributes:
        task: classification or multilabel.
        rule: the network's text rule.
        labels: of the network.
        train, dev: texts.
        train_targets, dev_targets: index of the label or -1, [rows]; multilabel: 0 or 1, [rows, labels].
        seed: of the solver and the split.
    """

    task: Task
    rule: TextRule
    labels: tuple[str, ...]
    train: Sequence[str]
    train_targets: Targets
    dev: Sequence[str]
    dev_targets: Targets
    seed: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted baseline, calibrated on dev as the network is.

    Attributes:
        model: answers texts.
        task: what its outputs mean.
        calibration: temperature and thresholds.
        dev_score: accuracy on dev; multilabel: micro F1 with the calibrated thresholds.
        seconds: what fitting took; 0 where it was kept from an earlier run.
    """

    model: LinearModel
    task: Task
    calibration: Calibration
    dev_score: float
    seconds: float

    @property
    def name(self) -> str:
        """What it is, for a person."""
        return self.model.name

    def logits(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Raw scores, [texts, labels]."""
        return self.model.logits(texts)

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities, [texts, labels]."""
        return probabilities(self.task, self.logits(texts), self.calibration.temperature)


def fit_baselines(
    data: LinearData,
    config: CalibrationConfig,
    cache_folder: Path | None = None,
    recipes: Sequence[Recipe] = RECIPES,
) -> tuple[Baseline, ...]:
    """The baselines, the best on dev first.

    Args:
        data: what to fit.
        config: how they are calibrated.
        cache_folder: where fitted ones are kept; None keeps none.
        recipes: which.

    Raises:
        DataError: no text holds a token.
    """
    kept = FitCache(cache_folder, LinearModel.from_bytes, LinearModel.to_bytes) if cache_folder else None
    digest = _digest(data) if kept else ""
    fitter = _Fitter(data)
    found = []
    for recipe in recipes:
        start = time.perf_counter()
        key = f"{recipe.key}-{digest}"
        model = kept.load(key) if kept else None
        seconds = 0.0
        if model is None:
            model = fitter.fit(recipe)
            seconds = time.perf_counter() - start
            if kept:
                kept.store(key, model)
        logits = model.logits(data.dev)
        calibration = calibrate(data.task, logits, data.dev_targets, config)
        score = dev_score(data.task, logits, data.dev_targets, _floors(calibration))
        found.append(Baseline(model, data.task, calibration, score, seconds))
    return tuple(sorted(found, key=lambda baseline: -baseline.dev_score))


def _digest(data: LinearData) -> str:
    """Of all that decides a fit but the recipe's name."""
    code = [*Path(__file__).parent.glob("*.py"), Path(models.text.plain.__file__)]
    return fit_key("linear", [data, table_hash()], code=code, libraries=["scikit-learn", "scipy", "numpy"])


def _floors(calibration: Calibration) -> float | npt.NDArray[np.float64]:
    """The raw scores at the calibrated thresholds, [labels]."""
    from scipy.special import logit

    if calibration.thresholds is None:
        return 0.0
    return np.asarray(calibration.temperature * logit(np.asarray(calibration.thresholds)), np.float64)


class _Fitter:
    """Counts the texts once for all recipes, and only when one has to be fitted."""

    def __init__(self, data: LinearData) -> None:
        self.data = data
        self._counted: _Counts | None = None

    def fit(self, recipe: Recipe) -> LinearModel:
        """One recipe at its best C."""
        data, counted = self.data, self._counts()
        longest = recipe.longest_by_character if counted.by_character else recipe.longest
        grams = counted.grams.up_to(longest)
        train = Counted(counted.train[:, : grams.features], data.train_targets)
        dev = Counted(counted.dev[:, : grams.features], data.dev_targets)
        return fit_recipe(recipe, grams, train, dev, task=data.task, labels=len(data.labels), seed=data.seed)

    def _counts(self) -> "_Counts":
        if self._counted is None:
            data = self.data
            longest = max(max(recipe.longest, recipe.longest_by_character) for recipe in RECIPES)
            grams, rows = fit_grams(linear_rule(data.rule, data.train), data.train, longest, MIN_COUNT)
            self._counted = _Counts(
                grams, grams.count_tokens(rows), grams.count(data.dev), by_character(grams, rows)
            )
        return self._counted


@dataclass(frozen=True, slots=True)
class _Counts:
    grams: Grams
    train: Any
    dev: Any
    by_character: bool
