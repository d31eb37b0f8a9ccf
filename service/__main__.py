"""``python -m service``: starts the service. All settings are environment variables."""

import argparse
import sys
from collections.abc import Sequence

from models.errors import EngramError
from service.settings import describe_settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the service.

    Returns:
        The exit code: 0 stopped on request, 1 failed, 2 wrong usage or setting.
    """
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="Serves saved models over HTTP until SIGTERM or Ctrl-C. Settings are variables:",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    # Imported late: --help and a wrong setting need no server.
    from service.server import serve

    try:
        serve(load_settings())
    except EngramError as error:
        print(f"engram: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
