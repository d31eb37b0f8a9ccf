"""Nearly equal texts with different labels on the page."""

import re
from collections.abc import Callable

from training.report.material import ReportMaterial
from training.report.render import render_report
from training.review import LabelledRow, Pair


def section(page: str) -> str:
    (found,) = re.findall(r'<h3 id="pairs">.*?(?=<h3)', page, re.S)
    return " ".join(found.split())


def test_pairs_are_shown_with_their_places_and_labels(make_material: Callable[..., ReportMaterial]) -> None:
    one = LabelledRow("train", 7, "good <b>film</b>", "positive")
    other = LabelledRow("test", 1234, "good <b>film</b> indeed", "negative")
    page = section(render_report(make_material(pairs=[Pair(one, other, 0.875)])))
    assert "1 pair of texts shares" in page
    assert re.search(r"87\.5\s?% shared|88\s?% shared", page)
    assert page.index("row 7 of reviews.csv (train)") < page.index("good &lt;b&gt;film")
    assert page.index("good &lt;b&gt;film") < page.index("row 1,234 of reviews.csv (test)")
    many = section(render_report(make_material(pairs=[Pair(one, other, 0.9)] * 12)))
    assert "12 pairs of texts share" in many
    assert "have different labels; the first 10:" in many
    assert many.count("row 7 of reviews.csv (train)") == 10


def test_no_pair_is_said(make_material: Callable[..., ReportMaterial]) -> None:
    assert "None in all parts of the data." in section(render_report(make_material()))
