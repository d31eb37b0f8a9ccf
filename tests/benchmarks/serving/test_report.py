"""The tables are read by people: the ratios must be those of the figures."""

from pathlib import Path

from benchmarks.serving.measure import Cell, Footprint
from benchmarks.serving.report import markdown, write_report

CELLS = [
    Cell("noop", 1, 50, 500.0, 1.0, 2.0, 0.1, 0),
    Cell("engram-onnx", 1, 50, 300.0, 2.0, 3.0, 0.2, 0),
    Cell("noop", 16, 50, 4000.0, 4.0, 8.0, 0.25, 0),
    Cell("engram-onnx", 16, 50, 2400.0, 6.0, 12.5, 0.5, 0),
]
FOOTPRINTS = [Footprint("noop", 0.5, 40.0, 90.0), Footprint("engram-onnx", 1.25, 120.0, 300.0)]
FACTS = {"workers": 2, "cpus": 2, "rounds": 3, "seconds": 4}


def test_the_first_table_compares_at_16_clients_with_the_no_op() -> None:
    lines = markdown(CELLS, FOOTPRINTS, FACTS).splitlines()
    assert lines[0].startswith("16 clients, one text of 50 tokens")
    (row,) = [line for line in lines if line.startswith("| engram-onnx | 2,400 ")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2:] == ["0.60x", "", "6.0 ms", "12.5 ms", "0.50 ms", "120 MB", "1.2 s"]


def test_the_second_table_has_every_load() -> None:
    lines = markdown(CELLS, FOOTPRINTS, FACTS).splitlines()
    assert "| way | 1 x 50 | 16 x 50 |" in lines
    assert "| engram-onnx | 300, 2.0 / 3.0 | 2,400, 6.0 / 12.5 |" in lines


def test_figures_table_and_plot_are_written(tmp_path: Path) -> None:
    write_report(CELLS, FOOTPRINTS, FACTS, tmp_path / "results" / "serving")
    written = {path.name: path.read_text() for path in (tmp_path / "results").iterdir()}
    assert set(written) == {"serving.json", "serving.md", "serving.svg"}
    assert "engram-onnx" in written["serving.json"]
    assert written["serving.svg"].lstrip().startswith("<?xml")
