"""The SavedModel of a tagging or joint model: text to tags and intent, and ids to raw outputs.

As in ``training.saved_model``: core TensorFlow operations and plain variables only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from models.networks.heads.crf import marginals, viterbi
from models.text.graph_tokens import GraphTokens
from models.text.tags import tag_names
from training.saved_model import Untracked


class TaggingModule(tf.Module):
    """A network with its text rule in front, and the best well-formed tags behind.

    Args:
        model: built by ``models.networks.tagger``.
        tokens: the text rule.
        entities: the types.
        intents: of the whole text; empty without.
        temperature: of the intents.
    """

    def __init__(
        self,
        model: keras.Model,
        tokens: GraphTokens,
        entities: Sequence[str],
        intents: Sequence[str],
        temperature: float,
    ) -> None:
        super().__init__(name="engram")
        # The variables, not the Keras model: tracking the model would put Keras' own classes into the file.
        self.weights = [variable.value for variable in model.variables]
        self.tokens = tokens
        self.names = tf.constant(tag_names(entities))
        self.intents = tf.constant(list(intents), tf.string)
        self._has_intents, self._temperature = bool(intents), temperature
        self._model = Untracked(model)
        numbers = tf.TensorSpec([None, None], tf.int32, name="ids")
        lengths = tf.TensorSpec([None], tf.int32, name="lengths")
        shapes = [tensor.shape for tensor in model.inputs if tensor.name == "characters"]
        if shapes:
            characters = tf.TensorSpec(shapes[0], tf.int32, name="characters")
            self.ids = tf.function(self._outputs, input_signature=[numbers, lengths, characters])
        else:
            self.ids = tf.function(lambda ids, lengths: self._outputs(ids, lengths, None), [numbers, lengths])

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
    def serving_default(self, text: Any) -> dict[str, Any]:
        """Tokens, the tag of each and its probability, "" and 0 at padding; with intents the best one."""
        tokens, ids, lengths, characters = self.tokens.encode(text)
        outputs = self._outputs(ids, lengths, characters)
        emissions, transitions = outputs["emissions"], outputs["transitions"]
        best = viterbi(emissions, transitions, lengths)
        shares = tf.gather(marginals(emissions, transitions, lengths), best, batch_dims=2)
        is_token = tf.sequence_mask(lengths, tf.shape(ids)[1])
        answer = {
            "tokens": tokens,
            "tags": tf.where(is_token, tf.gather(self.names, best), ""),
            "confidence": shares,
        }
        if self._has_intents:
            probabilities = tf.nn.softmax(outputs["intent_logits"] / self._temperature)
            answer["intent"] = tf.gather(self.intents, tf.argmax(probabilities, axis=1))
            answer["intent_confidence"] = tf.reduce_max(probabilities, axis=1)
        return answer

    def _outputs(self, ids: Any, lengths: Any, characters: Any) -> dict[str, Any]:
        """Raw outputs."""
        inputs = {"ids": ids, "lengths": lengths}
        if characters is not None:
            inputs["characters"] = characters
        found: dict[str, Any] = self._model.value(inputs, training=False)
        return found


def write_tagging_model(module: TaggingModule, folder: Path) -> None:
    """Writes ``saved_model.pb``, ``variables/`` and ``assets/`` into ``folder``."""
    tf.saved_model.save(
        module,
        str(folder),
        signatures={"serving_default": module.serving_default, "ids": module.ids},
        options=tf.saved_model.SaveOptions(experimental_custom_gradients=False),
    )
