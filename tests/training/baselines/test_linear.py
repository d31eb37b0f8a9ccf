import numpy as np
import pytest

from models.text.spec import TextRule
from training.baselines.grams import fit_grams
from training.baselines.linear import LinearModel


@pytest.mark.parametrize("weighting", ["tf-idf", "binary"])
def test_a_model_comes_back_from_its_bytes(weighting: str) -> None:
    texts = ["one two three", "two three \ud800 four", "three, one 好 好"]
    grams, _ = fit_grams(TextRule(max_length=7), texts, 3, 1)
    draw = np.random.default_rng(0)
    scale = (
        draw.random(grams.features).astype(np.float32) if weighting == "tf-idf" else np.zeros(0, np.float32)
    )
    weights = draw.random((grams.features, 3)).astype(np.float32)
    model = LinearModel("a name", grams, weighting, scale, weights, np.zeros(3, np.float32))  # type: ignore[arg-type]
    again = LinearModel.from_bytes(model.to_bytes())
    assert (again.name, again.weighting, again.grams.rule) == (model.name, weighting, grams.rule)
    assert again.grams.tokens == grams.tokens
    np.testing.assert_array_equal(again.logits(texts), model.logits(texts))


def test_other_bytes_are_refused() -> None:
    with pytest.raises((ValueError, KeyError)):
        LinearModel.from_bytes(b"no model")
