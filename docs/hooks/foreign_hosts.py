"""Refuses a built site that would load something from another host."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_FOREIGN = re.compile(r"(?:https?:)?//", re.IGNORECASE)
# What a browser fetches by itself; a link in a text is only followed by a person.
_LOADED = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "input": "src",
    "object": "data",
    "script": "src",
    "source": "src",
    "track": "src",
    "video": "src",
}
_LINKS_THAT_LOAD = {
    "stylesheet",
    "icon",
    "preload",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "manifest",
}
_IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE)


def on_post_build(config: Any) -> None:
    """See MkDocs: called when the site is written."""
    from mkdocs.exceptions import PluginError

    found = [f"{file}: {address}" for file, address in foreign_loads(Path(config["site_dir"]))]
    if found:
        raise PluginError("the site would load from another host:\n" + "\n".join(found))


def foreign_loads(site: Path) -> Iterator[tuple[Path, str]]:
    """File and address of everything that pages and styles below ``site`` load from elsewhere."""
    for path in sorted(site.rglob("*")):
        if path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text(encoding="utf-8"))
            yield from ((path, address) for address in page.found)
        elif path.suffix == ".css":
            yield from ((path, address) for address in _IN_STYLE.findall(path.read_text(encoding="utf-8")))


class _Page(HTMLParser):
    """Collects what a page loads from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        values = {name: value or "" for name, value in attrs}
        address = values.get(_LOADED.get(tag, ""), "")
        if tag == "link" and _LINKS_THAT_LOAD & set(values.get("rel", "").lower().split()):
            address = values.get("href", "")
        if _FOREIGN.match(address):
            self.found.append(address)
        self.found += _IN_STYLE.findall(values.get("style", ""))
        # The theme fetches its drawing library from a CDN where a page has a diagram of this kind.
        if "mermaid" in values.get("class", "").split():
            self.found.append("mermaid diagram")
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if self._in_style:
            self.found += _IN_STYLE.findall(data)
