"""Labelled rows of another domain: judged at the end of a run, never learned from or chosen on."""

from models.counted import counted
from training.config import Config
from training.data.dataset import judgeable
from training.data.rows import Layout, Rows, read_rows


def load_other(config: Config, labels: tuple[str, ...]) -> tuple[Rows | None, list[str]]:
    """Reads the file of ``data.other``, laid out as the training file is.

    Args:
        config: of the run.
        labels: of the network.

    Returns:
        The rows, None where the config names no file; and sentences for a person.

    Raises:
        DataError: the file cannot be used, or the network knows none of its labels.
    """
    if config.data.other is None:
        return None, []
    reading = read_rows(config.locate(config.data.other), Layout.of(config, slices=False))
    skipped = [f"other: {counted(count, 'row')} skipped ({reason})" for reason, count in reading.skipped.items()]
    return reading.rows, [*skipped, *judgeable("other", reading.rows, labels)]
