"""A linear side: one weight a label for each n-gram of one to three tokens."""

from typing import Any

import keras
from keras import ops

from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec
from models.text.ngrams import CHECKS, FACTORS, MODULUS


@keras.saving.register_keras_serializable(package="engram")
class HashedNgrams(keras.layers.Layer):
    """The summed weights of the n-grams a text holds, each counted once.

    An n-gram stands in one row of a table, found by its hash; a check of eight more bits beside the row tells
    it from those that the table does not know. ``models.text.ngrams`` has the rule. The weights come from a
    linear model: none is trained here.

    Reference: Weinberger et al., Feature hashing for large scale multitask learning, 2009.

    Input: ids int32 [batch, time] and lengths int32 [batch]. Output: [batch, classes], the bias alone for a
    text without tokens.

    Args:
        rows: of the table.
        columns: weights of an n-gram: one a label; or 1 for two labels, whose logits are -s/2 and s/2 for the
            sum s of the weights.
        classes: number of labels.
    """

    def __init__(self, rows: int, columns: int, classes: int, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        self.rows, self.columns, self.classes = rows, columns, classes

    def build(self, ids_shape: Any, lengths_shape: Any) -> None:
        self.table = self.add_weight(name="table", shape=(self.rows, self.columns), initializer="zeros")
        self.checks = self.add_weight(
            name="checks", shape=(self.rows,), initializer="zeros", dtype="uint8", trainable=False
        )
        self.bias = self.add_weight(name="bias", shape=(self.columns,), initializer="zeros")

    def call(self, ids: Tensor, lengths: Tensor) -> Tensor:
        hashes = _sorted_hashes(ids, lengths)
        before = ops.pad(hashes[:, :-1], [[0, 0], [1, 0]], constant_values=-1)
        rows = hashes % self.rows
        check = ops.cast(hashes // self.rows % CHECKS, "uint8")
        known = (hashes < MODULUS) & (hashes != before) & (ops.take(self.checks, rows, axis=0) == check)
        weights = ops.where(known[:, :, None], ops.take(self.table, rows, axis=0), 0.0)
        total = ops.sum(weights, axis=1) + self.bias
        if self.columns < self.classes:
            return ops.concatenate([-total, total], axis=-1) / 2.0
        return total

    def compute_output_shape(self, ids_shape: Any, lengths_shape: Any) -> Any:
        return (ids_shape[0], self.classes)

    def get_config(self) -> dict[str, Any]:
        sizes = {"rows": self.rows, "columns": self.columns, "classes": self.classes}
        return {**super().get_config(), **sizes}


def _sorted_hashes(ids: Tensor, lengths: Tensor) -> Tensor:
    """The hash of every n-gram, int64 [batch, 3 * time]; ``MODULUS`` for those that end in padding."""
    time = ops.shape(ids)[1]
    behind = len(FACTORS) - 1
    padded = ops.pad(ops.cast(ids, "int64"), [[0, 0], [behind, 0]])
    is_token = ops.arange(time, dtype="int32")[None, :] < lengths[:, None]
    total, hashes = 0, []
    for back, factor in enumerate(FACTORS):
        total = total + padded[:, behind - back : behind - back + time] * factor
        hashes.append(ops.where(is_token, total % MODULUS, MODULUS))
    return ops.sort(ops.concatenate(hashes, axis=1), axis=1)


def ngrams(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer for ``spec``, its weights zero; the seed is not used."""
    columns = 1 if spec.head == "softmax" and spec.classes == 2 else spec.classes
    return HashedNgrams(spec.wide_rows, columns, spec.classes, dtype="float32", name=name)
