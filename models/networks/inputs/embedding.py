"""A learned vector for each token."""

import keras

from models.networks.spec import NetworkSpec


def embedding(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """A table of ``vocabulary_size`` rows, uniform in +-0.05 at the start.

    The row of the padding id is never read by an answer: lengths decide what is.
    """
    return keras.layers.Embedding(
        spec.vocabulary_size,
        spec.embedding_size,
        embeddings_initializer=keras.initializers.RandomUniform(-0.05, 0.05, seed=seed),
        name=name,
    )
