"""``engram VERB``: finds the verb, and turns what it raises into one sentence and an exit code."""

import argparse
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NoReturn

from models.errors import EngramError
from models.runtime.quiet import quiet_tensorflow
from models.runtime.threads import available_cpus, limit_threads
from models.usage import Parser
from models.version import engram_version
from training.cli import (
    average,
    compare,
    completion,
    doctor,
    evaluate,
    explain,
    find_threshold,
    init,
    inspect,
    predict,
    pretrain,
    prune,
    review,
    score,
    serve,
    train,
)

VERBS: tuple[ModuleType, ...] = (
    init,
    inspect,
    review,
    pretrain,
    train,
    average,
    evaluate,
    predict,
    explain,
    score,
    serve,
    compare,
    find_threshold,
    prune,
    doctor,
    completion,
)
INTERRUPTED = 130


def run() -> NoReturn:
    """The ``engram`` command."""
    if sys.argv[1:2] != [serve.NAME]:  # the service shares the CPUs out among its workers itself
        cpus = available_cpus()
        limit_threads(cpus, side_by_side=cpus)
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Runs one verb.

    Returns:
        0 done, 1 failed, 2 wrong usage or bad input, 130 stopped by Ctrl-C.
    """
    quiet_tensorflow()
    # JSON is UTF-8, and so are the names of labels, whatever the terminal is set to.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = build_parser()
    if not arguments:
        # Whoever names no verb does not know them yet.
        parser.print_help(sys.stderr)
        sys.exit(2)
    args = parser.parse_whole(arguments)
    try:
        with _hearing(args):
            return int(args.run(args))
    except BrokenPipeError:
        # The reader of stdout has had enough (``engram predict ... | head``). What is left in the buffer must
        # go somewhere, or Python complains about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, KeyboardInterrupt) as error:  # the last line before a person would see a traceback
        if args.debug:
            traceback.print_exc()
        code, message = _ending(error)
        print(f"engram {args.verb}: {message}", file=sys.stderr)
        return code


@contextlib.contextmanager
def _hearing(args: argparse.Namespace) -> Iterator[None]:
    """With ``--quiet`` nothing of what a verb tells a person on stderr, until it fails."""
    if not args.quiet:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stderr(nowhere):
        yield


def _ending(error: BaseException) -> tuple[int, str]:
    """Exit code and sentence."""
    if isinstance(error, EngramError):
        return error.exit_code, str(error)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "stopped"
    return 1, f"internal error ({type(error).__name__}): {error}; run again with --debug and report it"


def build_parser() -> Parser:
    """The parser of all verbs."""
    parser = Parser(prog="engram", description="Train recurrent networks on text and judge them.")
    parser.add_argument("--version", action="version", version=f"engram {engram_version()}")
    common = Parser(add_help=False)
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    common.add_argument(
        "--quiet", "-q", action="store_true", help="print results and errors alone, no progress and no notes"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for module in VERBS:
        verb = verbs.add_parser(module.NAME, help=module.HELP, description=module.HELP, parents=[common])
        module.add_arguments(verb)
        verb.set_defaults(run=module.run)
    return parser
