"""The doctor finds what is there, and what would stop or slow a run."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training import doctor
from training.doctor import GIB, examine

RunCli = Callable[..., Any]


def by_subject(findings: list[doctor.Finding]) -> dict[str, doctor.Finding]:
    return {finding.subject: finding for finding in findings}


@pytest.fixture
def artifacts(tmp_path: Path, tiny_artifact: Path) -> Path:
    folder = tmp_path / "artifacts"
    for version in (1, 2):
        shutil.copytree(tiny_artifact, folder / "tiny" / str(version))
    return folder


def test_a_machine_in_order(artifacts: Path) -> None:
    found = by_subject(examine(artifacts))
    assert found["tiny"].found == "2 versions"
    assert found["SavedModel engine"].found.startswith("tensorflow 2.")
    assert found["ONNX engine"].status == "ok"
    assert f"{sys.version_info.major}.{sys.version_info.minor}." in found["Python"].found
    assert not [finding for finding in found.values() if finding.status == "problem"]


def test_a_broken_model_and_a_folder_that_cannot_be_written_are_problems(
    engram: RunCli, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (artifacts / "tiny" / "2" / "manifest.json").write_text("{}")
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(artifacts))

    def refuse(**_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    shown = engram("doctor", "--json")
    assert shown.code == 1
    problems = {each["subject"]: each for each in json.loads(shown.out) if each["status"] == "problem"}
    assert set(problems) == {"tiny", "disk"}
    assert "Permission denied" in problems["disk"]["found"]
    assert "ENGRAM_ARTIFACTS" in problems["disk"]["advice"]
    assert all(each["advice"] for each in problems.values())
    page = engram("doctor")
    assert page.code == 1
    assert "problem: train it again" in page.out


def test_an_empty_folder_and_one_to_be_made_are_no_problem(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "a" / "b"):
        (finding,) = doctor._models(folder)
        assert finding.found == f"none yet in {folder}"
        assert doctor._disk(folder).status == "ok"
    assert not (tmp_path / "a").exists()


def test_more_threads_than_processors_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "available_cpus", lambda: 2)
    variables = {"OMP_NUM_THREADS": "16", "TF_NUM_INTRAOP_THREADS": "2", "OPENBLAS_NUM_THREADS": "many"}
    (finding,) = doctor._thread_variables(variables)
    assert (finding.subject, finding.status) == ("OMP_NUM_THREADS", "note")
    assert finding.advice == "unset it, or set it to at most 2"


def test_thread_variables_that_are_set_are_told() -> None:
    assert doctor._threads({"HOME": "/", "OMP_NUM_THREADS": "3"}).found == "OMP_NUM_THREADS 3"
    assert doctor._threads({"HOME": "/"}).found.startswith("no variable set")


def test_versions_of_what_reads_configs_segments_and_asks_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def installed(name: str) -> str:
        if name == "jieba":
            raise doctor.PackageNotFoundError(name)
        return "1.2.3"

    monkeypatch.setattr(doctor, "version", installed)
    told = doctor._libraries().found.split(", ")
    assert {"pydantic 1.2.3", "httpx 1.2.3", "jieba missing"} <= set(told)


@pytest.mark.parametrize(
    ("limit", "found", "status"),
    [("max", "8.0 GiB free", "ok"), (str(GIB), "1.0 GiB free", "note"), (None, "8.0 GiB free", "ok")],
)
def test_memory_is_what_is_free_within_the_container(
    limit: str | None, found: str, status: str, tmp_path: Path
) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable: {8 * GIB // 1024} kB\n")
    if limit is not None:
        (tmp_path / "limit").write_text(limit)
    finding = doctor._memory(tmp_path / "meminfo", tmp_path / "limit")
    assert (finding.found, finding.status) == (found, status)


def test_a_python_that_is_too_new_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SUPPORTED", ((2, 7), (3, 0)))
    assert doctor._python().advice == "use 2.7 or newer, below 3.0"


def test_an_engine_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorflow", "onnxruntime"):
        monkeypatch.setitem(sys.modules, name, None)
    tensorflow, onnx = doctor._engines()
    assert (tensorflow.status, onnx.status) == ("problem", "note")
    assert "onnxruntime" in onnx.found
