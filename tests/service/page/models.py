"""Small models, trained by the command line as a user does."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_GOOD = ["房间很干净", "服务很好", "早餐不错", "位置方便", "值得推荐", "非常满意", "老板热情", "环境舒服"]
_BAD = ["房间很脏", "服务很差", "早餐难吃", "位置偏僻", "不会再来", "非常失望", "老板冷淡", "环境吵闹"]


def _hotels() -> str:
    rows = [
        f"{one}，{other}。,{label}"
        for words, label in ((_GOOD, "好评"), (_BAD, "差评"))
        for one in words
        for other in words
        if one != other
    ]
    return "text,label\n" + "\n".join(rows) + "\n"


def train(folder: Path, name: str, seed: int = 1) -> None:
    """Adds a version of ``tiny`` or ``hotels`` to ``folder``, for the ONNX engine."""
    changes = {
        "output.artifacts": f"'{folder}'",
        "output.onnx": "true",
        "seed": str(seed),
        "name": f"'{name}'",
    }
    if seed != 1:
        changes["training.epochs"] = "3"
    if name == "hotels":
        data = folder.parent / f"{folder.name}-hotels.csv"
        data.write_text(_hotels(), encoding="utf-8")
        # Without the column of slices, which this file lacks.
        config = folder.parent / f"{folder.name}-hotels.toml"
        text = (ROOT / "examples" / "tiny.toml").read_text(encoding="utf-8")
        config.write_text(text.replace('slice_column = "kind"\n', "").replace("tiny.csv", str(data)))
    else:
        config = ROOT / "examples" / "tiny.toml"
    command = [sys.executable, "-m", "training", "train", str(config)]
    for key, value in changes.items():
        command += ["--set", f"{key}={value}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
