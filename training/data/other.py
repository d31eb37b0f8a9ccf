"""Labelled rows of another domain: judged at the end of a run, never learned from or chosen on."""

from models.counted import counted
from models.errors import DataError
from training.config import Config
from training.data.dataset import judgeable
from training.data.roles import Earlier
from training.data.rows import Layout, Rows, read_rows


def load_other(
    config: Config, labels: tuple[str, ...], earlier: Earlier | None = None
) -> tuple[Rows | None, list[str]]:
    """Reads the file of ``data.other``, laid out as the training file is.

    Args:
        config: of the run.
        labels: of the network.
        earlier: the models that the run comes from; rows that they have learned are left out.

    Returns:
        The rows, None where the config names no file; and sentences for a person.

    Raises:
        DataError: the file cannot be used, or the network knows none of its labels.
    """
    if config.data.other is None:
        return None, []
    reading = read_rows(config.locate(config.data.other), Layout.of(config, slices=False))
    skipped = [f"other: {counted(count, 'row')} skipped ({reason})" for reason, count in reading.skipped.items()]
    rows = reading.rows
    if earlier is not None and (learned := len(rows) - len(places := earlier.judging(rows.texts))):
        if not places:
            raise DataError(
                f"{config.locate(config.data.other)}: every row has been learned by {earlier.named}, so none is "
                "left as data.other."
            )
        skipped.append(
            f"other: {counted(learned, 'row')} left out, which have been learned by {earlier.named}."
        )
        rows = rows.take(places)
    return rows, [*skipped, *judgeable("other", rows, labels)]
