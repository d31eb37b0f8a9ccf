"""The signatures of TensorFlow Serving's Classify and Regress calls, which take serialised ``tf.Example``.

Their inputs and outputs are named as its servables ask (tensorflow_serving/servables/tensorflow,
classifier.cc and regressor.cc); so is the name of the method, which ``tf.saved_model.save`` cannot set.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from models.runtime.manifest import Task

FEATURE = "text"
METHODS = {"classify": "tensorflow/serving/classify", "regress": "tensorflow/serving/regress"}


def example_signatures(
    probabilities_of: Callable[[Any], Any], labels: Sequence[str], task: Task
) -> dict[str, Any]:
    """The signatures that make sense for a task.

    ``classify``: ``inputs`` string[batch] -> ``classes`` string[batch, classes], ``scores``
    float32[batch, classes]. ``regress``, where there are two classes and one answer: -> ``outputs``
    float32[batch], the probability of the second class.

    Args:
        probabilities_of: gives the probabilities [batch, classes] of texts [batch], inside a graph.
    """
    if task not in ("classification", "multilabel"):
        return {}
    names = tf.constant([list(labels)])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def classify(inputs: Any) -> dict[str, Any]:
        scores = probabilities_of(_texts(inputs))
        return {"classes": tf.tile(names, [tf.shape(scores)[0], 1]), "scores": scores}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")])
    def regress(inputs: Any) -> dict[str, Any]:
        return {"outputs": probabilities_of(_texts(inputs))[:, 1]}

    if task == "classification" and len(labels) == 2:
        return {"classify": classify, "regress": regress}
    return {"classify": classify}


def name_methods(folder: Path, names: Sequence[str]) -> None:
    """Writes the method of the signatures ``names`` into ``saved_model.pb``."""
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(folder))
    for name in names:
        updater.replace_method_name(signature_key=name, method_name=METHODS[name], tags="serve")
    updater.save()


def _texts(examples: Any) -> Any:
    """The bytes feature ``text`` of each example; one without it is refused."""
    return tf.io.parse_example(examples, {FEATURE: tf.io.FixedLenFeature([], tf.string)})[FEATURE]
