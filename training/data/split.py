"""Takes dev and test rows out of the training rows: by seed, stratified, equal texts on one side or not."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from models.errors import DataError
from training.config import Config
from training.data.equal_texts import same_text
from training.data.rows import Rows


def split_train(
    rows: Rows, config: Config, before: Sequence[str | None] | None = None
) -> dict[str, list[int]]:
    """Which rows of the training file are train, and which dev and test where these are shares of it.

    Args:
        before: the part that each row has had for an earlier model and keeps; where it is no share now, the
            row is in none. Only the others are drawn. An empty part is then left to the caller.

    Raises:
        DataError: a share gives no row.
    """
    wanted = {"dev": config.data.dev, "test": config.data.test}
    shares = {name: share for name, share in wanted.items() if isinstance(share, float)}
    apart = config.data.equal_texts == "apart"
    new = range(len(rows)) if before is None else [i for i, part in enumerate(before) if part is None]
    stays, *taken = split_rows(rows.take(new), list(shares.values()), config.seed, apart=apart)
    drawn = {name: [new[i] for i in found] for name, found in zip(shares, taken, strict=True)}
    if before is not None:
        drawn = {"train": [new[i] for i in stays]} | drawn
        return {
            name: sorted([*found, *(i for i, part in enumerate(before) if part == name)])
            for name, found in drawn.items()
        }
    for name, indices in drawn.items():
        if not indices:
            together = "" if apart else ", and equal ones stay together"
            raise DataError(
                f"data.{name} = {shares[name]:g} of {len(rows)} training rows gives no row "
                f"(they hold {len(set(rows.texts))} different texts{together}); "
                "use a larger share, more rows or a file of its own."
            )
    return {"train": stays} | drawn


def split_rows(rows: Rows, shares: Sequence[float], seed: int, *, apart: bool = False) -> list[list[int]]:
    """Splits rows into what stays and one part for each share.

    Equal texts stay together whatever their labels, so no text is both learned and judged, unless each row is
    to be drawn for itself. Within a label the parts are drawn by a hash of seed and text, so they do not depend
    on the order of the file, and a text mostly keeps its part when others are added. At least one text of
    every label stays.

    Args:
        rows: labelled texts.
        shares: of the rows, each above 0, their sum below 1.
        seed: another seed draws other parts.
        apart: draw each row for itself.

    Returns:
        The indices of the rows that stay, then of each part, each in the order of the file.
    """
    groups = _groups(rows, apart=apart)
    strata: defaultdict[str, list[list[int]]] = defaultdict(list)
    frequency = Counter(label for labels in rows.labels for label in labels)
    for text in sorted(groups, key=lambda text: _draw(text, seed)):
        strata[_stratum(rows, groups[text], frequency)].append(groups[text])

    parts: list[list[int]] = [[] for _ in shares]
    stays: list[int] = []
    seen = 0
    for name in sorted(strata):
        first, *rest = strata[name]
        stays += first
        size = sum(map(len, strata[name]))
        seen += size
        for part, share in zip(parts, shares, strict=True):
            # Rounding carries over to the next label, but never takes more than a label's own share.
            room = min(round(share * seen) - len(part), math.ceil(share * size))
            rest = _fill(part, rest, len(part) + room)
        stays += [index for group in rest for index in group]
    return [sorted(stays), *map(sorted, parts)]


def _groups(rows: Rows, *, apart: bool) -> dict[str, list[int]]:
    """The rows that are drawn together, by what they are drawn by."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, key in enumerate(row_keys(rows, apart=apart)):
        groups[key].append(index)
    return groups


def row_keys(rows: Rows, *, apart: bool) -> list[str]:
    """What each row is drawn by: its text, or what tells it from all others where each is drawn for itself."""
    keys = []
    before: Counter[tuple[str, ...]] = Counter()
    for index, text in enumerate(rows.texts):
        key = same_text(text)
        if apart:
            row = (key, *rows.labels[index])
            before[row] += 1
            key = repr((*row, before[row]))
        keys.append(key)
    return keys


def _fill(part: list[int], groups: list[list[int]], target: int) -> list[list[int]]:
    """Moves groups into ``part`` until it holds ``target`` rows, as nearly as their sizes allow."""
    left: list[list[int]] = []
    for group in groups:
        if len(part) + len(group) <= target:
            part += group
        else:
            left.append(group)
    return left


def _stratum(rows: Rows, group: Sequence[int], frequency: Counter[str]) -> str:
    """The label a group of equal texts is drawn under: the rarest of its rows' labels."""
    labels = {label for index in group for label in rows.labels[index]}
    return min(labels, key=lambda label: (frequency[label], label), default="")


def _draw(text: str, seed: int) -> bytes:
    key = seed.to_bytes(8, "little")
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key).digest()
