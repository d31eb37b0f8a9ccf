"""Makes the messages, trains on them, serves the model and asks it: ``python -m examples.tags``."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from examples.served import answers
from examples.tags.grammar import write

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("tags.toml")
QUESTIONS = (
    "The lamp came broken and I want my money back!",
    "I was charged twice, please send a correct invoice",
    "Thank you, the watch is wonderful; when will the chair be shipped?",
    "Good evening.",
)


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    parser.add_argument("--engine", default="onnx", choices=("onnx", "savedmodel"))
    args = parser.parse_args()
    os.chdir(ROOT)
    write(ROOT / "data" / "tags")
    command = [sys.executable, "-m", "training", "train", str(CONFIG)]
    command.append(f"--set=output.artifacts={json.dumps(str(args.artifacts))}")
    trained = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if trained.returncode:
        return trained.returncode
    print(trained.stdout.strip())
    for text, answer in zip(QUESTIONS, answers(args.artifacts, "tags", QUESTIONS, args.engine), strict=True):
        print(f"{text}  ->  {', '.join(score['label'] for score in answer['labels']) or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
