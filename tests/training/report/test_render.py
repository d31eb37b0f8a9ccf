"""The page as a whole."""

import re
import tomllib
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from models.figures import in_thousandths
from training.report.render import render_report

LARGEST = 1_000_000
NASTY = (
    '<script>alert(1)</script><img src="http://evil.example/x">',
    "NUL \x00, surrogate \ud800, escape \x1b[31m, override \u202e end",
    "مرحبا بكم في هذا الفيلم",
    "x" * 5_000,
    "",
)


@pytest.fixture(scope="module")
def plain_html(make_material) -> str:
    """The page of a run with two labels, a test part and a baseline."""
    return render_report(make_material())


@pytest.mark.parametrize(
    "case",
    [
        {"labels": ("负面", "中性", "正面")},
        {"labels": [f"label {i}" for i in range(60)], "rows": 200},
        {"task": "multilabel", "labels": ("toxic", "rude", "spam")},
        {"split": "dev"},
        {"baseline": False},
        {"epochs": 1},
        {"slices": ("source=imdb", "source=rotten")},
        {"noise": 0.0, "temperature": 0.2},
        {"rows": 1, "noise": 0.0},
    ],
    ids=",".join,
)
def test_page_is_small_and_asks_nothing_of_a_network(case: dict[str, Any], make_material, read_page) -> None:
    html = render_report(make_material(**case))
    page = read_page(html)
    assert len(html.encode("utf-8")) < LARGEST
    assert "http:" not in html
    assert "https:" not in html
    assert "@import" not in html
    assert "url(http" not in html
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe", "object", "form"})


def test_every_plot_says_what_it_is_and_headings_are_in_order(plain_html, read_page) -> None:
    page = read_page(plain_html)
    plots = page.all("svg")
    assert len(plots) == 8
    assert all(plot["role"] == "img" and len(plot["aria-label"]) > 20 for plot in plots)
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert all(header.get("scope") for header in page.all("th"))


def test_every_link_of_the_page_has_its_target_and_no_id_stands_twice(plain_html, read_page) -> None:
    page = read_page(plain_html)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in page.all("a")] + [use["xlink:href"] for use in page.all("use")]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_without_a_wrong_label_no_link_leads_to_the_wrong_ones(make_material, read_page) -> None:
    material = make_material(task="multilabel")
    logits = np.where(material.judged.targets == 1, 9.0, -9.0).astype(np.float32)
    page = read_page(render_report(replace(material, judged=replace(material.judged, logits=logits))))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = {link["href"].removeprefix("#") for link in page.all("a")}
    assert "confusions" not in links
    assert links <= ids


def test_how_training_ended_is_two_sentences(make_material, plain_html) -> None:
    assert re.search(r"the dev score had stopped rising\.\s+It took [\d,]+ seconds", plain_html)
    material = make_material()
    done = replace(material, history=replace(material.history, stopped="epochs"))
    assert re.search(r"all epochs were done\.\s+It took [\d,]+ seconds", render_report(done))


def test_plots_take_their_colours_from_the_page(plain_html) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", plain_html, flags=re.DOTALL))
    assert "var(--accent)" in drawn
    assert "var(--ink)" in drawn
    assert not re.search(r"#[0-9a-f]{6}\b", drawn.lower())


def test_metric_table_holds_the_figures_of_the_manifest(make_material, read_page) -> None:
    material = make_material(rows=400)
    rows = read_page(render_report(material)).tables["metric-table"][1:]
    network, baseline = material.manifest.test.metrics, material.manifest.baseline.metrics
    assert len(rows) == len(network)
    accuracy = next(row for row in rows if row[0].startswith("Accuracy"))
    here, there = network["accuracy"], baseline["accuracy"]
    assert (
        accuracy[1]
        == f"{in_thousandths(here.value)} {in_thousandths(here.low)} to {in_thousandths(here.high)}"
    )
    assert (
        accuracy[2]
        == f"{in_thousandths(there.value)} {in_thousandths(there.low)} to {in_thousandths(there.high)}"
    )
    assert accuracy[3] == in_thousandths(here.value - there.value, signed=True)
    error = next(row for row in rows if row[0].startswith("Calibration error"))
    assert float(error[3].replace("\u2212", "-")) == pytest.approx(
        baseline["ece"].value - network["ece"].value, abs=5e-4
    )


