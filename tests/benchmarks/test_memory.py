"""The laboratory: its tasks, its page, and a run of a few steps."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.memory import page, store, tables
from benchmarks.memory.store import Run
from benchmarks.memory.tasks import BLANK, COPIED, GO, SYMBOLS, TASKS

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(0)
RUN = Run("adding", "lstm", 100, 1, 0.004, {}, 2_000, 99, 1.0, [0.2, 0.01], [1.0, 0.5])


def test_the_sum_of_the_two_marked_numbers_is_asked_for() -> None:
    inputs, targets = TASKS["adding"].draw(RANDOM, 500, 20)
    values, marks = inputs[..., 0], inputs[..., 1]
    assert (marks[:, :10].sum(axis=1) == 1).all()
    assert (marks[:, 10:].sum(axis=1) == 1).all()
    np.testing.assert_allclose((values * marks).sum(axis=1), targets[:, 0])
    assert np.mean((targets - 1) ** 2) == pytest.approx(TASKS["adding"].guess, rel=0.15)


def test_ten_symbols_are_asked_for_after_the_sign() -> None:
    inputs, targets = TASKS["copy"].draw(RANDOM, 50, 7)
    shown = inputs.argmax(axis=2)
    np.testing.assert_array_equal(shown[:, :COPIED], targets)
    assert (shown[:, COPIED:-COPIED] == BLANK).all()
    assert (shown[:, -COPIED] == GO).all()
    assert set(targets.ravel().tolist()) == set(range(SYMBOLS))


def test_the_first_symbol_is_asked_for_at_the_end() -> None:
    inputs, targets = TASKS["recall"].draw(RANDOM, 200, 9)
    shown = inputs.argmax(axis=2)
    np.testing.assert_array_equal(shown[:, 0], targets[:, 0])
    assert (shown[:, -1] == GO).all()
    assert shown[:, 1:-1].min() > GO
    assert set(targets.ravel().tolist()) == set(range(SYMBOLS))


def test_a_table_has_every_cell_that_ran_and_the_guess() -> None:
    runs = [
        RUN,
        replace(RUN, seed=2, score=0.002, steps_needed=4_000),
        replace(RUN, cell="simple_rnn", score=0.16, steps_needed=None),
    ]
    assert tables.score_table(runs, "adding").splitlines() == [
        "| cell | 100 steps |",
        "| --- | --- |",
        "| `lstm` | 0.0030 (2 seeds, solved after 3,000) |",
        "| `simple_rnn` | 0.1600 |",
        "| a guess | 0.167 |",
    ]


def test_a_task_without_a_run_says_so() -> None:
    assert tables.score_table([RUN], "copy") == "Not measured yet."


def test_every_cell_of_the_registry_has_its_place_in_the_tables() -> None:
    from models.networks.registry import names

    assert sorted(tables.CELLS) == names("cell")


def test_runs_are_kept_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    path = store.keep(RUN)
    assert path.name == "adding-lstm-100-seed1.json"
    assert list(store.kept()) == [RUN]


def test_the_page_is_filled_from_the_kept_results(tmp_path: Path) -> None:
    text = page.write_page(tmp_path).read_text(encoding="utf-8")
    assert "{{" not in text
    assert "| `lstm` |" in text
    for line in text.splitlines():
        if line.startswith("!["):
            assert (tmp_path / line.partition("(")[2].rstrip(")")).is_file()


@pytest.mark.slow
def test_a_run_learns_and_tells_how_far_its_gradient_reaches(tmp_path: Path) -> None:
    pytest.importorskip("jax", reason="the extra jax is not installed")
    code = (
        "import json, sys; from dataclasses import asdict; from benchmarks.memory.learn import Budget, learn;"
        "print(json.dumps(asdict(learn('recall', 'gru', 6, 1, Budget(400, units=16)))))"
    )
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    run = Run(**json.loads(done.stdout))
    assert len(run.curve) == 4
    assert run.score > 2 * TASKS["recall"].guess
    assert len(run.gradient) == 6
    assert min(run.gradient) > 0
