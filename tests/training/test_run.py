"""A whole run in this process: from a config to an artifact, and what the same seed gives again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from models.errors import EngramError
from models.runtime.predictor import open_predictor
from models.runtime.run import run_rows
from training import run as runs
from training.baselines.judge import JudgedBaseline
from training.batching import Batches
from training.config import Config, config_as_dict
from training.config_file import load_config
from training.fit import Fit
from training.gradients import gradient_by_distance
from training.progress import PlainReporter
from training.run import Prepared, Trained, judge_baseline, prepare, save, train_network


@pytest.fixture(scope="module")
def prepared(write_config: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepare(load_config(write_config(tmp_path_factory.mktemp("run"))), PlainReporter())


pytestmark = pytest.mark.usefixtures("leave_no_determinism")


@pytest.fixture(scope="module")
def trained(prepared: Prepared) -> Trained:
    return train_network(prepared, 3, PlainReporter())


@pytest.fixture(scope="module")
def baseline(prepared: Prepared) -> JudgedBaseline:
    return judge_baseline(prepared)


def weights(trained: Trained) -> list[np.ndarray]:
    return [np.asarray(variable.value) for variable in trained.model.trainable_variables]


def test_a_saved_model_is_the_network_that_was_judged(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline
) -> None:
    assert trained.store.folder.exists()
    path, _ = save(prepared, trained, baseline, {"from": None})
    predictor = open_predictor(path)
    test = prepared.dataset.parts["test"]
    logits = run_rows(predictor.engine, [predictor.encode(text).ids for text in test.texts])["logits"]
    np.testing.assert_allclose(logits, trained.logits["test"], atol=1e-5)
    assert np.ptp(logits) > 0.1

    manifest = predictor.manifest
    assert manifest.config == config_as_dict(prepared.config)
    assert manifest.labels == ["no", "yes"]
    assert manifest.test == trained.test
    assert manifest.baseline == baseline.evaluation
    assert [each.name for each in manifest.baselines] == [each.name for each in prepared.baselines]
    assert manifest.baseline_name == manifest.baselines[0].name
    assert manifest.baselines[0].metrics == baseline.evaluation.metrics
    assert manifest.data.rows == {"train": 40, "dev": 20, "test": 20}
    assert manifest.training["history"] == json.loads(json.dumps(trained.history.as_dict()))
    assert manifest.parameters == sum(array.size for array in weights(trained))
    guesses = [prediction.answer.best for prediction in predictor.predict(test.texts)]
    right = np.mean(np.array(guesses) == prepared.targets["test"])
    assert manifest.test is not None
    assert manifest.test.metrics["accuracy"].value == pytest.approx(right)
    assert not trained.store.folder.exists(), "the artifact takes the checkpoint's place"


def test_manifest_and_report_tell_how_far_back_the_saved_network_reads_dev_texts(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline
) -> None:
    path, _ = save(prepared, trained, baseline, {})
    told = json.loads((path / "manifest.json").read_text())["training"]["gradient_by_distance"]
    saved, dev = keras.saving.load_model(path / "model.keras"), prepared.encoded["dev"].ids
    np.testing.assert_allclose(told, gradient_by_distance(saved, 1, dev), rtol=1e-4)
    assert len(told) == int(np.median([len(ids) for ids in dev]))
    assert min(told) > 0
    page = (path / "report" / "index.html").read_text(encoding="utf-8")
    assert "How far back the memory reaches" in page


def test_a_checkpoint_stays_where_the_artifact_cannot_be_written(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise EngramError("The artifact cannot be written: No space left on device.")

    trained.store.clear()
    monkeypatch.setattr(runs, "export", full)
    with pytest.raises(EngramError, match="No space left"):
        save(prepared, trained, baseline, {})
    assert trained.store.folder.exists()


def test_a_checkpoint_stays_after_an_interrupt(
    prepared: Prepared, trained: Trained, baseline: JudgedBaseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained.store.clear()
    monkeypatch.setattr(runs, "export", lambda *_: Path("artifact"))
    save(prepared, replace(trained, history=replace(trained.history, stopped="interrupted")), baseline, {})
    assert trained.store.folder.exists()


def batches(prepared: Prepared, seed: int) -> str:
    digest = hashlib.sha256()
    for batch in Batches(prepared.encoded["train"].ids, prepared.targets["train"], batch_size=8).epoch(
        seed, 1
    ):
        digest.update(batch.ids.tobytes() + batch.targets.tobytes())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_network_and_another_seed_another(
    prepared: Prepared, trained: Trained
) -> None:
    again = prepare(prepared.config, PlainReporter())
    assert again.vocabulary == prepared.vocabulary
    assert again.dataset == prepared.dataset
    assert batches(again, 3) == batches(prepared, 3) != batches(prepared, 4)
    same, other = train_network(again, 3, PlainReporter()), train_network(prepared, 4, PlainReporter())
    for one, two, three in zip(weights(trained), weights(same), weights(other), strict=True):
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, three)
    losses = [[e.train_loss for e in t.history.epochs] for t in (trained, same, other)]
    assert losses[0] == losses[1] != losses[2]


def with_values(config: Config, **training: object) -> Config:
    return config.model_copy(update={"training": config.training.model_copy(update=training)})


def given_to_fit(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch, targets: np.ndarray, **training: object
) -> dict[str, np.ndarray | None]:
    """What the loop is given of each row."""
    given: dict[str, np.ndarray | None] = {}

    def note(_self: Fit, *_: object, **rest: np.ndarray | None) -> None:
        given.update(rest)
        raise ZeroDivisionError

    monkeypatch.setattr(Fit, "__init__", note)
    config = with_values(prepared.config, **training)
    data = replace(prepared, config=config, targets=prepared.targets | {"train": targets})
    with pytest.raises(ZeroDivisionError):
        train_network(data, 3, PlainReporter())
    return given


RARE = np.array([0] * 30 + [1] * 10, dtype=np.int32)


def test_balanced_labels_weigh_the_same_in_sum(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """tensorflow/tensorflow#33550: the weights really reach the loop."""
    weights = given_to_fit(prepared, monkeypatch, RARE, class_weight="balanced")["weights"]
    assert weights is not None
    assert weights[RARE == 0].sum() == pytest.approx(weights[RARE == 1].sum())
    assert weights.mean() == pytest.approx(1.0)
    plain = given_to_fit(prepared, monkeypatch, RARE)
    assert plain["weights"] is None
    assert plain["shares"] is None


