"""How one batch's gradients change the weights: one clipping, one schedule, word vectors by rows."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from training.config import TrainingConfig
from training.lazy_adam import LazyAdam
from training.optimizer import build_optimizer
from training.schedule import Schedule
from training.word_rows import has_rows, word_table


class Updates:
    """The optimizers of one network.

    The table of word vectors has a rate of its own (``embedding_rate``; 0 leaves it as it started) and, with
    adam and adamw, changes by rows (``embedding_updates = "lazy"``); all else belongs to Keras' optimizer.
    The gradient is clipped by its norm over everything that is trained.

    Args:
        config: ``[training]``.
        model: a network; without a layer called "embedding" everything is Keras'.
        steps: of the whole run; schedules end there.
    """

    def __init__(self, config: TrainingConfig, model: keras.Model, steps: int) -> None:
        self.clip_norm = config.clip_norm
        self.schedule = Schedule.of(config, steps)
        self._table_share = _table_rate(config) / config.learning_rate
        table = word_table(model)
        self.trained = [variable for variable in model.trainable_variables if variable is not table]
        self._optimizer = build_optimizer(config, self.schedule)
        self._optimizer.build(self.trained)
        self._lazy: LazyAdam | None = None
        self._dense: keras.optimizers.Optimizer | None = None
        if table is not None and self._table_share > 0:
            self.trained.append(table)
            if config.optimizer != "sgd" and config.embedding_updates == "lazy" and has_rows(model):
                self._lazy = LazyAdam(table, beta2=config.beta2, decay=config.embedding_decay)
            else:
                self._dense = build_optimizer(*_for_table(config, steps))
                self._dense.build([table])

    @property
    def variables(self) -> list[keras.Variable]:
        """All state, the number of steps taken among it."""
        dense = self._dense.variables if self._dense else []
        return [*self._optimizer.variables, *dense, *(self._lazy.variables if self._lazy else [])]

    @property
    def by_rows(self) -> bool:
        """Whether the last of ``trained`` is a table whose gradient comes by rows (``WordRows``)."""
        return self._lazy is not None

    @property
    def steps(self) -> keras.Variable:
        """Steps taken so far."""
        return self._optimizer.iterations

    def apply(self, gradients: Sequence[Any]) -> Any:
        """Takes one step.

        Args:
            gradients: of ``trained``, in that order; where ``by_rows``, the last one has each row once.

        Returns:
            The norm of the gradient before it is clipped, a scalar tensor.
        """
        if not self.by_rows:
            gradients = [_distinct(gradient) for gradient in gradients]
        norm = tf.linalg.global_norm(gradients)
        if self.clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, self.clip_norm, use_norm=norm)
        if self._lazy is not None or self._dense is not None:
            *gradients, last = gradients
            if self._lazy is not None:
                rate = self._table_share * self.schedule(self.steps)
                self._lazy.apply(last.indices, last.values, rate)
            elif self._dense is not None:
                self._dense.apply([last], self.trained[-1:])
        self._optimizer.apply(gradients, self.trained[: len(gradients)])
        return norm


def _table_rate(config: TrainingConfig) -> float:
    return config.learning_rate if config.embedding_rate is None else config.embedding_rate


def _for_table(config: TrainingConfig, steps: int) -> tuple[TrainingConfig, Schedule]:
    """The same optimizer with the table's own rate and decay."""
    values = {"learning_rate": _table_rate(config), "weight_decay": config.embedding_decay}
    changed = config.model_copy(update=values)
    return changed, Schedule.of(changed, steps)


def _distinct(gradient: Any) -> Any:
    """The gradient with each row once: those of a token that stands at several places are summed."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)
