"""Networks of several seeds as one: its answers, its files, and what cannot be done with it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import ConfigError, InputError
from models.runtime.engines.load import load_engine
from models.runtime.run import run_rows
from training.cli.main import build_parser
from training.config_file import load_config
from training.ensemble import average, member_of
from training.previous import open_previous
from training.progress import PlainReporter
from training.run import Prepared, Trained, judge_baseline, prepare, save, train_network

SET = ("model.wide=true", "training.epochs=1")


pytestmark = pytest.mark.usefixtures("leave_no_determinism")


@pytest.fixture(scope="module")
def config_file(write_config: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_config(tmp_path_factory.mktemp("ensemble"))


@pytest.fixture(scope="module")
def networks(config_file: Path) -> tuple[Prepared, list[Trained]]:
    prepared = prepare(load_config(config_file, SET), PlainReporter())
    return prepared, [train_network(prepared, seed, PlainReporter()) for seed in (3, 4)]


def test_every_engine_gives_the_mean_of_the_networks_blended_with_one_wide_side(
    networks: tuple[Prepared, list[Trained]], config_file: Path
) -> None:
    prepared, members = networks
    together = average(prepared, [member_of(prepared, each) for each in members], 4, members[1].history)
    assert together.blend is not None
    assert together.seed == 4
    recurrent, linear = (together.blend.logits[side]["test"] for side in ("recurrent", "linear"))
    sides = [member.blend.logits["recurrent"]["test"] for member in members if member.blend]
    # Each at its own temperature: the mean lies between them up to two factors.
    factors, *_ = np.linalg.lstsq(
        np.stack([side.ravel() for side in sides], 1), recurrent.ravel(), rcond=None
    )
    np.testing.assert_allclose(sum(f * s for f, s in zip(factors, sides, strict=True)), recurrent, atol=1e-5)
    assert (factors > 0).all()
    a, b = together.blend.scales
    np.testing.assert_allclose(a * recurrent + b * linear, together.logits["test"], atol=1e-5)

    path, manifest = save(prepared, together, judge_baseline(prepared), {"ensemble": ["small/1", "small/2"]})
    for name in ("savedmodel", "onnx"):
        logits = run_rows(load_engine(name, path), prepared.encoded["test"].ids)["logits"]
        np.testing.assert_allclose(logits, together.logits["test"], rtol=0, atol=1e-5)
    one, *_ = members
    assert manifest.parameters > 2 * sum(np.size(weight) for weight in one.model.trainable_weights)
    config = load_config(config_file, SET)
    with pytest.raises(ConfigError, match="averages several networks"):
        open_previous(path, config)


def test_without_a_wide_side_the_mean_is_all(networks: tuple[Prepared, list[Trained]]) -> None:
    prepared, members = networks
    plain = [
        replace(member, blend=None, logits=member.blend.logits["recurrent"])
        for member in members
        if member.blend
    ]
    alone = replace(prepared, wide=None)
    together = average(alone, [member_of(alone, each) for each in plain], 3, plain[0].history)
    assert together.blend is None
    assert len(together.members) == 2
    assert np.isfinite(together.logits["dev"]).all()


def test_an_ensemble_of_one_is_refused_before_any_work(config_file: Path) -> None:
    args = build_parser().parse_args(["train", str(config_file), "--ensemble"])
    with pytest.raises(InputError, match="--seeds is 1; use 2 or more"):
        args.run(args)
