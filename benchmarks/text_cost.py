"""What the text rule costs in Python and in TensorFlow, for one 50-word text and for 32 of them.

Run as ``python -m benchmarks.text_cost``.
"""

import time
from collections.abc import Callable
from functools import partial

import tensorflow as tf

from models.text.graph import GraphText
from models.text.plain import Encoder
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary

TEXT = (
    "I didn't expect much from this film, but the first ten minutes pulled me in: a quiet street at 3:00, "
    "rain, and a man who can't find his keys. The acting is superb, the music isn't, and the ending is worth "
    "two hours. I'd give it 8/10 again."
)


def microseconds(call: Callable[[], object], seconds: float = 1.0) -> float:
    """Median time of one call."""
    call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6


def main() -> None:
    """Prints the figures."""
    rule = TextRule()
    words = Encoder(rule, Vocabulary.fit([], 2)).text.tokenize(TEXT).tokens
    vocabulary = Vocabulary.fit([words, *([f"word{n}"] for n in range(30_000))], 30_000)
    encoder, graph = Encoder(rule, vocabulary), GraphText(rule, vocabulary)
    encode = tf.function(graph.encode, input_signature=[tf.TensorSpec([None], tf.string)])
    print(f"{len(TEXT.split(' '))} words, {len(words)} tokens, {len(vocabulary)} known; median microseconds")

    def encode_all(texts: list[str]) -> None:
        for text in texts:
            encoder.encode(text)

    for count in (1, 32):
        texts = [TEXT] * count
        plain = microseconds(partial(encode_all, texts))
        graphed = microseconds(partial(encode, tf.constant(texts)))
        print(f"{count:>3} texts  plain {plain:8.0f}  graph {graphed:8.0f}")


if __name__ == "__main__":
    main()
