"""Command lines that say which name was probably meant."""

import argparse
from collections.abc import Sequence
from typing import Any

from models.nearest import nearest


class Parser(argparse.ArgumentParser):
    """Python's, whose refusals name the nearest verb, option or value."""

    def parse_whole(self, arguments: Sequence[str] | None = None) -> argparse.Namespace:
        """The arguments; ends with exit code 2 where one is unknown.

        Args:
            arguments: by default those of the process.
        """
        found, rest = self.parse_known_args(arguments)
        if rest:
            parser = self._chosen(found)
            if not parser._take_late(found, rest):
                parser.error(parser._not_known(rest))
        return found

    def _take_late(self, found: argparse.Namespace, rest: Sequence[str]) -> bool:
        """Adds ``rest`` to the list of arguments, which Python's parser ends at the first option."""
        if any(word.startswith("-") for word in rest):
            return False
        for action in self._actions:
            if not action.option_strings and action.nargs in ("*", "+") and action.type is None:
                setattr(found, action.dest, [*(getattr(found, action.dest) or ()), *rest])
                return True
        return False

    def _chosen(self, found: argparse.Namespace) -> "Parser":
        """The parser of the verb that was chosen, else this one."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                chosen = action.choices.get(str(getattr(found, action.dest, None)))
                if isinstance(chosen, Parser):
                    return chosen
        return self

    def _not_known(self, rest: Sequence[str]) -> str:
        option = next((word for word in rest if word.startswith("-")), None)
        if option is None:
            return f"{' '.join(rest)} is one argument too many; quote a text or a path that holds spaces"
        name = option.partition("=")[0]
        known = [string for action in self._actions for string in action.option_strings]
        # Dashes make any two options alike.
        bare = {string.lstrip("-"): string for string in known}
        near = bare.get(nearest(name.lstrip("-"), bare) or "")
        question = f"did you mean {near}? It" if near else "it"
        return f"{name} is no option of {self.prog}; {question} takes {', '.join(known)}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        is_verb = isinstance(action, argparse._SubParsersAction)
        # Verbs act: "run" and "tune" are like "prune", which deletes, but nobody who wrote them meant that.
        likely = [name for name in known if not is_verb or name[:1] == str(value)[:1].casefold()]
        near = nearest(str(value), likely)
        question = f"did you mean {near!r}? There are" if near else "there are"
        fault = f"there is no {action.dest} {value!r}" if is_verb else f"{value!r} is not allowed"
        raise argparse.ArgumentError(None if is_verb else action, f"{fault}; {question}: {', '.join(known)}")
