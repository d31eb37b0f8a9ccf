"""``python -m service.probe``: is the service on this machine alive? The container's health check.

Alive, not ready: an empty artifacts folder is no reason to restart a container.
"""

import os
import ssl
import sys
import urllib.error
import urllib.request

TIMEOUT_S = 3


def main() -> int:
    """Returns 0 if ``/healthz`` answers 200, else 1."""
    host = os.environ.get("ENGRAM_HOST", "127.0.0.1")
    # An address that stands for every one is asked for on the loopback one.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    port = os.environ.get("ENGRAM_PORT", "8501")
    scheme, tls = "http", None
    if os.environ.get("ENGRAM_TLS_CERTIFICATE"):
        # The certificate is for another name than this machine's own.
        scheme, tls = "https", ssl._create_unverified_context()
    url = f"{scheme}://{host}:{port}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S, context=tls) as reply:
            return 0 if reply.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"engram: {host}:{port} does not answer: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
