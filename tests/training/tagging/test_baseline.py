"""The CRF is fitted once for the same rows, and again where what was kept cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.config_file import load_config
from training.progress import PlainReporter
from training.tagging.run import PreparedTagger, prepare_tagger

WriteTrips = Callable[..., Path]


def prepared(path: Path, *overrides: str) -> PreparedTagger:
    return prepare_tagger(load_config(path, overrides), PlainReporter())


@pytest.fixture
def config_file(write_trips: WriteTrips, tmp_path: Path) -> Path:
    return write_trips(tmp_path, "tagging")


def kept(config_file: Path) -> list[Path]:
    return sorted((config_file.parent / "artifacts" / ".baselines").glob("crf-*"))


def test_the_same_rows_are_fitted_once(config_file: Path) -> None:
    first, again = prepared(config_file).baseline, prepared(config_file, "model.units=9").baseline
    assert first.seconds > 0
    assert again.seconds == 0
    assert again.model == first.model
    assert len(kept(config_file)) == 1


def test_other_ends_of_the_texts_are_other_rows(config_file: Path) -> None:
    """The same data, and other tokens of it that are read."""
    short = "text.max_length=3"
    models = [prepared(config_file, short, f"text.truncate={end}").baseline for end in ("head", "tail")]
    assert [model.seconds > 0 for model in models] == [True, True]
    assert models[0].model != models[1].model


def test_a_damaged_file_is_fitted_anew(config_file: Path) -> None:
    first = prepared(config_file).baseline
    (path,) = kept(config_file)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    for damaged in (bytes(content), path.read_bytes()[:-100], b""):
        path.write_bytes(damaged)
        again = prepared(config_file).baseline
        assert again.seconds > 0
        assert again.model == first.model


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(config_file: Path) -> None:
    (config_file.parent / "artifacts").write_text("")
    assert prepared(config_file).baseline.seconds > 0
