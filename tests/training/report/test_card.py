"""Sentences made of the manifest's figures."""

import pytest

from models.text.spec import TextRule
from training.report import card
from training.report.figures import percent, points, signed


def test_use_states_the_figures_of_the_data(make_material) -> None:
    gives, learned, scripts = card.intended_use(make_material().manifest, {"Latin": 0.98, "Han": 0.02})
    assert gives == "It gives a text one of 2 labels: negative, positive."
    assert "2,400 rows" in learned
    assert "9 to 500 tokens" in learned
    assert "Latin 98.0\u00a0%, Han 2.0\u00a0%" in scripts


def test_facts_name_the_data_and_few_labels_only(make_material) -> None:
    found = dict(card.facts(make_material().manifest))
    assert found["Training data"] == "reviews.csv, 2,400 rows"
    assert found["Labels"] == "negative, positive"
    many = dict(card.facts(make_material(labels=[f"l{n}" for n in range(60)]).manifest))
    assert many["Labels"] == "60, each with its figures below"


def test_facts_tell_what_the_word_vectors_start_from_and_how_many_words_have_one(make_material) -> None:
    def told(vectors):
        manifest = make_material().manifest
        training = manifest.training | {"vectors": vectors}
        return dict(card.facts(manifest.model_copy(update={"training": training}))).get("Word vectors")

    assert told(None) is None
    assert told({"file": "glove.txt", "words": 400_000, "coverage": 0.872}) == (
        "glove.txt, which has 400,000 words; 87.2\u00a0% of the vocabulary start from one of these, "
        "the others by chance"
    )
    fitted = told({"texts": 40, "tokens": 1_234, "coverage": 1.0})
    assert fitted.startswith("fitted on 40 texts of 1,234 tokens; 100.0\u00a0% of the vocabulary")
    assert told({"texts": 40, "tokens": 1_234}) == "fitted on 40 texts of 1,234 tokens"


def test_shares_name_the_most_frequent_labels_and_count_the_rest() -> None:
    shares = {f"l{i}": i / 100 for i in range(8)}
    assert card.label_shares(shares).startswith("l7 7.0\u00a0%, l6")
    assert card.label_shares(shares).endswith("l3 3.0\u00a0% and 3 more labels")


@pytest.mark.parametrize(
    ("truncate", "words"),
    [
        ("head", "the first 9"),
        ("tail", "the last 9"),
        ("head+tail", "the first 3 and the last 6"),
    ],
)
def test_text_rule_says_what_is_kept(truncate, words) -> None:
    assert card.text_rule(TextRule(max_length=9, truncate=truncate)).endswith(f"cut to {words}")


def test_text_rule_says_whether_capitals_are_told() -> None:
    assert "lower case, capitals told apart" in card.text_rule(TextRule(ids="token+case"))
    assert "apart" not in card.text_rule(TextRule())


def test_reproducing_names_the_commit_and_how_train_was_called(make_material) -> None:
    manifest = make_material().manifest
    commit, setup, inspected, command = card.reproduce(manifest).splitlines()
    assert commit == f"git checkout {manifest.environment.git_commit}"
    assert manifest.environment.python in setup
    assert inspected.startswith("python -m training inspect run.toml --json")
    assert command == "python -m training train run.toml"
    config = manifest.config | {"data": {"test": "my test.csv"}}
    judged = card.reproduce(manifest.model_copy(update={"config": config})).splitlines()[-1]
    assert judged.startswith("python -m training evaluate reviews/3 'my test.csv' --json")
    training = {"seed": 3, "seeds": {"n": 4}, "from": "old model/2"}
    again = card.reproduce(manifest.model_copy(update={"training": training}))
    assert "train run.toml --seeds 4 --from 'old model/2'" in again


def test_lineage_tells_of_the_other_networks_of_a_run(make_material) -> None:
    manifest = make_material().manifest
    assert card.lineage(manifest) == []
    seeds = {"n": 4, "test_mean": 0.861, "test_sd": 0.004}
    training = {"seed": 3, "seeds": seeds, "from": "reviews/2"}
    start, chosen, spread = card.lineage(manifest.model_copy(update={"training": training}))
    assert start.endswith("weights of reviews/2.")
    assert "best on dev of 4 networks" in chosen
    assert chosen.endswith("seed 3.")
    assert "86.1\u00a0%" in spread
    assert "0.4\u00a0%" in spread


def test_numbers_are_written_with_their_sign_and_never_as_minus_zero() -> None:
    assert percent(0.8694) == "86.9\u00a0%"
    assert signed(-0.0312) == "\u22120.031"
    assert signed(0.0312) == "+0.031"
    assert signed(-0.0001) == "0.000"
    assert points(0.009) == "+0.9\u00a0points"
