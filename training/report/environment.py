"""How templates become pages: every string is escaped, and made one that UTF-8 can hold."""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from models.text.plain import make_valid
from training.report.figures import FILTERS
from training.report.mistakes import excerpt

# Not allowed in HTML, or without a shape: they show as U+FFFD.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def template(name: str) -> Any:
    """A template of the folder ``templates``."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_showable,
    )
    environment.filters |= FILTERS | {"excerpt": excerpt}
    return environment.get_template(name)


def _showable(value: Any) -> Any:
    """Every string of the page passes here before it is escaped."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _CONTROL.sub("\ufffd", make_valid(value))
