"""Which rows of a run are in which part: shares are drawn, but a row keeps the part it had for earlier models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.counted import counted
from models.errors import DataError
from training.config import Config
from training.data.roles import Earlier, Roles
from training.data.rows import Rows
from training.data.split import row_keys, split_train


@dataclass(frozen=True, slots=True)
class Division:
    """The rows of each part.

    Attributes:
        places: of the rows of each part, in its own file, or in that of train where it is a share.
        roles: what the rows are from now on.
        kept: rows of the training file that are in another part than the seed would have drawn.
        left_out: rows that are in no part, by the part they were given for.
    """

    places: Mapping[str, list[int]]
    roles: Roles
    kept: int
    left_out: Mapping[str, int]

    def facts(self, earlier: Earlier | None) -> dict[str, Any] | None:
        """What a manifest tells of it."""
        if earlier is None:
            return None
        return {"of": list(earlier.names), "kept": self.kept, "left_out": dict(self.left_out)}


def divide(train: Rows, given: Mapping[str, Sequence[str]], config: Config, earlier: Earlier | None) -> Division:
    """Divides the rows of a run.

    Rows that an earlier model has learned never judge, and rows that have judged one are never learned.

    Args:
        train: the rows of the training file.
        given: the texts of the other parts that are files of their own.
        earlier: the models that the run comes from.

    Raises:
        DataError: a part has no row.
    """
    apart = config.data.equal_texts == "apart"
    keys = row_keys(train, apart=apart)
    left_out: dict[str, int] = {}
    kept = 0
    if earlier is None:
        places = split_train(train, config)
        places |= {part: list(range(len(texts))) for part, texts in given.items()}
    else:
        before = earlier.parts(keys, train.texts) if apart else earlier.parts(train.texts)
        places = split_train(train, config, before)
        kept = _moved(train, config, places, before)
        places |= {part: earlier.judging(texts) for part, texts in given.items()}
        sizes = {"train": len(train)} | {part: len(texts) for part, texts in given.items()}
        stay = {part: len(places[part]) for part in given}
        stay["train"] = sum(len(places[part]) for part in places if part not in given)
        left_out = {part: size - stay[part] for part, size in sizes.items() if size > stay[part]}
        for part in places:
            if not places[part]:
                raise DataError(_empty(part, config, earlier))
    texts = {part: [train.texts[i] for i in found] for part, found in places.items() if part not in given}
    if apart:
        texts = {part: [*found, *(keys[i] for i in places[part])] for part, found in texts.items()}
    texts |= {part: [found[i] for i in places[part]] for part, found in given.items()}
    roles = Roles.of(texts)
    return Division(places, earlier.continued(roles) if earlier else roles, kept, left_out)


def notes(division: Division, earlier: Earlier | None) -> list[str]:
    """Sentences for a person on the rows that keep their part and those left out."""
    if earlier is None:
        return []
    found = []
    if division.kept:
        found.append(
            f"{counted(division.kept, 'row')} of the training file stay in the part (train, dev or test) that "
            f"they had for {earlier.named}, though seed and data would draw another."
        )
    for part, count in division.left_out.items():
        why = "have judged" if part == "train" else "have been learned by"
        found.append(f"{part}: {counted(count, 'row')} left out, which {why} {earlier.named}.")
    return found


def _moved(
    train: Rows, config: Config, places: Mapping[str, list[int]], before: Sequence[str | None]
) -> int:
    """How many rows with an earlier part are elsewhere than the seed alone would draw them."""
    drawn = {place: part for part, found in split_train(train, config).items() for place in found}
    return sum(
        before[place] is not None and drawn[place] != part for part in places for place in places[part]
    )


def _empty(part: str, config: Config, earlier: Earlier) -> str:
    value = {"dev": config.data.dev, "test": config.data.test}.get(part, config.data.train)
    if part == "train":
        return (
            f"{config.locate(config.data.train)}: every row has judged {earlier.named}, so none is left to learn "
            "from; use other rows, or train anew."
        )
    if isinstance(value, Path):
        return (
            f"{config.locate(value)}: every row has been learned by {earlier.named}, so none is left as {part}; "
            "use other rows, or train anew."
        )
    return (
        f"data.{part} = {value} gives no row: the rows of {config.locate(config.data.train)} keep the part they "
        f"had for {earlier.named}, and too few are new; give {part} a file of its own, or train anew."
    )
