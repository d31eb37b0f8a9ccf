"""The loss of each row from its logits."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from models.runtime.manifest import Task

RowLoss = Callable[[Any, Any], Any]
"""(targets, logits [batch, classes]) -> losses [batch]."""
# Of a certain answer 1 - p is 0, and 0 to a power below 1 has an infinite slope: nothing times that is NaN.
_LEAST_DOUBT = 1e-30


def row_loss(task: Task, smoothing: float = 0.0, focusing: float = 0.0, *, soft: bool = False) -> RowLoss:
    """The loss of a task: ``focal_loss`` where ``focusing`` is above 0, else cross-entropy.

    Cross-entropy against softened targets: share ``smoothing`` of the truth is spread over all labels.

    One label a text: targets int32 [batch]; the truth becomes 1 - s + s / classes, any other s / classes.
    ``soft``: targets are probabilities, float32 [batch, classes], softened in the same way.
    Multilabel: targets from 0 to 1, float32 [batch, classes]; each becomes t (1 - s) + s / 2; mean over
    labels.

    Reference: Szegedy et al., Rethinking the inception architecture, 2016, section 7.
    """
    if focusing:
        return focal_loss(task, focusing)
    return _sigmoid(smoothing) if task == "multilabel" else _softmax(smoothing, soft)


def focal_loss(task: Task, focusing: float) -> RowLoss:
    """The cross-entropy -log p of the true answer, times (1 - p) ** focusing: hard rows count more.

    Targets as for ``row_loss``; multilabel: the mean over the labels.

    Reference: Lin et al., Focal Loss for Dense Object Detection, 2017, section 3.2, equation 4.
    """

    def doubt(loss: Any) -> Any:
        return tf.maximum(-tf.math.expm1(-loss), _LEAST_DOUBT)

    def softmax(targets: Any, logits: Any) -> Any:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        return loss * doubt(loss) ** focusing

    def sigmoid(targets: Any, logits: Any) -> Any:
        loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
        return tf.reduce_mean(loss * doubt(loss) ** focusing, axis=-1)

    return sigmoid if task == "multilabel" else softmax


def _softmax(smoothing: float, soft: bool) -> RowLoss:
    if soft:
        cross_entropy = tf.nn.softmax_cross_entropy_with_logits
    else:
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    def loss(targets: Any, logits: Any) -> Any:
        truth = cross_entropy(labels=targets, logits=logits)
        if not smoothing:
            return truth
        uniform = -tf.reduce_mean(tf.nn.log_softmax(logits), axis=-1)
        return (1 - smoothing) * truth + smoothing * uniform

    return loss


def _sigmoid(smoothing: float) -> RowLoss:
    def loss(targets: Any, logits: Any) -> Any:
        soft = targets * (1 - smoothing) + smoothing / 2
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=soft, logits=logits), axis=-1)

    return loss
