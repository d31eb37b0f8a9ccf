"""A linear chain over the tags of a row: log-likelihood, best path and marginals, in Keras operations.

A row of tags scores the sum of its emissions and of its transitions. Transitions are one matrix [tags + 1,
tags + 1]: row i, column j is what tag j gains right after tag i, the last row stands for the beginning, the
last column for the end. A pair that BIOES does not allow costs ``FORBIDDEN``, so no best path holds one.

References: Lafferty, McCallum and Pereira, Conditional random fields, 2001; the recursions after Sutton and
McCallum, An introduction to conditional random fields, 2012, section 4.1. A row without tokens scores 0.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from models.networks.lengths import Tensor, is_token, take_steps
from models.text.tags import LETTERS, allowed_transitions

FORBIDDEN = -1e4
# Keeps the logarithm of a sum of nothing finite.
_NOTHING = 1e-30
# Logarithm of a share far above that: what float32 and ``_NOTHING`` change of one above it does not count.
_LOWEST_SHARE = -46.0


@keras.saving.register_keras_serializable(package="engram")
class Transitions(keras.layers.Layer):
    """The learned scores of neighbouring tags; zero everywhere with ``learned`` off.

    Input: emissions [batch, time, tags], which are not read. Output: [tags + 1, tags + 1].

    Args:
        types: number of entity types; there are 4 * types + 1 tags.
        learned: a matrix is learned, and pairs that BIOES does not allow are forbidden. Without it every tag
            is chosen alone, as by a softmax.
    """

    def __init__(self, types: int, learned: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.types, self.learned = types, learned
        self._size = len(LETTERS) * types + 2

    def build(self, input_shape: Any) -> None:
        if self.learned:
            self.scores = self.add_weight(name="scores", shape=(self._size, self._size), initializer="zeros")

    def call(self, emissions: Tensor) -> Tensor:
        if not self.learned:
            return ops.zeros((self._size, self._size), dtype="float32")
        # JAX's ``where`` does not take a variable.
        scores = ops.convert_to_tensor(self.scores)
        return ops.where(allowed_transitions(self.types), scores, np.float32(FORBIDDEN))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (self._size, self._size)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "types": self.types, "learned": self.learned}


def log_likelihood(emissions: Tensor, transitions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
    """The logarithm of the probability of rows of tags, [batch].

    Args:
        emissions: [batch, time, tags].
        transitions: [tags + 1, tags + 1].
        tags: int32 [batch, time]; those behind a row's length are not read.
        lengths: int32 [batch].
    """
    steps, end = _path_terms(emissions, transitions, tags, lengths)
    scores, gained = _forward(emissions, transitions, lengths)
    # Differences first: both sums grow with the row, and float32 has seven digits.
    whole = ops.logsumexp(scores[:, -1] + transitions[None, :-1, -1], axis=-1)
    return ops.where(lengths > 0, ops.sum(steps - gained, axis=1) + end - whole, 0.0)


def path_score(emissions: Tensor, transitions: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
    """The score of rows of tags, [batch]; arguments as for ``log_likelihood``."""
    steps, end = _path_terms(emissions, transitions, tags, lengths)
    return ops.sum(steps, axis=1) + end


def _path_terms(
    emissions: Tensor, transitions: Tensor, tags: Tensor, lengths: Tensor
) -> tuple[Tensor, Tensor]:
    """What each token adds to a path's score, zero at padding, [batch, time], and its end, [batch]."""
    outside = ops.shape(transitions)[0] - 1
    valid = is_token(emissions, lengths)[:, :, 0]
    tags = ops.where(valid, tags, 0)
    before = ops.concatenate([ops.full_like(tags[:, :1], outside), tags[:, :-1]], axis=1)
    steps = ops.take(ops.reshape(transitions, (-1,)), before * (outside + 1) + tags)
    steps = steps + ops.squeeze(ops.take_along_axis(emissions, ops.expand_dims(tags, -1), axis=2), -1)
    last = ops.take_along_axis(tags, ops.maximum(lengths - 1, 0)[:, None], axis=1)[:, 0]
    end = ops.where(lengths > 0, ops.take(transitions[:, -1], last), 0.0)
    return ops.where(valid, steps, 0.0), end


