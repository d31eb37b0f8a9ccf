from pathlib import Path

import numpy as np
import pytest

from models.errors import TrainingError
from training.vectors.cache import VectorCache

TABLE = np.arange(6, dtype=np.float32).reshape(3, 2)


def test_a_table_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    VectorCache(tmp_path).save("a", TABLE)
    found = VectorCache(tmp_path).load("a", (3, 2))
    assert found is not None
    np.testing.assert_array_equal(found, TABLE)
    assert [path.name for path in (tmp_path / ".cache").iterdir()] == ["a.npy"]


def test_nothing_kept_another_shape_or_a_damaged_file_is_no_table(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    assert cache.load("a", (3, 2)) is None
    cache.save("a", TABLE)
    assert cache.load("a", (2, 3)) is None
    path = tmp_path / ".cache" / "a.npy"
    path.write_bytes(path.read_bytes()[:-3])
    assert cache.load("a", (3, 2)) is None
    path.write_bytes(b"")
    assert cache.load("a", (3, 2)) is None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("")
    with pytest.raises(TrainingError, match=r"cannot be kept in .*\.$"):
        VectorCache(tmp_path).save("a", TABLE)
