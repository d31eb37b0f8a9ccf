"""How large a reply may be: a small request of a model with many labels must not make a huge one."""

from models.runtime.manifest import TAGGING, Manifest
from service.errors import ReplyTooLargeError

MOST_PROBABILITIES = 1_000_000
"""Probabilities in one reply. With their labels they take some 40 MB and half a second to write."""


def probabilities_listed(manifest: Manifest, top: int | None = None) -> int:
    """How many probabilities the reply lists for one answer.

    Args:
        top: how many were asked for; None: all.
    """
    labels = 0 if manifest.task in TAGGING else len(manifest.labels)
    return min(top or labels, labels)


def check_reply(probabilities: int) -> None:
    """Refuses to list more than a reply may hold.

    Raises:
        ReplyTooLargeError: it would list that many.
    """
    if probabilities > MOST_PROBABILITIES:
        raise ReplyTooLargeError(
            f"the reply would list {probabilities} probabilities; at most {MOST_PROBABILITIES} are allowed: "
            "send fewer texts at once, or ask for fewer labels or outputs"
        )
