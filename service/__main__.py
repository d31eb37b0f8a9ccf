"""``python -m service``: starts the service, moves a version label, makes a key. Settings are variables."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

if __name__ == "__main__":
    # Python puts the folder it is started in (or that of this file) before all others: a models.py of the
    # user's in it would hide our package of that name.
    _root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and os.path.realpath(sys.path[0]) != os.path.realpath(_root):
        del sys.path[0]
    if _root not in sys.path:
        sys.path.append(_root)

from models.errors import EngramError, InputError
from models.nearest import nearest
from models.runtime.location import list_models
from models.usage import Parser
from service.settings import OPTIONS, Settings, describe_settings, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the service, or the command named.

    Returns:
        The exit code: 0 stopped on request or done, 1 failed, 2 wrong usage or setting.
    """
    args = _parser().parse_whole(arguments)
    try:
        if args.command == "key":
            _key(args)
        elif args.command == "label":
            _label(load_settings(), args)
        else:
            _serve(_chosen(args))
    except EngramError as error:
        print(f"engram: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m service",
        usage="python -m service [-h] [--host HOST] [--port PORT] [--engine ENGINE] [--model NAME]\n"
        "                         [label NAME VERSION_LABEL VERSION | key NAME]",
        description="Serves saved models over HTTP until SIGTERM or Ctrl-C. Settings are variables:",
        epilog=describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for option, setting in OPTIONS.items():
        parser.add_argument(
            option,
            metavar="NAME" if option == "--model" else None,
            dest=setting,
            help=f"ENGRAM_{setting.upper()}",
        )
    commands = parser.add_subparsers(
        prog="python -m service",
        dest="command",
        metavar="label, key",
        help="move a version label; make a key for a caller",
    )
    label = commands.add_parser(
        "label",
        description="Gives a version label to a version whose files are as they were saved. A running "
        "service follows as soon as it has loaded that version.",
    )
    label.add_argument("name", metavar="NAME", help="the model")
    label.add_argument("label", metavar="VERSION_LABEL", help="stable (answers by default), canary, any name")
    label.add_argument("version", metavar="VERSION", type=int, nargs="?", help="the version")
    label.add_argument("--remove", action="store_true", help="take the label away instead")
    label.add_argument(
        "--accept-below-baseline",
        action="store_true",
        help="label a version 'stable' although it is less accurate than its baseline",
    )
    key = commands.add_parser(
        "key",
        description="Makes a key for a caller. Standard output gets the line for ENGRAM_API_KEYS, "
        "standard error the key itself, which is stored nowhere: python -m service key shop >> keys",
    )
    key.add_argument("name", metavar="NAME", help="who gets it")
    return parser


def _chosen(args: argparse.Namespace) -> Settings:
    """The settings, those of the command line before the variables."""
    given: dict[str, Any] = {
        setting: value for setting in OPTIONS.values() if (value := getattr(args, setting)) is not None
    }
    settings = load_settings(given)
    if (model := given.get("default_model")) is not None and settings.artifacts.is_dir():
        names = list_models(settings.artifacts)
        if model not in names:
            near = nearest(model, names)
            question = f"did you mean {near!r}? It" if near else "it"
            raise InputError(
                f"--model is {model!r}, which is no model in {settings.artifacts}; {question} holds "
                f"{', '.join(names) or 'none'}"
            )
    return settings


def _serve(settings: Settings) -> None:
    # Imported late: --help and a wrong setting need no server.
    from service.server import serve

    serve(settings)


def _key(args: argparse.Namespace) -> None:
    from service.keys import make_key

    line, key = make_key(args.name)
    print(line)
    print(key, file=sys.stderr)


def _label(settings: Settings, args: argparse.Namespace) -> None:
    from service.errors import BelowBaselineError
    from service.labelling import move_label, remove_label

    if args.remove == (args.version is not None):
        raise InputError("Give a VERSION, or --remove and none.")
    if args.remove:
        before = remove_label(settings.state_folder, args.name, args.label)
        if before is None:
            raise InputError(f"The model {args.name!r} has no version label {args.label!r}.")
        print(f"{args.name}@{args.label} no longer names version {before}")
        return
    try:
        before = move_label(
            settings.artifacts,
            settings.state_folder,
            args.name,
            args.label,
            args.version,
            accept_below_baseline=args.accept_below_baseline,
        )
    except BelowBaselineError as error:
        raise BelowBaselineError(
            f"{error}; --accept-below-baseline labels it {args.label!r} all the same."
        ) from error
    was = f" (was {before})" if before not in (None, args.version) else ""
    print(f"{args.name}@{args.label} is version {args.version}{was}")


if __name__ == "__main__":
    sys.exit(main())
