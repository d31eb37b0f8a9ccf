"""The laboratory: its tasks, its page, and a run of a few steps."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.memory import page, store, tables, words
from benchmarks.memory.store import Run
from benchmarks.memory.tasks import BLANK, COPIED, GO, SYMBOLS, TASKS

ROOT = Path(__file__).parents[2]
RANDOM = np.random.default_rng(0)
CLIPPED = {"clip_norm": 1.0, "steps": 12_000.0}
RUN = Run("adding", "lstm", 100, 1, 0.004, CLIPPED, 2_000, 99, 1.0, [0.2, 0.01], [1.0, 0.5])
UNCLIPPED = replace(RUN, budget={"clip_norm": None})


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
        replace(UNCLIPPED, score=None),
        replace(RUN, cell="simple_rnn", score=0.16, steps_needed=None),
        replace(RUN, cell="irnn", score=None, steps_needed=None),
    ]
    assert tables.score_table(runs, "adding").splitlines() == [
        "| cell | 100 steps |",
        "| --- | --- |",
        "| `lstm` | 0.0030 (2 seeds, solved after 3,000) |",
        "| `irnn` | no number |",
        "| `simple_rnn` | 0.1600 |",
        "| a guess | 0.167 |",
        "| training steps | 12,000 |",
    ]


def test_a_task_without_a_run_says_so() -> None:
    assert tables.score_table([RUN], "copy") == "Not measured yet."


def test_every_cell_of_the_registry_has_its_place_in_the_tables() -> None:
    from models.networks.registry import names

    assert sorted(tables.CELLS) == names("cell")


def test_runs_are_kept_and_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FOLDER", tmp_path)
    assert store.keep(RUN).name == "adding-lstm-100-seed1.json"
    broken = replace(UNCLIPPED, score=None, curve=[0.2, float("nan")], gradient=[None, float("inf")])
    assert store.keep(broken).name == "adding-lstm-100-seed1-unclipped.json"
    assert list(store.kept()) == [replace(broken, curve=[0.2, None], gradient=[None, None]), RUN]


def test_every_kept_result_is_valid_json_without_numbers_that_are_none() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    for path in store.FOLDER.glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def pictures(text: str) -> set[str]:
    return {line.partition("(")[2].rstrip(")") for line in text.splitlines() if line.startswith("![")}


def test_the_page_in_the_docs_is_filled_from_the_kept_results(tmp_path: Path) -> None:
    text = page.write_page(tmp_path).read_text(encoding="utf-8")
    assert text == (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
    assert "{{" not in text
    drawn = {f"lab/{path.name}" for path in (tmp_path / "lab").iterdir()}
    assert pictures(text) == drawn == {f"lab/{path.name}" for path in (ROOT / "docs" / "lab").iterdir()}


def test_pictures_and_sentences_without_runs_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "recall.svg").write_text("of an earlier time")
    monkeypatch.setattr(page, "kept", lambda: iter(()))
    text = page.write_page(tmp_path).read_text(encoding="utf-8")
    assert pictures(text) == {"lab/gates.svg", "lab/powers.svg", "lab/clipping.svg"}
    assert {path.name for path in (tmp_path / "lab").iterdir()} == {"gates.svg", "powers.svg", "clipping.svg"}
    assert text.count("Not measured yet.") >= 3
    for claim in (
        "feedforward control, which sees",
        "Jordan's does clearly better",
        "What is left",
        "forgotten",
    ):
        assert claim not in text


def test_a_sentence_says_which_cells_solve_a_task_and_which_do_not() -> None:
    scores = {"lstm": 0.001, "gru": 0.009, "scrn": 0.1, "feedforward": 0.166, "jordan": None}
    runs = [replace(RUN, cell=cell, score=score) for cell, score in scores.items()]
    longer = replace(RUN, cell="lstm", length=200, score=0.1)
    ignored = replace(UNCLIPPED, cell="scrn", score=0.0)
    assert words.learned([*runs, longer, ignored], "adding") == (
        "Solved at 100 by `lstm` and `gru`. `jordan` and `feedforward` do no better than a guess at any "
        "length."
    )
    longer_rows = [replace(run, length=length, score=0.1) for run in runs for length in (500, 1000)]
    assert words.learned([*runs, *longer_rows], "adding") == (
        "Solved at 100 by `lstm` and `gru`; at 500 and 1,000 by none."
    )
    assert words.learned([replace(RUN, task="recall", score=1 / 8)], "recall") == (
        "Solved at 100 by none. `lstm` does no better than a guess at any length."
    )
    assert words.learned([], "copy") == ""


def test_a_cell_s_failure_is_told_only_where_it_failed() -> None:
    assert words.control([replace(RUN, cell="feedforward", score=0.1)]) == ""
    assert "ends at 0.166" in words.control([replace(RUN, cell="feedforward", score=0.1663)])


def test_gates_are_blamed_only_where_they_fail_and_the_identity_does_not() -> None:
    scores = {"lstm": 0.12, "gru": 0.13, "irnn": 1.0}
    runs = [replace(RUN, task="recall", cell=cell, score=score) for cell, score in scores.items()]
    assert "0.73 of a number" in words.gates_forget_first(runs)
    assert words.gates_forget_first([*runs[:2], replace(runs[2], score=0.2)]) == ""
    assert words.gates_forget_first([replace(runs[0], score=0.9), *runs[1:]]) == ""
    assert words.gates_forget_first([]) == ""


def test_jordan_s_network_is_held_against_elman_s() -> None:
    runs = [
        replace(RUN, cell="jordan", score=0.1),
        replace(RUN, cell="simple_rnn", score=0.01),
        replace(RUN, task="copy", cell="jordan", score=0.9),
        replace(RUN, task="copy", cell="simple_rnn", score=0.8),
        replace(RUN, task="recall", cell="jordan", score=0.14),
        replace(RUN, task="recall", cell="simple_rnn", score=0.13),
    ]
    assert words.jordan_or_elman(runs) == (
        "Jordan's does clearly better (an error a fifth smaller, a share of right answers five points "
        "higher) in 1 of the 3 cases measured here: copy at 100 (0.900 against 0.800)."
    )
    assert words.jordan_or_elman(runs[:2]).endswith("in none of the 1 cases measured here.")


def test_what_is_left_of_a_gradient_is_told_by_cell() -> None:
    far = [2.0, *(0.5 for _ in range(99))]
    runs = [
        replace(RUN, gradient=far),
        replace(RUN, cell="feedforward", gradient=[1.0, *(0.0 for _ in range(99))]),
        replace(UNCLIPPED, cell="irnn", gradient=[None] * 100),
    ]
    assert words.reach(runs, clipped=True) == "`lstm` 0.25; nothing in `feedforward`"
    assert words.reach(runs, clipped=False) == "`irnn` ended with weights that are no numbers"
    assert words.fading([1.0, 1.0, 0.9, 0.45, 0.225, 0.0]) == pytest.approx(0.5)
    gated = replace(RUN, gradient=far, gates={"open": far, "closed": [1.0] + [0.0] * 99})
    assert words.trained_gates([gated]) == "`lstm` 0.25 as learned, 0.25 open, nothing closed"


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


def test_the_command_says_what_installs_its_libraries() -> None:
    code = (
        "import importlib.util as imports, runpy, sys; real = imports.find_spec; sys.argv[1:] = ['probe'];"
        "imports.find_spec = lambda name, *rest: None if name == 'jax' else real(name, *rest);"
        "runpy.run_module('benchmarks.memory', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "python -m benchmarks.memory needs JAX, which is not installed; run make setup\n"
