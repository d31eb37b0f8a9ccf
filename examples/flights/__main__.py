"""Makes the sentences, trains on them, serves the model and asks it: ``python -m examples.flights``."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from examples.flights.grammar import write
from examples.served import answers

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("flights.toml")
QUESTIONS = (
    "arrive Taipei on November 2nd",
    "leave Taipei on November 2nd",
    "arrive Beijing on November 2nd",
    "leave Beijing on November 2nd",
    "arrive Shanghai on May 20th",
    "leave Shanghai on May 20th",
    "管家，帮我订一张下午3:00的电影票",
)


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    parser.add_argument("--engine", default="onnx", choices=("onnx", "savedmodel"))
    args = parser.parse_args()
    os.chdir(ROOT)
    write(ROOT / "data" / "flights")
    command = [sys.executable, "-m", "training", "train", str(CONFIG)]
    command.append(f"--set=output.artifacts={json.dumps(str(args.artifacts))}")
    trained = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if trained.returncode:
        return trained.returncode
    print(trained.stdout.strip())
    for text, answer in zip(
        QUESTIONS, answers(args.artifacts, "flights", QUESTIONS, args.engine), strict=True
    ):
        found = ", ".join(f"{entity['entity']}={entity['value']}" for entity in answer["entities"])
        print(f"{text}  ->  {answer['intent']['name']}: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
