"""By how much one model is better than another."""

LOWER_IS_BETTER = frozenset({"ece"})
"""Metrics of which the smaller figure is the better one."""


def margin(metric: str, ours: float, theirs: float) -> float:
    """How far ``ours`` is ahead of ``theirs``: above 0 where ours is better, whatever the metric.

    Every margin has this sign: those of the tables on the command line and in the report, of ``compare``
    and of the manifest.

    Args:
        metric: its name in an evaluation.
        ours: the figure of the network, or of the model that is compared.
        theirs: that of the baseline, or of the model it is compared with.
    """
    return theirs - ours if metric in LOWER_IS_BETTER else ours - theirs
