"""Candidates that are tried beside the version that serves: ``NAME=VERSION:PERCENT``, ``NAME=VERSION``."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A candidate of one model.

    ``candidate`` is a version, or a version label that says which. ``percent`` of the requests that name no
    version are answered by it; None: none are, but it is asked as well and its answers are compared.
    """

    candidate: int | str
    percent: float | None = None

    def version(self, labels: Mapping[str, int]) -> int | None:
        """The version that is meant, by the version labels of the model; None where the label is unset."""
        return self.candidate if isinstance(self.candidate, int) else labels.get(self.candidate)


def parse_canaries(text: str | None) -> Mapping[str, Plan]:
    """Plans of ``NAME=VERSION:PERCENT``, several separated by commas, by the name of the model.

    Raises:
        ValueError: it is not that.
    """
    plans = {}
    for name, candidate in _pairs(text, "NAME=VERSION:PERCENT"):
        version, _, share = candidate.rpartition(":")
        try:
            percent = float(share)
        except ValueError:
            percent = math.nan
        if not version or not 0 < percent < 100:
            raise ValueError(
                f"{name}={candidate} is no NAME=VERSION:PERCENT; the percentage is above 0 and below 100"
            )
        plans[name] = Plan(_candidate(version), percent)
    return plans


def parse_shadows(text: str | None) -> Mapping[str, Plan]:
    """Plans of ``NAME=VERSION``, several separated by commas, by the name of the model.

    Raises:
        ValueError: it is not that.
    """
    return {name: Plan(_candidate(candidate)) for name, candidate in _pairs(text, "NAME=VERSION")}


def _pairs(text: str | None, form: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        name, equals, candidate = part.partition("=")
        if not name or not equals or not candidate or name in dict(pairs):
            raise ValueError(f"{part} is no {form}, or names a model twice")
        pairs.append((name, candidate))
    return pairs


def _candidate(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() else text
