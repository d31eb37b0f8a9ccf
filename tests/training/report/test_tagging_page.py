"""The page of a tagging and of a joint model."""

import re

import pytest

from models.figures import in_thousandths
from tests.training.report.tagged import ENTITIES, tagged_material
from training.report.tagging import render_tagging_report
from training.report.tagging_slices import tagging_slices
from training.report.type_cells import type_cells


@pytest.mark.parametrize("joint", [True, False])
def test_links_have_their_targets_and_ids_stand_once(joint, make_material, read_page) -> None:
    html = render_tagging_report(tagged_material(make_material, joint=joint))
    page = read_page(html)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.all("a")} <= set(ids)
    assert ("confidence" in ids, "threshold-table" in ids, "words" in ids) == (joint,) * 3
    assert {"types", "values", "examples", "conflicts", "pairs", "transitions", "slices"} <= set(ids)
    assert "http:" not in html
    assert "<script" not in html
    assert "&lt;b&gt;" in html


def test_types_and_slices_hold_the_figures_of_the_rows(make_material, read_page) -> None:
    material = tagged_material(make_material, joint=True)
    tables = read_page(render_tagging_report(material)).tables
    found = material.manifest.test
    for row in tables["type-table"][1:]:
        figures = found.per_class[row[0]]
        assert row[1] == f"{figures['n']:.0f}"
        assert row[2].startswith(f"{in_thousandths(figures['recall'])} ")
        assert row[3:] == ["1.000", in_thousandths(figures["precision"]), in_thousandths(figures["f1"])]
    counts = [[int(cell) for cell in row[1:]] for row in tables["type-confusion"][1:]]
    assert counts == found.confusion
    assert tables["slice-table"][1] == ["By length"]


def test_slices_are_judged_apart(make_material) -> None:
    material = tagged_material(make_material, joint=False)
    slices = {one.name: one for one in tagging_slices(material)}
    known, unknown = slices["no unknown word"], slices["5% to 20% unknown words"]
    # The answers of the odd rows: another type, another end; of the even ones: all right, one missed.
    assert known.n + unknown.n == 40
    assert known.figures == {"network": pytest.approx(2 / 3), "baseline": 1.0}
    assert unknown.figures["network"] == pytest.approx(2 * 50 / (60 + 50))
    assert known.margin == pytest.approx(-1 / 3)
    assert known.interval.low <= known.figures["network"] <= known.interval.high


def test_cells_of_types_lead_to_the_texts(make_material) -> None:
    material = tagged_material(make_material, joint=False)
    cells = type_cells(material)
    place = {name: number for number, name in enumerate([*ENTITIES, "none"])}
    confusion = material.manifest.test.confusion
    assert cells
    for cell in cells.values():
        assert cell.count == confusion[place[cell.label]][place[cell.answer]]
    wrong_type = cells[f"type-{place['from']}-{place['to']}"]
    assert [one.row for one in wrong_type.examples] == [2, 6, 10]
    (piece,) = [piece for piece in wrong_type.examples[0].pieces if piece.kind == "invented"]
    assert (piece.text, piece.entity, piece.instead) == ("Rome", "to", "from")


def test_an_intent_answered_wrongly_is_named_in_the_right_order(make_material) -> None:
    html = render_tagging_report(tagged_material(make_material, joint=True))
    shown = re.sub(r"<[^>]+>|\s+", " ", html)
    assert re.search(r"row 6 of reviews\.csv \(test\) +· intent +go +answered +come ", shown)
