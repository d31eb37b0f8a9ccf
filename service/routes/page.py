"""``/``: a page to try the models with. The address of its files changes with their content."""

import hashlib
from pathlib import Path

from flask import Response
from werkzeug.exceptions import NotFound

from service.routes.api import Api

FOLDER = Path(__file__).parent.parent / "page"
_START = "index.html"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
# Nothing inline, nothing from elsewhere, nobody around it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HTML = {"description": "The page", "content": {"text/html": {"schema": {"type": "string"}}}}


def register(app: Api) -> None:
    """Adds the routes."""
    files = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:16]
    # The files name each other by relative addresses: the one folder in between holds for all of them.
    start = files.pop(_START).replace(b'"page/', f'"page/{digest}/'.encode())

    @app.get("/", summary="A page to try the models with", responses={200: _HTML})
    def page() -> Response:
        return _answer(start, _START, "no-cache")

    def page_file(name: str) -> Response:
        if name not in files:
            raise NotFound
        return _answer(files[name], name, "public, max-age=31536000, immutable")

    app.add_url_rule(f"/page/{digest}/<name>", "page_file", page_file)


def _answer(content: bytes, name: str, caching: str) -> Response:
    kind = _TYPES[Path(name).suffix]
    return Response(
        content,
        content_type=f"{kind}; charset=utf-8",
        headers={"Cache-Control": caching, "Content-Security-Policy": _POLICY},
    )
