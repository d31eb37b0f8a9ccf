"""Exports every combination of input, cell, direction, depth and pooling, and asks both engines.

    python -m benchmarks.matrix [--pairwise]

Each network has its weights drawn large, is written as a SavedModel and as an ONNX file, loaded again, and
asked the same rows, empty ones among them. Prints the largest difference by part, relative to the largest raw
output of its network where that is above 1 (rectified states grow without bound); above 1e-5 it ends with 1.
``--pairwise`` takes the few combinations that hold every pair of parts.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from benchmarks.combinations import Combination, every, pairwise
from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.onnx.build import build_onnx
from models.onnx.network import Network
from models.runtime.engines.onnx import FILES, OnnxEngine
from models.text.graph import GraphText
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.saved_model import ServingModule

TOLERANCE = 1e-5
# Saving is slow, and one file can hold many networks.
TOGETHER = 30
VOCABULARY = 11
LENGTHS = np.array([5, 0, 3, 1, 6], np.int32)
IDS = np.random.default_rng(2).integers(0, VOCABULARY, (len(LENGTHS), 8)).astype(np.int32)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matrix", description=__doc__)
    parser.add_argument("--pairwise", action="store_true", help="only a covering set")
    chosen = pairwise() if parser.parse_args().pairwise else every()
    begin, found = time.perf_counter(), {}
    for start in range(0, len(chosen), TOGETHER):
        found |= differences(chosen[start : start + TOGETHER])
        print(f"{len(found)} of {len(chosen)} combinations", file=sys.stderr)
    worst: dict[str, float] = defaultdict(float)
    for parts, difference in found.items():
        for field, value in parts.fields.items():
            name = f"{field} = {value}"
            worst[name] = max(worst[name], difference)
    print("| part | largest difference of a raw output |\n|---|---|")
    for name, difference in sorted(worst.items()):
        print(f"| {name} | {difference:.1e} |")
    failed = [str(parts) for parts, difference in found.items() if not difference <= TOLERANCE]
    seconds = time.perf_counter() - begin
    print(f"\n{len(found)} combinations exported and asked in {seconds:.0f} s; {len(failed)} differ.")
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


def differences(chosen: list[Combination]) -> dict[Combination, float]:
    """How far the ONNX file of each combination answers from its SavedModel, relative to outputs above 1."""
    networks = [_network(parts) for parts in chosen]
    text = GraphText(TextRule(), Vocabulary.fit([[f"w{number}"] for number in range(9)], VOCABULARY))
    with tempfile.TemporaryDirectory() as folder:
        root: Any = tf.Module()
        root.parts = [
            ServingModule(model, text, ["a", "b", "c"], "classification", 1.0) for model, _ in networks
        ]
        signatures = {f"n{number}": part.ids for number, part in enumerate(root.parts)}
        tf.saved_model.save(root, folder, signatures)
        loaded = tf.saved_model.load(folder)
        result = {}
        for number, (parts, (_, network)) in enumerate(zip(chosen, networks, strict=True)):
            (Path(folder) / FILES["onnx"]).write_bytes(build_onnx(network).SerializeToString())
            fast = OnnxEngine(Path(folder)).run(IDS, LENGTHS)["logits"]
            saved = loaded.signatures[f"n{number}"](ids=tf.constant(IDS), lengths=tf.constant(LENGTHS))
            expected = np.asarray(saved["logits"])
            result[parts] = float(np.abs(fast - expected).max() / max(1.0, np.abs(expected).max()))
    return result


def _network(parts: Combination) -> tuple[keras.Model, Network]:
    spec = NetworkSpec(
        VOCABULARY,
        3,
        embedding_size=4,
        units=6,
        output_units=5,
        periods=(1, 2, 3),
        context_units=2,
        **parts.fields,
    )
    model = build_network(spec, seed=1)
    generator = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(generator.normal(0.0, 0.8, weight.shape))
    return model, network_weights(model, spec)


if __name__ == "__main__":
    sys.exit(main())
