"""What each engine needs for one call, to load and to stand in memory.

    python -m benchmarks.engines [--rounds 20] [--threads 1]

A bidirectional network of 64 units over 20,000 words of 128 numbers, max+mean pooling, its weights drawn at
random; 50 tokens a text. The engines take turns in one process and the best of all rounds counts: a busy
machine shifts them alike, so read the ratios. Load time and memory are those of a fresh process each: library
imported, model loaded, 200 texts of all lengths answered.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from models.runtime.engines.base import Engine
from models.runtime.engines.load import load_engine
from models.runtime.padding import pad
from models.runtime.threads import limit_threads

CELLS = ("lstm", "gru", "simple_rnn")
ENGINES = ("savedmodel", "onnx", "onnx-int8")
VOCABULARY, TOKENS, BATCHES = 20_000, 50, (1, 32)
CALLS = {1: 50, 16: 8, 32: 4}


def write_models(cell: str, folder: Path) -> None:
    """Every engine's file of one network."""
    from models.networks.build import build_network
    from models.networks.spec import NetworkSpec
    from models.networks.weights import network_weights
    from models.onnx.build import build_onnx
    from models.text.graph import GraphText
    from models.text.spec import TextRule
    from models.text.vocabulary import Vocabulary
    from training.saved_model import ServingModule, write_saved_model

    vocabulary = Vocabulary.fit([[f"word{number}"] for number in range(VOCABULARY)], VOCABULARY)
    spec = NetworkSpec(vocabulary_size=len(vocabulary), classes=2, cell=cell)
    model = build_network(spec, seed=1)
    text = GraphText(TextRule(), vocabulary)
    write_saved_model(ServingModule(model, text, ["no", "yes"], "classification", 1.0), folder)
    network = network_weights(model, spec)
    (folder / "model.onnx").write_bytes(build_onnx(network).SerializeToString())
    (folder / "model.int8.onnx").write_bytes(build_onnx(network, int8=True).SerializeToString())


def size_mb(folder: Path, engine: str) -> float:
    """Bytes that the engine reads, in millions."""
    files = {
        "savedmodel": [folder / "saved_model.pb", *(folder / "variables").iterdir()],
        "onnx": [folder / "model.onnx"],
        "onnx-int8": [folder / "model.int8.onnx"],
    }
    return sum(path.stat().st_size for path in files[engine]) / 1e6


def best_ms(engines: dict[str, Engine], rows: int, rounds: int) -> dict[str, float]:
    """Milliseconds of a call of ``rows`` texts, engine by engine."""
    generator = np.random.default_rng(0)
    batch = pad(list(generator.integers(1, VOCABULARY, (rows, TOKENS))))
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(rounds):
        for name, engine in engines.items():
            start = time.perf_counter()
            for _ in range(CALLS[rows]):
                engine.run(*batch)
            best[name] = min(best[name], (time.perf_counter() - start) / CALLS[rows] * 1e3)
    return best


def probe(name: str, folder: Path) -> None:
    """Prints load time and memory of this process as JSON."""
    start = time.perf_counter()
    engine = load_engine(name, folder)
    loaded = time.perf_counter() - start
    generator = np.random.default_rng(0)
    for length in generator.integers(1, 400, 200):
        engine.run(*pad([generator.integers(1, VOCABULARY, length)]))
    status = Path("/proc/self/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    print(json.dumps({"load_s": loaded, "rss_mb": rss / 1024}))


def probed(name: str, folder: Path, threads: int) -> dict[str, float]:
    """``probe`` in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.engines", "--threads", str(threads), "--probe", name]
    done = subprocess.run([*command, str(folder)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="times each engine is measured")
    parser.add_argument("--threads", type=int, default=1, help="threads TensorFlow may use for a call")
    parser.add_argument("--probe", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    limit_threads(options.threads)
    if options.probe:
        probe(options.probe[0], Path(options.probe[1]))
        return
    print("network      engine      1 text ms        32 texts ms       file MB  load s  RSS MB")
    for cell in CELLS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_models(cell, folder)
            engines = {engine: load_engine(engine, folder) for engine in ENGINES}
            best = {rows: best_ms(engines, rows, options.rounds) for rows in BATCHES}
            for engine in ENGINES:
                facts = probed(engine, folder, options.threads)
                times = "  ".join(
                    f"{best[rows][engine]:7.3f} {best[rows]['savedmodel'] / best[rows][engine]:5.1f}x"
                    for rows in BATCHES
                )
                print(
                    f"bi{cell:<10} {engine:<10} {times}    {size_mb(folder, engine):6.1f}  "
                    f"{facts['load_s']:6.2f}  {facts['rss_mb']:6.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
