"""Tokens with their characters in TensorFlow operations. Twin of ``models.text.characters``."""

import tensorflow as tf

from models.text.graph import GraphText, case_of, other_case
from models.text.spec import OTHER_ID, TextRule
from models.text.vocabulary import Vocabulary


class GraphTokens(tf.Module):
    """Splits texts into tokens, their ids, cases and characters, in core TensorFlow operations only.

    Args:
        rule: the text rule.
        vocabulary: the known tokens.
        characters: the known characters; None where the network reads none.
        width: characters read of a token.
    """

    def __init__(
        self, rule: TextRule, vocabulary: Vocabulary, characters: Vocabulary | None = None, width: int = 0
    ) -> None:
        super().__init__(name="tokens")
        self.text = GraphText(rule, vocabulary)
        self._lowercase, self._width = rule.lowercase, width
        self._known: tf.lookup.StaticHashTable | None = None
        if characters is not None:
            self._other_case = other_case(rule)
            # From the second entry on, which no single character is: TensorFlow refuses an empty table.
            keys = [-1, *(ord(character) for character in characters.tokens[OTHER_ID + 1 :])]
            values = tf.range(OTHER_ID, len(characters))
            initializer = tf.lookup.KeyValueTensorInitializer(tf.constant(keys, tf.int32), values)
            self._known = tf.lookup.StaticHashTable(initializer, OTHER_ID)

    def encode(self, text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | None]:
        """Tokens of texts, UTF-8, string[batch].

        Returns:
            tokens string[batch, time], "" at padding; ids int32[batch, time], time >= 1; lengths
            int32[batch]; characters int32[batch, time, 1 + width] or None.
        """
        ids, lengths = self.text.encode(text)
        tokens = self.text.tokenize(text)
        time = tf.shape(ids)[1]
        padded = tokens.to_tensor("", shape=tf.stack([-1, time]))
        if self._known is None:
            return padded, ids, lengths, None
        other = self._other_case.tokenize(text).flat_values
        own, low = (other, tokens.flat_values) if self._lowercase else (tokens.flat_values, other)
        features = tokens.with_flat_values(self._features(own, low))
        shape = tf.stack([-1, time, 1 + self._width])
        return padded, ids, lengths, features.to_tensor(0, shape=shape)

    def _features(self, written: tf.Tensor, lowered: tf.Tensor) -> tf.Tensor:
        """Case and characters of string[tokens]: int32 [tokens, 1 + width]."""
        own = tf.strings.unicode_decode(written, "UTF-8")
        case = case_of(own, tf.strings.unicode_decode(lowered, "UTF-8"))
        assert self._known is not None
        ids = own.with_flat_values(self._known.lookup(own.flat_values))
        characters = ids[:, : self._width].to_tensor(0, shape=tf.stack([-1, self._width]))
        return tf.concat([case[:, None], characters], axis=1)