def marginals(emissions: Tensor, transitions: Tensor, lengths: Tensor) -> Tensor:
    """The probability of each tag at each token, zero at padding: [batch, time, tags]."""
    forward, _ = _forward(emissions, transitions, lengths)
    steps = ops.arange(ops.shape(emissions)[1], dtype="int32")[None, :]
    last = lengths[:, None] - 1
    turned = ops.where(steps <= last, last - steps, steps)
    # From the end the same recursion runs over turned rows, with beginning and end, before and after swapped.
    backward, _ = _forward(take_steps(emissions, turned), ops.transpose(transitions), lengths)
    backward = take_steps(backward, turned)
    # A step's scores count only beside each other: softmax takes away what each pass subtracted.
    found = ops.softmax(forward + backward - emissions, axis=-1)
    return ops.where(is_token(emissions, lengths), found, 0.0)


def viterbi(emissions: Tensor, transitions: Tensor, lengths: Tensor) -> Tensor:
    """The row of tags with the highest score, 0 at padding: int32 [batch, time].

    Of equal paths, the tag with the lower number wins.
    """
    inner, start, end = transitions[:-1, :-1], transitions[-1, :-1], transitions[:-1, -1]

    def best_into(before: Tensor, emission: Tensor, step: Tensor) -> Tensor:
        reached = ops.max(before[:, :, None] + inner[None], axis=1)
        scores = ops.where(step == 0, start[None], reached) + emission
        # The best is zero at every step, so that long rows keep all digits of float32.
        return scores - ops.max(scores, axis=-1, keepdims=True)

    by_time = ops.transpose(emissions, (1, 0, 2))
    best = _scan(best_into, ops.zeros_like(emissions[:, 0]), by_time)
    last = ops.shape(emissions)[1] - 1

    def trace_back(after: Tensor, scores: Tensor, back: Tensor) -> Tensor:
        step = last - back
        is_last = (step == lengths - 1)[:, None]
        onward = ops.where(is_last, end[None], ops.take(ops.transpose(inner), after, axis=0))
        found = ops.cast(ops.argmax(scores + onward, axis=-1), "int32")
        return ops.where(step < lengths, found, 0)

    return ops.transpose(ops.flip(_scan(trace_back, ops.zeros_like(lengths), ops.flip(best, 0)), 0))


def _forward(emissions: Tensor, transitions: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The summed weight of all paths to each tag as logarithms, of which each step's largest is subtracted,
    [batch, time, tags], and what was subtracted, zero at padding, [batch, time].

    The sum is a product of matrices: of 200 tags that takes a tenth of the time of a sum of exponentials.
    Where shares of a step are too far apart for a product in float32, the exponentials are summed instead.
    """
    inner, start = transitions[:-1, :-1], transitions[-1, :-1]
    highest = ops.stop_gradient(ops.max(inner, axis=0, keepdims=True))
    weights = ops.exp(inner - highest)

    def by_product(before: Tensor) -> Tensor:
        return ops.log(ops.matmul(ops.exp(before), weights) + _NOTHING) + highest

    def by_sum(before: Tensor) -> Tensor:
        return ops.logsumexp(before[:, :, None] + inner[None], axis=1)

    def scan(reach: Callable[[Tensor], Tensor]) -> Tensor:
        def extend(before: Tensor, emission: Tensor, step: Tensor) -> Tensor:
            scores = ops.where(step == 0, start[None], reach(before - _largest(before))) + emission
            # A row's last scores are kept behind its length.
            return ops.where((step < lengths)[:, None], scores, before)

        found = _scan(extend, ops.zeros_like(emissions[:, 0]), ops.transpose(emissions, (1, 0, 2)))
        return ops.transpose(found, (1, 0, 2))

    valid = is_token(emissions, lengths)
    scores = scan(by_product)
    shares = ops.where(valid, scores - emissions - highest, 0.0)[:, 1:]
    scores = ops.cond(ops.all(shares > _LOWEST_SHARE), lambda: scores, lambda: scan(by_sum))
    largest = _largest(scores)
    return scores - largest, ops.where(valid, largest, 0.0)[:, :, 0]


def _largest(scores: Tensor) -> Tensor:
    # Only subtracted to be added again: the gradient of both is nothing.
    return ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))


def _scan(step: Callable[[Tensor, Tensor, Tensor], Tensor], start: Tensor, sequence: Tensor) -> Tensor:
    """What ``step(last result, element, its number)`` gives for each element of ``sequence`` [time, ...]."""

    def body(carry: Any, element: Tensor) -> Any:
        before, number = carry
        result = step(before, element, number)
        return (result, number + 1), (result, number)

    # The number travels with the result: Keras' scan takes one sequence only where time is not known.
    (results, _) = ops.scan(body, (start, ops.zeros((), dtype="int32")), sequence)[1]
    return results