def test_balanced_sampling_draws_every_label_as_often(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = given_to_fit(prepared, monkeypatch, RARE, sampling="balanced")
    assert given["weights"] is None
    shares = given["shares"]
    assert shares is not None
    assert shares[RARE == 0].sum() == pytest.approx(0.5)
    assert shares.sum() == pytest.approx(1.0)


def test_focal_loss_reaches_the_loop(prepared: Prepared, trained: Trained) -> None:
    config = with_values(prepared.config, loss="focal", focusing=2.0, epochs=1)
    focal = train_network(replace(prepared, config=config), 3, PlainReporter())
    # Of the first steps' p of about one half, (1 - p) ** 2 leaves a quarter.
    first, second = (each.history.epochs[0].train_loss for each in (focal, trained))
    assert first < 0.5 * second


def test_runs_that_differ_have_checkpoints_of_their_own(prepared: Prepared) -> None:
    other_data = replace(prepared, dataset=replace(prepared.dataset, fingerprint="0" * 64))
    other_config = replace(prepared, config=with_values(prepared.config, epochs=99))
    keys = [runs._run_key(*run) for run in ((prepared, 3), (prepared, 4), (other_data, 3), (other_config, 3))]
    assert len(set(keys)) == 4
    assert runs._run_key(prepare(prepared.config, PlainReporter()), 3) == keys[0]
