"""The best row of tags and its probabilities from raw outputs: twin of ``models.networks.heads.crf``.

NumPy only, one row at a time. Transitions are one matrix [tags + 1, tags + 1]: the last row stands for the
beginning, the last column for the end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Path = npt.NDArray[np.int64]
Sums = npt.NDArray[np.float64]
# Below half of what a pair costs that BIOES does not allow, see ``models.networks.heads.crf``.
_IMPOSSIBLE = -5e3
# Any tag is reached from any other within three steps or the beginning, so shares of one step differ by less
# than four times the spread of the scores of a step: float64 holds 700.
_WIDEST_SPREAD = 150.0
# Steps of the best path whose scores are added up before they are brought back to zero.
_GROWS_FOR = 8


@dataclass(frozen=True, slots=True)
class Chain:
    """Transitions, prepared once for many rows.

    Attributes:
        onward: [tags, tags], row j column i: the score of tag j after tag i.
        inner: the same the other way round, row i column j.
        weights: the exponentials of ``inner``, infinite where they are too large.
        start, end: [tags].
        spread: how far the scores of possible pairs are apart at most, and from zero.
    """

    onward: Floats
    inner: Sums
    weights: Sums
    start: Floats
    end: Floats
    spread: float

    @classmethod
    def of(cls, transitions: Floats) -> "Chain":
        """Takes [tags + 1, tags + 1] apart."""
        inner = np.asarray(transitions[:-1, :-1])
        possible = np.where(transitions > _IMPOSSIBLE, transitions, 0.0)
        with np.errstate(over="ignore"):
            weights = np.exp(inner.astype(np.float64))
        return cls(
            np.ascontiguousarray(inner.T),
            inner.astype(np.float64),
            weights,
            transitions[-1, :-1],
            transitions[:-1, -1],
            2 * float(np.abs(possible).max(initial=0.0)),
        )


def best_path(emissions: Floats, chain: Chain) -> Path:
    """The row of tags with the highest score, [time]; of equal paths, the tag with the lower number wins.

    Reference: Viterbi, Error bounds for convolutional codes, 1967.

    Args:
        emissions: of the tokens of one row, [time, tags].
        chain: of the network.
    """
    time = len(emissions)
    if not time:
        return np.empty(0, np.int64)
    best = np.empty_like(emissions)
    best[0] = chain.start + emissions[0]
    for step in range(1, time):
        # Sums grow with the row, and float32 would lose the digits that decide.
        if step % _GROWS_FOR == 0:
            best[step - 1] -= best[step - 1].max()
        np.add((chain.onward + best[step - 1]).max(axis=1), emissions[step], out=best[step])
    path = np.empty(time, np.int64)
    path[-1] = (best[-1] + chain.end).argmax()
    for step in range(time - 2, -1, -1):
        path[step] = (best[step] + chain.onward[path[step + 1]]).argmax()
    return path


@dataclass(frozen=True, slots=True)
class Lattice:
    """How likely tags and rows of tags are, given one text; all as logarithms.

    Scaled forward and backward sums: Rabiner, A tutorial on hidden Markov models, 1989, section V.A.

    Attributes:
        chain: of the network.
        forward: the weight of all paths to a tag, each step divided by its sum, [time, tags].
        backward: the weight of all paths from a tag on, divided by the same sums, [time, tags].
        emitted: each emission, divided by the step's sum, [time, tags].
    """

    chain: Chain
    forward: Sums
    backward: Sums
    emitted: Sums

    @classmethod
    def of(cls, emissions: Floats, chain: Chain) -> "Lattice":
        """Sums over all rows of tags.

        Args:
            emissions: of the tokens of one row, [time, tags].
            chain: of the network.
        """
        scores = np.asarray(emissions, np.float64)
        scores = scores - scores.max(axis=1, keepdims=True, initial=-np.inf)
        is_narrow = chain.spread - scores.min(initial=0.0) < _WIDEST_SPREAD
        return cls(chain, *(_sums_by_product if is_narrow else _sums_of_logarithms)(scores, chain))

    def marginals(self) -> Sums:
        """The probability of each tag at each token, [time, tags]."""
        return np.asarray(np.exp(self.forward + self.backward))

    def probability(self, path: Path, start: int, end: int) -> float:
        """That the tokens from ``start`` to before ``end`` have exactly the tags ``path[start:end]``."""
        found = self.forward[start, path[start]] + self.backward[end - 1, path[end - 1]]
        for step in range(start + 1, end):
            found += self.chain.inner[path[step - 1], path[step]] + self.emitted[step, path[step]]
        return min(1.0, float(np.exp(found)))


def _sums_by_product(scores: Sums, chain: Chain) -> tuple[Sums, Sums, Sums]:
    """``forward``, ``backward`` and ``emitted`` of a lattice, as products, which take least time."""
    emitted = np.exp(scores)
    forward, backward = np.empty_like(emitted), np.empty_like(emitted)
    start, end = (np.exp(np.asarray(side, np.float64)) for side in (chain.start, chain.end))
    for step in range(len(scores)):
        reached = forward[step - 1] @ chain.weights if step else start
        weights = reached * emitted[step]
        total = weights.sum()
        np.divide(weights, total, out=forward[step])
        emitted[step] /= total
    after = end
    for step in range(len(scores) - 1, -1, -1):
        backward[step] = after
        after = chain.weights @ (emitted[step] * after)
    if len(scores):
        backward /= forward[-1] @ end
    with np.errstate(divide="ignore"):
        return np.log(forward), np.log(backward), np.log(emitted)


def _sums_of_logarithms(scores: Sums, chain: Chain) -> tuple[Sums, Sums, Sums]:
    """The same for scores of any size."""
    forward, backward, emitted = np.empty_like(scores), np.empty_like(scores), np.empty_like(scores)
    for step in range(len(scores)):
        reached = _log_sum(forward[step - 1][:, None] + chain.inner, axis=0) if step else chain.start
        total = _log_sum(reached + scores[step], axis=0)
        emitted[step] = scores[step] - total
        forward[step] = reached + emitted[step]
    after = chain.end - _log_sum(forward[-1] + chain.end, axis=0)
    for step in range(len(scores) - 1, -1, -1):
        backward[step] = after
        after = _log_sum(chain.inner + (emitted[step] + after), axis=1)
    return forward, backward, emitted


def _log_sum(values: Sums, axis: int) -> Sums:
    largest = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - largest).sum(axis=axis)) + largest.squeeze(axis))
