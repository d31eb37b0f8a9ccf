"""What the pages use of curl, for machines without it: ``curl.py -s URL [--json BODY] [-H HEADER]``."""

import argparse
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Prints the body of a reply, also of a refusal."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("--json")
    asked = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in asked.H)
    body = None
    if asked.json is not None:
        headers["Content-Type"] = "application/json"
        body = asked.json.encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(asked.url, body, headers), timeout=30) as reply:
            sys.stdout.buffer.write(reply.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            sys.stdout.buffer.write(refusal.read())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
