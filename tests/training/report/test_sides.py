from dataclasses import replace

from training.report.render import render_report
from training.report.sides import sides

FACTS = {
    "ngrams": 12_345,
    "C": 1.0,
    "scales": {"recurrent": 0.512, "linear": 1.25},
    "linear_share": 0.43,
    "accuracy": {
        "dev": {"recurrent": 0.9, "linear": 0.91, "blend": 0.92},
        "test": {"recurrent": 0.89, "linear": 0.905, "blend": 0.915},
    },
}


def test_each_side_and_the_blend_stand_side_by_side(make_material, read_page) -> None:
    material = make_material()
    manifest = material.manifest.model_copy(update={"training": {"seed": 1, "wide": FACTS}})
    page = read_page(render_report(replace(material, manifest=manifest)))
    assert page.tables["side-table"][1:] == [
        ["dev", "90.0 %", "91.0 %", "92.0 %"],
        ["test", "89.0 %", "90.5 %", "91.5 %"],
    ]
    assert "0.51 times those of the recurrent side plus 1.25 times" in page.text
    assert "12,345 1-3-grams" in page.text


def test_a_network_without_a_linear_side_says_nothing_of_one(make_material, read_page) -> None:
    material = make_material()
    assert sides(material.manifest) is None
    assert "side-table" not in read_page(render_report(material)).tables
