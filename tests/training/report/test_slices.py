"""Slices with their intervals."""

from dataclasses import replace

import pytest

from training.report.render import render_report
from training.report.slices import label_rows, slices
from training.report.wilson import wilson


def test_wilson_is_the_known_interval() -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = wilson(hits / n, n)
        assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert (wilson(0.0, 0).low, wilson(0.0, 0).high) == (0.0, 1.0)


def test_slices_hold_both_models_and_the_margin(make_material) -> None:
    manifest = make_material(slices=("source=x", "source=y")).manifest
    negated, x, y = slices(manifest)
    assert (negated.group, negated.n, negated.margin) == ("negation", 17, 0.125)
    assert negated.figures == {"network": 0.625, "baseline": 0.5}
    assert negated.interval == wilson(0.625, 17)
    assert [one.name for one in (x, y)] == ["source=x", "source=y"]
    assert x.n + y.n == manifest.test.n
    alone = slices(make_material(slices=("source=x",), baseline=False).manifest)
    assert [(one.margin, list(one.figures)) for one in alone] == [(None, ["network"])]


def test_labels_come_with_the_interval_of_their_recall(make_material) -> None:
    manifest = make_material(labels=("a", "b", "c"), noise=4.0).manifest
    rows = label_rows(manifest)
    assert [row.f1 for row in rows] == sorted(row.f1 for row in rows)
    for row in rows:
        assert manifest.labels[row.place] == row.label
        assert row.interval.low < row.recall < row.interval.high
        assert row.baseline_recall == manifest.baseline.per_class[row.label]["recall"]


def test_labels_that_no_row_has_stand_last_and_without_figures(make_material, read_page) -> None:
    material = make_material(labels=("a", "b", "c"))
    judged = material.manifest.test
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 0.0}
    test = judged.model_copy(update={"per_class": judged.per_class | {"a": nothing}})
    material = replace(material, manifest=material.manifest.model_copy(update={"test": test}))
    last = read_page(render_report(material)).tables["label-table"][-1]
    assert last[0] == "a"
    assert set(last[1:]) == {"0", "–"}
