"""Small models, trained by the command line as a user does."""

import csv
import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_GOOD = ["房间很干净", "服务很好", "早餐不错", "位置方便", "值得推荐", "非常满意", "老板热情", "环境舒服"]
_BAD = ["房间很脏", "服务很差", "早餐难吃", "位置偏僻", "不会再来", "非常失望", "老板冷淡", "环境吵闹"]
ON_NO_TOPIC = [
    "We came on Monday.",
    "It was our second visit.",
    "My sister came along.",
    "We stayed a week.",
    "Snow fell all day.",
    "I would come again.",
]
TOPICS = {
    "room": ["The bed was soft.", "Our room had a view.", "The bathroom was tiny."],
    "food": ["Breakfast was cold.", "The soup tasted great.", "Dinner came late."],
    "staff": ["The waiter smiled.", "Nobody at the desk helped.", "The porter was kind."],
}
# What a model has that is no copy of examples/tiny.toml.
_CHANGES = {
    "tiny": {},
    "hotels": {},
    "topics": {
        "task": "'multilabel'",
        "data.label_column": "'labels'",
        "training.epochs": "20",
        "training.monitor": "'loss'",
    },
}


def chinese_reviews() -> list[tuple[str, str]]:
    """What ``hotels`` is trained on: text and label."""
    return [
        (f"{one}，{other}。", label)
        for parts, label in ((_GOOD, "好评"), (_BAD, "差评"))
        for one, other in permutations(parts, 2)
    ]


def _topics() -> list[tuple[str, str]]:
    """A text on no topic, on one, on two."""
    told = [(sentence, topic) for topic, sentences in TOPICS.items() for sentence in sentences]
    rows = [(f"{one} {other}", []) for one, other in permutations(ON_NO_TOPIC, 2)]
    rows += [(f"{plain} {sentence}", [topic]) for plain in ON_NO_TOPIC for sentence, topic in told]
    rows += [
        (f"{one} {other}", [topic, second])
        for (one, topic), (other, second) in permutations(told, 2)
        if topic != second
    ]
    return [(text, json.dumps(topics)) for text, topics in rows]


def train(folder: Path, *wanted: tuple[str, int]) -> None:
    """Adds versions to ``folder``, for the ONNX engine, one after the other.

    Args:
        wanted: of each the name (``tiny``, ``hotels`` or ``topics``) and the seed; with another one than 1 it
            learns less.
    """
    commands = [_command(folder, name, seed) for name, seed in wanted]
    # In one process, since half of the time of such a small training goes into imports.
    program = (
        "import json, sys; from training.cli.main import main; "
        "sys.exit(max(map(main, json.loads(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", program, json.dumps(commands)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _command(folder: Path, name: str, seed: int) -> list[str]:
    changes = _CHANGES[name] | {
        "output.artifacts": f"'{folder}'",
        "output.onnx": "true",
        "seed": str(seed),
        "name": f"'{name}'",
    }
    if seed != 1:
        changes["training.epochs"] = "3"
    config = ROOT / "examples" / "tiny.toml"
    if name != "tiny":
        config = _own_config(folder, name, seed)
    command = ["train", str(config)]
    for key, value in changes.items():
        command += ["--set", f"{key}={value}"]
    return command


def _own_config(folder: Path, name: str, seed: int) -> Path:
    """The config of ``tiny`` on made-up data of its own, which has no column of slices."""
    header, rows = ("label", chinese_reviews()) if name == "hotels" else ("labels", _topics())
    start = folder.parent / f"{folder.name}-{name}-{seed}"
    data = start.with_suffix(".csv")
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", header), *rows])
    text = (ROOT / "examples" / "tiny.toml").read_text(encoding="utf-8")
    config = start.with_suffix(".toml")
    config.write_text(text.replace('slice_column = "kind"\n', "").replace("tiny.csv", str(data)))
    return config
