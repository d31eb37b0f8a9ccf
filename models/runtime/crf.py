"""The best row of tags and its probabilities from raw outputs: twin of ``models.networks.heads.crf``.

NumPy only, one row at a time. Transitions are one matrix [tags + 1, tags + 1]: the last row stands for the
beginning, the last column for the end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Path = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Chain:
    """Transitions, prepared once for many rows.

    Attributes:
        onward: [tags, tags], row j column i: the score of tag j after tag i.
        weights: the exponentials of the transitions, [tags, tags], row i column j.
        start, end: [tags].
    """

    onward: Floats
    weights: npt.NDArray[np.float64]
    start: Floats
    end: Floats

    @classmethod
    def of(cls, transitions: Floats) -> "Chain":
        """Takes [tags + 1, tags + 1] apart."""
        inner = np.asarray(transitions[:-1, :-1])
        return cls(
            np.ascontiguousarray(inner.T),
            np.exp(inner.astype(np.float64)),
            transitions[-1, :-1],
            transitions[:-1, -1],
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
        np.add((chain.onward + best[step - 1]).max(axis=1), emissions[step], out=best[step])
    path = np.empty(time, np.int64)
    path[-1] = (best[-1] + chain.end).argmax()
    for step in range(time - 2, -1, -1):
        path[step] = (best[step] + chain.onward[path[step + 1]]).argmax()
    return path


@dataclass(frozen=True, slots=True)
class Lattice:
    """How likely tags and rows of tags are, given one text.

    Scaled forward and backward sums: Rabiner, A tutorial on hidden Markov models, 1989, section V.A.

    Attributes:
        chain: of the network.
        forward: the weight of all paths to a tag, each step divided by its sum, [time, tags].
        backward: the weight of all paths from a tag on, divided by the same sums, [time, tags].
        emitted: the exponential of each emission, divided by the step's sum, [time, tags].
    """

    chain: Chain
    forward: npt.NDArray[np.float64]
    backward: npt.NDArray[np.float64]
    emitted: npt.NDArray[np.float64]

    @classmethod
    def of(cls, emissions: Floats, chain: Chain) -> "Lattice":
        """Sums over all rows of tags.

        Args:
            emissions: of the tokens of one row, [time, tags].
            chain: of the network.
        """
        scores = np.asarray(emissions, np.float64)
        emitted = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
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
        return cls(chain, forward, backward, emitted)

    def marginals(self) -> npt.NDArray[np.float64]:
        """The probability of each tag at each token, [time, tags]."""
        return np.asarray(self.forward * self.backward)

    def probability(self, path: Path, start: int, end: int) -> float:
        """That the tokens from ``start`` to before ``end`` have exactly the tags ``path[start:end]``."""
        found = self.forward[start, path[start]] * self.backward[end - 1, path[end - 1]]
        for step in range(start + 1, end):
            found *= self.chain.weights[path[step - 1], path[step]] * self.emitted[step, path[step]]
        return min(1.0, float(found))
