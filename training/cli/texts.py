"""Texts of the command line, where a newcomer may write a file's name instead."""

import os
import shlex
from collections.abc import Sequence

from models.errors import InputError


def refuse_files(texts: Sequence[str], artifact: str) -> None:
    """Refuses texts that are all names of existing files.

    Args:
        artifact: the saved model, as the command line names it.

    Raises:
        InputError: naming the commands that read a file.
    """
    if texts and all(map(os.path.isfile, texts)):
        file = shlex.quote(texts[0])
        raise InputError(
            f"{texts[0]!r} is a file, not a text; to answer each row of a table: 'engram score {artifact} "
            f"{file} answers.csv'; to answer each line: 'engram predict {artifact} < {file}'."
        )
