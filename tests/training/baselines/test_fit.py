from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.text.spec import TextRule
from training.baselines import fit as fits
from training.baselines.fit import Baseline, LinearData, fit_baselines
from training.baselines.linear import LinearModel
from training.baselines.solve import dev_score
from training.config import CalibrationConfig
from training.fit_cache import FitCache

TEXTS = tuple(
    f"{start} {word}" for start in ("it was", "a", "so") for word in ("good", "fine", "bad", "poor")
)
DATA = LinearData(
    task="classification",
    rule=TextRule(),
    labels=("no", "yes"),
    train=TEXTS,
    train_targets=np.array([1, 1, 0, 0] * 3),
    dev=("very good", "fine", "how bad", "poor thing"),
    dev_targets=np.array([1, 1, 0, 0]),
    seed=0,
)


def fit(data: LinearData = DATA, folder: Path | None = None) -> tuple[Baseline, ...]:
    return fit_baselines(data, CalibrationConfig(), folder)


def test_both_kinds_are_fitted_and_calibrated() -> None:
    found = fit()
    assert sorted(each.name.split(" 1-")[0] for each in found) == ["NB-weighted", "TF-IDF"]
    for each in found:
        assert each.dev_score == 1.0
        assert each.seconds > 0
        p = each.probabilities(DATA.dev)
        np.testing.assert_allclose(p.sum(axis=1), 1.0)
        assert p.argmax(axis=1).tolist() == [1, 1, 0, 0]


def test_the_better_one_on_dev_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for favourite in ("TF-IDF", "NB-weighted"):
        scores = iter([0.9, 0.8] if favourite == "TF-IDF" else [0.8, 0.9])
        monkeypatch.setattr(fits, "dev_score", lambda *_, scores=scores: next(scores))
        assert fit()[0].name.startswith(favourite)


def test_a_second_run_on_the_same_data_fits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fit(folder=tmp_path)
    monkeypatch.setattr(fits, "fit_recipe", None)
    again = fit(folder=tmp_path)
    assert [each.seconds for each in again] == [0.0, 0.0]
    for one, two in zip(first, again, strict=True):
        assert (one.name, one.dev_score, one.calibration) == (two.name, two.dev_score, two.calibration)
        np.testing.assert_array_equal(one.logits(TEXTS), two.logits(TEXTS))


@pytest.mark.parametrize(
    "other",
    [
        replace(DATA, train=("it was awful", *TEXTS[1:])),
        replace(DATA, train_targets=1 - DATA.train_targets),
        replace(DATA, dev=("fine", *DATA.dev[1:])),
        replace(DATA, dev_targets=1 - DATA.dev_targets),
        replace(DATA, rule=TextRule(lowercase=False)),
        replace(DATA, labels=("no", "sure")),
        replace(DATA, seed=1),
    ],
)
def test_another_run_is_fitted_anew(tmp_path: Path, other: LinearData) -> None:
    fit(folder=tmp_path)
    assert all(each.seconds > 0 for each in fit(other, tmp_path))


def test_a_damaged_file_is_fitted_anew(tmp_path: Path) -> None:
    fit(folder=tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert all(each.seconds > 0 for each in fit(folder=tmp_path))
    assert all(each.seconds == 0 for each in fit(folder=tmp_path))


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(fit(folder=tmp_path / "file" / "folder")) == 2


def test_the_oldest_files_go(tmp_path: Path) -> None:
    model = fit()[0].model
    cache = FitCache(tmp_path, LinearModel.from_bytes, LinearModel.to_bytes)
    for number in range(15):
        cache.store(f"key{number}", model)
    assert len(list(tmp_path.iterdir())) == 12
    assert cache.load("key14") is not None


def test_two_labels_of_which_train_has_one_more_are_told_apart() -> None:
    data = replace(DATA, labels=("no", "other", "yes"), train_targets=DATA.train_targets * 2)
    p = fit(replace(data, dev_targets=DATA.dev_targets * 2))[0].probabilities(DATA.dev)
    assert p.argmax(axis=1).tolist() == [2, 2, 0, 0]


def test_several_labels_are_scored_as_they_are_answered() -> None:
    truth = np.array([[1, 0], [0, 0], [0, 0], [0, 1]] * 3)
    dev = np.array([[1, 0], [0, 0], [0, 0], [0, 1]])
    data = replace(DATA, task="multilabel", train_targets=truth, dev_targets=dev)
    mixed = replace(data, dev=("good bad fine fine", "fine", "how bad", "poor bad fine fine"))
    found = fit(mixed)
    for each in found:
        answered = each.probabilities(mixed.dev) >= np.array(each.calibration.thresholds)
        assert each.dev_score == 2 * (answered & (dev == 1)).sum() / (answered.sum() + dev.sum())
    assert any(each.dev_score > dev_score("multilabel", each.logits(mixed.dev), dev) for each in found)
