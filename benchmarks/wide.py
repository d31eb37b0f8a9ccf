"""What a wide side adds to a call of the ONNX engine, and to its files.

    python -m benchmarks.wide [--rounds 20] [--rows 1048576]

The network of ``benchmarks.engines`` (an LSTM of 64 units in both directions, two labels) with and without a
table of that many rows, its weights drawn at random. The networks take turns in one process and the best of
all rounds counts: read the ratios.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import engines
from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.onnx.build import build_onnx
from models.runtime.engines.onnx import FILES, OnnxEngine, OnnxName
from models.runtime.threads import limit_threads
from models.text.ngrams import CHECKS

NAMES: tuple[OnnxName, ...] = ("onnx", "onnx-int8")


def write_models(rows: int, folder: Path) -> None:
    """Both files of one network; no wide side for 0 rows."""
    wide = "ngrams" if rows else None
    spec = NetworkSpec(engines.VOCABULARY, classes=2, wide=wide, wide_rows=rows)
    model = build_network(spec, seed=1)
    if wide:
        generator = np.random.default_rng(0)
        layer = model.get_layer("wide")
        layer.table.assign(generator.normal(0.0, 0.05, layer.table.shape))
        layer.checks.assign(generator.integers(0, CHECKS, rows))
    network = network_weights(model, spec)
    for name in NAMES:
        model_file = build_onnx(network, int8=name == "onnx-int8")
        (folder / FILES[name]).write_bytes(model_file.SerializeToString())


def main() -> None:
    """Prints a line a file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=20, help="times each network is measured")
    parser.add_argument("--rows", type=int, default=2**20, help="rows of the table")
    options = parser.parse_args()
    limit_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folders = {rows: Path(name) / str(rows) for rows in (0, options.rows)}
        for rows, folder in folders.items():
            folder.mkdir()
            write_models(rows, folder)
        loaded = {
            f"{rows}/{engine}": OnnxEngine(folder, engine)
            for rows, folder in folders.items()
            for engine in NAMES
        }
        best = {size: engines.best_ms(loaded, size, options.rounds) for size in engines.CALLS}
        print("engine     rows      file MB  " + "  ".join(f"{size:2} texts ms        " for size in best))
        for rows, folder in folders.items():
            for engine in NAMES:
                size_mb = (folder / FILES[engine]).stat().st_size / 1e6
                ours, theirs = f"{rows}/{engine}", f"0/{engine}"
                times = "  ".join(
                    f"{found[ours]:8.3f} ({found[ours] / found[theirs]:.2f}x)" for found in best.values()
                )
                print(f"{engine:<10} {rows:<9} {size_mb:7.1f}  {times}")


if __name__ == "__main__":
    main()
