from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.networks.registry import PARTS, find


@pytest.mark.parametrize("name", PARTS["head"])
def test_head_gives_raw_outputs(small: Callable[..., Any], randomise: Callable[..., Any], name: str) -> None:
    features = np.random.default_rng(0).normal(size=(3, 6)).astype(np.float32)
    layer = find("head", name)(small(classes=4), "logits", 1)
    layer.build((None, 6))
    randomise(layer, scale=3.0)
    logits = np.asarray(layer(features))
    np.testing.assert_allclose(logits, features @ layer.kernel.numpy() + layer.bias.numpy(), atol=1e-5)
    assert logits.min() < 0
    assert logits.max() > 1
