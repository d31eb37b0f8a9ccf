"""Compares both implementations of the text rule on real lines; exits 1 at any difference.

Run as ``python -m benchmarks.text_agreement --data reviews.csv --column text`` or on a file of plain lines.
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from models.text.graph import GraphText
from models.text.plain import Encoder, PlainText
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary

BATCH = 64
RULES = {
    "word": TextRule(),
    "word, case kept, short": TextRule(lowercase=False, max_length=20),
    "character": TextRule(unit="character"),
}


def lines(path: Path, column: str | None, limit: int) -> list[str]:
    """Texts of a CSV column or, without a column, plain lines; drawn with a fixed seed if there are more."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows: Iterator[str] = (row[column] for row in csv.DictReader(file)) if column else iter(file)
        texts = list(rows)
    return texts if len(texts) <= limit else random.Random(1).sample(texts, limit)


def compare(rule: TextRule, texts: list[str]) -> tuple[int, int]:
    """Number of texts that are read differently, and of tokens compared."""
    plain = PlainText(rule)
    kept = [plain.tokenize(text).tokens for text in texts[:2000]]
    vocabulary = Vocabulary.fit(kept, 10_000, min_count=2)
    encoder, graph = Encoder(rule, vocabulary), GraphText(rule, vocabulary)

    def both(text: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor, tf.Tensor]:
        return graph.tokenize(text), *graph.encode(text)

    read = tf.function(both, input_signature=[tf.TensorSpec([None], tf.string)])
    different = compared = 0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        tokens, ids, lengths = read(tf.constant([plain.graph_input(text) for text in batch]))
        rows = zip(batch, tokens.to_list(), ids.numpy().tolist(), lengths.numpy(), strict=True)
        for text, graph_tokens, graph_ids, length in rows:
            plain_tokens = [token.encode() for token in plain.tokenize(text).tokens]
            compared += len(plain_tokens)
            if plain_tokens != graph_tokens or list(encoder.encode(text).ids) != graph_ids[:length]:
                different += 1
                print(f"read differently: {text[:200]!r}", file=sys.stderr)
    return different, compared


def main() -> None:
    """Prints one line a rule."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--column", help="the text column of a CSV file; without it the file is plain lines")
    parser.add_argument("--limit", type=int, default=20_000)
    parser.add_argument("--jieba", action="store_true", help="also with the segmenter, which is slow")
    arguments = parser.parse_args()
    rules = RULES | ({"word, jieba": TextRule(segmenter="jieba")} if arguments.jieba else {})
    texts = lines(arguments.data, arguments.column, arguments.limit)
    failed = False
    for name, rule in rules.items():
        different, compared = compare(rule, texts)
        failed |= different > 0
        print(f"{name:<24} {len(texts)} texts, {compared} tokens, {different} texts differ", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
