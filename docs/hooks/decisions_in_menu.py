"""Lists the decisions in the site's menu, so that a new one needs no line in ``mkdocs.yml``."""

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    """See MkDocs: called with the settings, before the menu is made."""
    config["nav"].append({"Decisions": pages(Path(config["docs_dir"]))})
    return config


def pages(docs: Path) -> list[str]:
    """The decisions below ``docs``, in the order of their numbers; their titles come from the pages."""
    return [path.relative_to(docs).as_posix() for path in sorted((docs / "decisions").glob("*.md"))]
