"""Whether all engines give the same answers over HTTP; exits 1 where they do not.

    python -m benchmarks.answers --model artifacts/reviews/1 test.jsonl.gz --model artifacts/hotels/1 dev.csv

Each model is served once with each engine, as shipped, and asked the texts of a file, one a request by
several clients at the same time. A probability from ONNX may differ from the SavedModel's by 1e-4; of the
labels from the 8-bit file 99.5 % have to be the same. Give texts that no model was chosen by.
"""

import argparse
import random
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.serving.server import Server, started
from benchmarks.serving.ways import Setting
from training.data.rows import read_texts

ENGINES = ("savedmodel", "onnx", "onnx-int8")
TOLERANCE, SAME_LABELS = 1e-4, 0.995
CLIENTS = 8


def sample_texts(path: Path, column: str, limit: int) -> list[str]:
    """The texts of a data file; drawn with a fixed seed if there are more than ``limit``."""
    texts = list(read_texts(path, column))
    return texts if len(texts) <= limit else random.Random(1).sample(texts, limit)


def probabilities(server: Server, texts: list[str]) -> list[dict[str, float]]:
    """What the service answers to each text."""

    def ask(text: str) -> dict[str, float]:
        (prediction,) = server.ask(text)["predictions"]
        found: dict[str, float] = prediction["probabilities"]
        return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(ask, texts))


def answers(model: Path, texts: list[str]) -> dict[str, list[dict[str, float]]]:
    """The probabilities of each text, engine by engine."""
    setting = Setting(model.resolve(), workers=2, threads=16, environments=Path())
    found = {}
    for engine in ENGINES:
        with (
            tempfile.TemporaryDirectory() as name,
            started(f"engram-{engine}", setting, Path(name)) as server,
        ):
            found[engine] = probabilities(server, texts)
    return found


def compare(found: dict[str, list[dict[str, float]]]) -> dict[str, tuple[float, float]]:
    """Each ONNX engine's largest difference of a probability and its share of equal labels."""
    exact = found["savedmodel"]
    result = {}
    for engine in ENGINES[1:]:
        pairs = list(zip(exact, found[engine], strict=True))
        worst = max(abs(one[label] - other[label]) for one, other in pairs for label in one)
        same = sum(max(one, key=one.__getitem__) == max(other, key=other.__getitem__) for one, other in pairs)
        result[engine] = worst, same / len(pairs)
    return result


def main() -> None:
    """Prints a line for each model and engine."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--model",
        nargs=2,
        type=Path,
        action="append",
        required=True,
        metavar=("ARTIFACT", "DATA"),
        help="folder of one version and a file of texts",
    )
    parser.add_argument("--column", default="text", help="which column of the files holds the text")
    parser.add_argument("--texts", type=int, default=2000, help="most texts of a file")
    options = parser.parse_args()
    good = True
    for model, data in options.model:
        texts = sample_texts(data, options.column, options.texts)
        for engine, (worst, same) in compare(answers(model, texts)).items():
            met = same >= SAME_LABELS if engine == "onnx-int8" else worst <= TOLERANCE
            good &= met
            print(
                f"{model}, {len(texts)} texts, {engine}: probabilities differ by at most {worst:.2g}, "
                f"{same:.2%} of the labels agree{'' if met else ': TOO FAR'}",
                flush=True,
            )
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
