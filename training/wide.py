"""The linear side of a network: NB-weighted n-grams of one to three tokens, logistic regression.

Reference: Wang and Manning, Baselines and bigrams: simple, good sentiment and topic classification, 2012.
Their log-count ratios scale the features. Of more than two labels each is told from all others.
"""

import io
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import models.text.ngrams
import training.baselines.solve
import training.calibrate
import training.ngrams
import training.soft_loss
from models.runtime.manifest import Task
from training.baselines.solve import naive_bayes_ratio
from training.calibrate import fit_temperature
from training.evaluate import Targets
from training.fit_cache import FitCache, fit_key
from training.ngrams import KnownNgrams, Texts, choose_ngrams
from training.soft_loss import SoftLoss

STRENGTHS = (0.1, 1.0, 10.0)
"""Inverses of the penalty on the weights (scikit-learn's C) to choose from, ascending."""
_TOLERANCE = 1e-2
_CODE = (
    __file__,
    models.text.ngrams.__file__,
    training.baselines.solve.__file__,
    training.calibrate.__file__,
    training.ngrams.__file__,
    training.soft_loss.__file__,
)

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WideSide:
    """A fitted linear side.

    Attributes:
        ngrams: the n-grams that have weights.
        weights: [n-grams, columns]; one column for two labels of which a text has one.
        bias: [columns].
        strength: the one of ``STRENGTHS`` with the least loss on dev.
        seconds: it took.
    """

    ngrams: KnownNgrams
    weights: Floats
    bias: Floats
    strength: float
    seconds: float

    def sentence(self, *, kept: bool) -> str:
        """What a person is told of it; ``kept``: an earlier run fitted it."""
        how = "kept from an earlier run" if kept else f"fitted in {self.seconds:.0f} s"
        return (
            f"wide side {how}: {len(self.ngrams.hashes):,} of {self.ngrams.found:,} "
            f"1-3-grams, logistic regression (C = {self.strength:g})"
        )

    def to_bytes(self) -> bytes:
        """The side as an ``.npz`` file."""
        file = io.BytesIO()
        np.savez(
            file,
            hashes=self.ngrams.hashes,
            weights=self.weights,
            bias=self.bias,
            facts=np.array([self.ngrams.rows, self.ngrams.found, self.strength, self.seconds], np.float64),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "WideSide":
        """Reads what ``to_bytes`` wrote.

        Raises:
            ValueError, KeyError, zipfile.BadZipFile: it is something else.
        """
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            rows, found, strength, seconds = file["facts"].tolist()
            ngrams = KnownNgrams(file["hashes"], int(rows), int(found))
            return cls(ngrams, file["weights"], file["bias"], strength, seconds)

    def facts(self) -> dict[str, Any]:
        """What a manifest tells of it."""
        return {
            "ngrams": len(self.ngrams.hashes),
            "ngrams_found": self.ngrams.found,
            "rows": self.ngrams.rows,
            "C": self.strength,
            "seconds": round(self.seconds, 1),
        }


def kept_wide(
    folder: Path,
    task: Task,
    texts: Mapping[str, Texts],
    targets: Mapping[str, Targets],
    classes: int,
    row_weights: Floats | None = None,
) -> tuple[WideSide, bool]:
    """The linear side an earlier run kept in ``folder``, else a fitted one, which is kept.

    Args as for ``fit_wide``.

    Returns:
        The side, and whether it was kept.
    """
    cache = FitCache(folder, WideSide.from_bytes, WideSide.to_bytes)
    parts = ("train", "dev")
    inputs = {
        "task": task,
        "texts": [texts[name] for name in parts],
        "targets": [np.asarray(targets[name]) for name in parts],
        "classes": classes,
        "row weights": row_weights,
    }
    key = fit_key("wide", inputs, code=map(Path, _CODE), libraries=["scikit-learn", "scipy", "numpy"])
    if (side := cache.load(key)) is not None:
        return side, True
    side = fit_wide(task, texts, targets, classes, row_weights)
    cache.store(key, side)
    return side, False


def fit_wide(
    task: Task,
    texts: Mapping[str, Texts],
    targets: Mapping[str, Targets],
    classes: int,
    row_weights: Floats | None = None,
) -> WideSide:
    """Fits a linear side on train and chooses its penalty on dev.

    Args:
        texts: token ids of the texts of ``train`` and ``dev``.
        targets: of both; index of the label (dev: or -1), [rows]; multilabel: 0 or 1, [rows, classes].
        classes: number of labels.
        row_weights: of the training rows, [rows].
    """
    start = time.perf_counter()
    truth = _columns(task, targets["train"], classes)
    ngrams = choose_ngrams(texts["train"], truth.shape[1])
    train, dev = ngrams.matrix(texts["train"]), ngrams.matrix(texts["dev"])
    ratios = np.stack([naive_bayes_ratio(train, column) for column in truth.T], axis=1)
    loss = SoftLoss(task, targets["dev"], classes)
    least, best = np.inf, None
    for strength in STRENGTHS:
        weights, bias = _fit(train, ratios, truth, strength, row_weights)
        logits = _logits(dev @ weights + bias, classes)
        found = loss(logits, fit_temperature(task, logits, targets["dev"]))
        if best is not None and found >= least:
            break  # a weaker penalty only overfits more, and takes the longest
        least, best = found, (strength, weights, bias)
    assert best is not None
    strength, weights, bias = best
    return WideSide(ngrams, weights, bias, strength, time.perf_counter() - start)


def _columns(task: Task, targets: Targets, classes: int) -> npt.NDArray[np.bool_]:
    """What each column of weights is to tell: [rows, columns]."""
    if task == "multilabel":
        return np.asarray(targets) > 0
    if classes == 2:
        return np.asarray(targets)[:, None] == 1
    return np.asarray(np.asarray(targets)[:, None] == np.arange(classes))


def _logits(sums: Floats, classes: int) -> Floats:
    """What ``models.networks.wide.ngrams`` makes of the columns: [rows, classes]."""
    if sums.shape[1] == classes:
        return sums
    return np.concatenate([-sums / 2, sums / 2], axis=1, dtype=np.float32)


def _fit(
    matrix: Any, ratios: Floats, truth: npt.NDArray[np.bool_], strength: float, row_weights: Floats | None
) -> tuple[Floats, Floats]:
    """Weights [n-grams, columns] and bias [columns]."""
    weights, bias = np.zeros_like(ratios), np.zeros(ratios.shape[1], np.float32)
    for column in range(ratios.shape[1]):
        weights[:, column], bias[column] = _fit_column(
            matrix, ratios[:, column], truth[:, column], strength, row_weights
        )
    return weights, bias


def _fit_column(
    matrix: Any, ratio: Floats, positive: npt.NDArray[np.bool_], strength: float, row_weights: Floats | None
) -> tuple[Floats, float]:
    """Weights [n-grams] and bias of one column."""
    from scipy.sparse import diags
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if positive.all() or not positive.any() or not len(ratio):
        # Nothing to tell, or to tell it by: the odds of the label.
        return np.zeros_like(ratio), float(np.log((positive.sum() + 0.5) / ((~positive).sum() + 0.5)))
    model = LogisticRegression(
        C=strength, solver="liblinear", dual=True, tol=_TOLERANCE, max_iter=1000, random_state=0
    )
    with warnings.catch_warnings():
        # Weights a little off the optimum are no worse on other rows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix @ diags(ratio), positive, sample_weight=row_weights)
    return np.asarray(model.coef_[0] * ratio, np.float32), float(model.intercept_[0])
