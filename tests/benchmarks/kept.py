"""Tables of result files that a test makes up."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any


def rows_of(module: ModuleType, folder: Path, *files: list[dict[str, Any]]) -> list[str]:
    """The lines below the head of ``module``'s table of these files, each a list of runs."""
    for number, runs in enumerate(files):
        (folder / f"{number}.json").write_text(json.dumps(runs))
    text: str = module.table(folder)
    assert text.startswith(module.HEAD)
    return text.removeprefix(module.HEAD).splitlines()
