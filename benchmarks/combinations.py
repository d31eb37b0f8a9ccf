"""What a network can be put together from: every combination of parts, and a few that hold every pair."""

from dataclasses import asdict, dataclass
from itertools import combinations, product
from typing import Any

from models.networks.registry import PARTS


@dataclass(frozen=True, slots=True)
class Combination:
    """Input, cell, direction, depth and pooling of a network; names are those of the registry."""

    input: str
    cell: str
    bidirectional: bool
    layers: int
    pooling: str

    @property
    def fields(self) -> dict[str, Any]:
        """As ``NetworkSpec`` has them."""
        return asdict(self)

    @property
    def pairs(self) -> frozenset[Any]:
        """Each two of its values, with their fields."""
        return frozenset(combinations(asdict(self).items(), 2))

    def __str__(self) -> str:
        direction = "both" if self.bidirectional else "forward"
        return f"{self.input}-{self.cell}-{direction}-{self.layers}-{self.pooling}"


def every() -> list[Combination]:
    """Every combination of registered inputs, cells and poolings, of one or two directions and layers."""
    parts = product(PARTS["input"], PARTS["cell"], (False, True), (1, 2), PARTS["pooling"])
    return [Combination(*each) for each in parts]


def pairwise() -> list[Combination]:
    """A few combinations that hold every pair of values of two fields.

    Greedy: the next one is the first that holds most of the pairs still missing.
    """
    candidates = every()
    missing = frozenset().union(*(each.pairs for each in candidates))
    chosen = []
    while missing:
        best = max(candidates, key=lambda each: len(each.pairs & missing))
        chosen.append(best)
        missing -= best.pairs
    return chosen