def test_label_slice_and_confusion_tables_hold_the_figures_of_the_manifest(make_material, read_page) -> None:
    material = make_material(labels=("a", "b", "c"), slices=("source=x", "source=y"), noise=4.0)
    tables = read_page(render_report(material)).tables
    found = material.manifest.test
    by_label = {row[0]: row[1:] for row in tables["label-table"][1:]}
    for label, figures in found.per_class.items():
        rows, recall, theirs, *others = by_label[label]
        assert (int(rows), recall.split()[0]) == (figures["n"], in_thousandths(figures["recall"]))
        assert theirs == in_thousandths(material.manifest.baseline.per_class[label]["recall"])
        assert others == [in_thousandths(figures[name]) for name in ("precision", "f1")]
    assert [float(row[-1]) for row in tables["label-table"][1:]] == sorted(
        round(figures["f1"], 3) for figures in found.per_class.values()
    )
    by_slice = {row[0]: row[1:] for row in tables["slice-table"][1:]}
    assert list(by_slice) == ["By negation", "with a negation word", "By source", "source=x", "source=y"]
    n, network, baseline, _ = by_slice["source=x"]
    assert (n, network.split()[0]) == ("150", in_thousandths(found.slices["source=x"]["accuracy"]))
    assert baseline == in_thousandths(material.manifest.baseline.slices["source=x"]["accuracy"])
    assert by_slice["with a negation word"][0] == "17"
    counts = [[int(cell.split()[0]) for cell in row[1:]] for row in tables["confusion"][1:]]
    assert counts == found.confusion


def test_baselines_order_and_robustness_stand_in_tables(make_material, read_page) -> None:
    page = read_page(render_report(make_material()))
    names = [row[0] for row in page.tables["baseline-table"][1:]]
    assert names == ["TF-IDF 1-2-grams, logistic regression", "NB-weighted"]
    assert [row[1] for row in page.tables["baseline-table"][1:]] == ["0.875", "0.861"]
    (shuffled,) = page.tables["robustness-table"][1:]
    assert shuffled == ["words shuffled", "300", "0.750 (−0.125)", "0.800 (−0.050)"]
    assert "p = 0.032" in page.text
    assert "Abstention" in page.text


def test_many_labels_show_the_confused_pairs_instead_of_the_whole_table(make_material, read_page) -> None:
    material = make_material(labels=[f"label {i}" for i in range(60)], rows=300, noise=3.0)
    page = read_page(render_report(material))
    assert not [name for name in page.tables if name.startswith("confusion")]
    counts = np.array(material.manifest.test.confusion)
    np.fill_diagonal(counts, 0)
    shown = page.tables["confused-table"][1:]
    assert len(shown) == 20
    assert [int(row[2]) for row in shown] == sorted(counts.ravel().tolist(), reverse=True)[:20]


def test_multilabel_has_no_confusion_matrix_but_thresholds(make_material, read_page) -> None:
    page = read_page(render_report(make_material(task="multilabel", labels=("rude", "spam"), noise=4.0)))
    assert page.tables["label-table"][0][-1] == "Threshold"
    assert page.tables["threshold-table"][0][:3] == ["Probability of at least", "Precision", "Recall"]
    assert not [name for name in page.tables if "confus" in name]
    assert "Missed:" in page.text
    assert "Invented:" in page.text


def test_page_without_a_test_part_says_that_its_figures_flatter(make_material, plain_html) -> None:
    assert "flatter" in render_report(make_material(split="dev"))
    assert "flatter" not in plain_html


def test_nasty_texts_are_shown_as_text(make_material, read_page) -> None:
    html = render_report(make_material(texts=NASTY * 30, rows=150, noise=12.0))
    page = read_page(html)
    html.encode("utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\x00" not in html
    assert "\x1b" not in html
    assert "NUL \ufffd, surrogate \ufffd, escape \ufffd[31m" in html
    assert "(empty text)" in html
    assert len(max(re.findall("x+", page.text), key=len)) == 300
    assert all(quote.get("dir") == "auto" for quote in page.all("blockquote"))


def test_label_names_are_escaped_everywhere(make_material, read_page) -> None:
    html = render_report(make_material(labels=("<b>bad</b>", 'go"od\ud800'), noise=5.0))
    assert not read_page(html).all("b")[3:]  # three tiles have one each
    assert "&lt;b&gt;bad&lt;/b&gt;" in html
    html.encode("utf-8")


def test_unknown_labels_are_counted_and_shown_as_mistakes(make_material) -> None:
    material = make_material(rows=50, noise=0.0)
    material.judged.targets[:3] = -1
    html = render_report(material)
    assert "3 of the test rows have a label that training did not have" in html
    assert html.count("a label training did not have") == 3


def test_same_material_gives_the_same_bytes(make_material, plain_html) -> None:
    assert render_report(make_material()) == plain_html


def test_config_on_the_page_can_be_trained_again(make_material, read_page) -> None:
    config = {
        "name": "r",
        "seed": 1,
        "data": {"train": "a.csv", "unlabelled": None, "label_names": {"0": "nein </pre>", "1": "好"}},
    }
    html = render_report(make_material(config=config))
    page = read_page(html)
    shown = page.text[
        page.text.index('name = "r"') : page.text.index("Reproduce", page.text.index('name = "r"'))
    ]
    config["data"]["unlabelled"] = "none"
    assert tomllib.loads(shown) == config
