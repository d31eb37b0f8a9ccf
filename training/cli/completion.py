"""``engram completion SHELL``: the script by which a shell completes verbs, options, files and models."""

import argparse
from pathlib import Path
from typing import Any

NAME = "completion"
HELP = "print a script that lets a shell complete engram's verbs, options, files and models"

SHELLS = ("bash", "zsh", "fish")
_MODELS = "_engram_models"
# Folders, as a saved model may be one, and the names under ENGRAM_ARTIFACTS.
_SAVED: dict[str, Any] = {
    "bash": _MODELS,
    "zsh": _MODELS,
    "fish": f"({_MODELS})",
    "preamble": {
        "bash": f"""
{_MODELS}() {{
  compgen -W "$(command ls -- "${{ENGRAM_ARTIFACTS:-artifacts}}" 2>/dev/null)" -- "$1"
  compgen -d -- "$1"
}}
""",
        "zsh": f"""
{_MODELS}() {{
  compadd -- ${{ENGRAM_ARTIFACTS:-artifacts}}/*(N/:t)
  _files -/
}}
""",
        "fish": f"""
function {_MODELS}
  set -l folder artifacts
  set -q ENGRAM_ARTIFACTS; and set folder $ENGRAM_ARTIFACTS
  command ls -- $folder 2>/dev/null
  __fish_complete_directories (commandline -ct)
end
""",
    },
}
# What arguments that name a saved model are called.
_NAMES_A_MODEL = {"artifact", "artifacts", "previous", "name"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the verb's arguments."""
    parser.add_argument(
        "shell",
        choices=SHELLS,
        metavar="SHELL",
        help='bash or zsh: put eval "$(engram completion SHELL)" into ~/.bashrc or ~/.zshrc; '
        "fish: engram completion fish > ~/.config/fish/completions/engram.fish",
    )


def run(args: argparse.Namespace) -> int:
    """Prints the script."""
    import shtab

    from training.cli.main import build_parser

    parser = build_parser()
    _mark(parser)
    print(shtab.complete(parser, shell=args.shell))
    return 0


def _mark(parser: argparse.ArgumentParser) -> None:
    """Says of every argument that takes a file or a model that it does."""
    import shtab

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                _mark(verb)
        elif action.dest in _NAMES_A_MODEL:
            action.complete = _SAVED  # type: ignore[attr-defined]
        elif action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
