"""Limits are figures of the run, in words."""

from models.runtime.manifest import RobustnessRow
from training.report.limits import abstention, limits


def test_length_rests_on_the_data(make_material) -> None:
    found = " ".join(limits(make_material().manifest))
    assert "longer than 400 tokens (8.1\u00a0% of the training rows)" in found
    assert "first 133 and the last 267" in found


def test_another_source_is_named_where_it_was_judged(make_material) -> None:
    manifest = make_material().manifest
    assert limits(manifest)[0].startswith("It was judged on rows of its own source only")
    other = RobustnessRow(name="other data", n=1_200, accuracy={"network": 0.712, "baseline": 0.7})
    found = limits(manifest.model_copy(update={"robustness": [*manifest.robustness, other]}))
    assert found[0].startswith("On 1,200 rows of another source it answers 71.2\u00a0% rightly")


def test_labels_learned_from_few_rows_and_the_weakest_are_named(make_material) -> None:
    manifest = make_material(labels=("a", "b", "c"), noise=5.0).manifest
    assert not [one for one in limits(manifest) if one.startswith("Learned from fewer")]
    shares = {"a": 0.99, "b": 0.006, "c": 0.004}
    data = manifest.data.model_copy(update={"label_share": shares, "rows": {"train": 1_000}})
    found = limits(manifest.model_copy(update={"data": data}))
    assert "Learned from fewer than 50 rows: c 4, b 6." in found
    weakest = min(manifest.test.per_class, key=lambda label: manifest.test.per_class[label]["f1"])
    assert any(one.startswith(f"Lowest F1, with the number judged: {weakest} (") for one in found)


def test_labels_that_no_row_has_are_not_judged_and_are_not_the_weakest(make_material) -> None:
    manifest = make_material(labels=("a", "b", "c", "d")).manifest
    judged = manifest.test
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "n": 0.0}
    figures = {
        label: nothing if label == "c" else own | {"f1": 0.5 if label == "b" else 0.9}
        for label, own in judged.per_class.items()
    }
    found = limits(manifest.model_copy(update={"test": judged.model_copy(update={"per_class": figures})}))
    assert "Not judged, as no row has it: c." in found
    (weakest,) = [one for one in found if one.startswith("Lowest F1")]
    assert "b (0.500" in weakest
    assert "c (" not in weakest
    assert not [one for one in limits(manifest) if one.startswith("Not judged")]


def test_abstention_is_explained_only_where_there_is_a_threshold(make_material) -> None:
    manifest = make_material().manifest
    assert "below 0.600" in abstention(manifest)
    calibration = manifest.calibration.model_copy(update={"abstain_below": 0.0})
    never = manifest.model_copy(update={"calibration": calibration})
    assert abstention(never).startswith("No answer is marked")
    assert "threshold" in abstention(make_material(task="multilabel").manifest)


def test_unknown_words_and_misspelling_are_told_where_they_were_judged(make_material) -> None:
    manifest = make_material().manifest
    rows = [
        RobustnessRow(name=name, n=n, accuracy={"network": share}, group="unknown words")
        for name, n, share in (
            ("no unknown word", 90, 0.9),
            ("0% to 5% unknown words", 10, 0.6),
            # Too few to say anything.
            ("20% to 100% unknown words", 9, 1.0),
        )
    ]
    misspelt = RobustnessRow(
        name="10 % of the words misspelt", n=9, accuracy={"network": 0.7}, unchanged={"network": 0.8}
    )
    found = limits(manifest.model_copy(update={"robustness": [*rows, misspelt]}))
    assert (
        "It answers rightly 90.0\u00a0% of 90 rows with no unknown word, 60.0\u00a0% of 10 rows with "
        "0\u00a0% to 5\u00a0% unknown words."
    ) in found
    assert "With one word in ten misspelt it answers 70.0\u00a0% rightly, without 80.0\u00a0%." in found
    assert not [one for one in limits(manifest) if "unknown word" in one or "misspelt" in one]
