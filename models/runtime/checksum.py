"""The checksum of a manifest: tells a manifest that was changed after it was saved.

The canonical form of a manifest is its JSON without the field ``checksum``: keys sorted by code point at
every level, no white space, no character escaped that JSON lets stand, each number as Python's ``json``
writes it (the shortest digits that read back as the same number), in UTF-8. The checksum is the sha256 of
that form: order of keys and indentation do not matter, nor does reading and writing the file by ``json``.

It guards against mistakes, not against somebody who computes it anew: it needs no key.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FIELD = "checksum"


def checksum_of(body: Mapping[str, Any]) -> str:
    """Hexadecimal checksum of a manifest's content, whatever its field ``checksum`` says."""
    content = {key: value for key, value in body.items() if key != FIELD}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, which JSON may escape, has no UTF-8.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sealed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a manifest with its checksum."""
    return {**body, FIELD: checksum_of(body)}
