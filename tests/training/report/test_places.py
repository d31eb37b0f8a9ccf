"""How a row of a report is found."""

from training.report.places import places


def test_a_row_is_named_by_the_file_it_stands_in(make_material) -> None:
    manifest = make_material().manifest

    def named(part: str, **data: object) -> str:
        return places(manifest.model_copy(update={"config": {"data": data}}))(part, 1234)

    assert named("test", train="data/all.csv", dev=0.1, test=0.1) == "row 1,234 of all.csv (test)"
    assert named("test", train="data/all.csv", test="../held/out.jsonl") == "row 1,234 of out.jsonl (test)"
    assert named("train", train="data/all.csv", test="out.jsonl") == "row 1,234 of all.csv (train)"
    assert named("dev") == "dev row 1,234"
