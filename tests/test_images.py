"""What the container images are made of."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pinned(file: str) -> set[str]:
    """Names of the packages a lock file pins."""
    return set(re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==", (ROOT / file).read_text(), re.MULTILINE))


def test_slim_holds_no_tensorflow_and_full_holds_every_engine() -> None:
    assert "onnxruntime" in pinned("requirements-slim.txt")
    assert not pinned("requirements-slim.txt") & {"tensorflow-cpu", "tensorflow", "keras", "onnx"}
    assert {"onnxruntime", "tensorflow-cpu"} <= pinned("requirements-service.txt")


def test_both_images_cut_chinese_into_words() -> None:
    assert all("jieba" in pinned(f"requirements-{name}.txt") for name in ("slim", "service"))


def test_both_images_run_the_same_versions() -> None:
    lines = [
        set(re.findall(r"^\S+==\S+", (ROOT / f"requirements-{name}.txt").read_text(), re.MULTILINE))
        for name in ("slim", "service")
    ]
    assert lines[0] < lines[1]


def test_what_is_copied_is_sent_to_the_build() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    sources = re.findall(r"^COPY (?!--from)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert sources
    assert {f"!{source}" for source in sources} <= set(ignore)
