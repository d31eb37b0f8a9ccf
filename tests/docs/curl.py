"""What the pages use of curl, for machines without it.

``curl.py -s URL [--json BODY] [-H HEADER] [-o FILE] [-w '%header{NAME}']``.
"""

import argparse
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from email.message import Message
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    """Prints the body of a reply, also of a refusal."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("-o", type=Path)
    parser.add_argument("-w", default="")
    asked = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in asked.H)
    body = None
    if asked.json is not None:
        headers["Content-Type"] = "application/json"
        body = asked.json.encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(asked.url, body, headers), timeout=30) as reply:
            _show(asked, reply.read(), reply.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            _show(asked, refusal.read(), refusal.headers)
    return 0


def _show(asked: argparse.Namespace, body: bytes, headers: Message) -> None:
    if asked.o:
        asked.o.write_bytes(body)
    else:
        sys.stdout.buffer.write(body)
    written = re.sub(r"%header\{(.+?)\}", lambda found: headers.get(found[1], ""), asked.w)
    sys.stdout.buffer.write(written.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
