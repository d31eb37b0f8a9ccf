from collections.abc import Callable
from typing import Any

import numpy as np

from models.networks.registry import find


def test_every_id_has_its_own_small_vector(small: Callable[..., Any]) -> None:
    layer = find("input", "embedding")(small(vocabulary_size=200, embedding_size=50), "embedding", 1)
    vectors = np.asarray(layer(np.arange(200)[None]))[0]
    assert vectors.shape == (200, 50)
    assert np.abs(vectors).max() <= 0.05
    assert np.abs(vectors).max() > 0.049
    assert len(np.unique(vectors, axis=0)) == 200
