"""Opens data files, plain or gzip, and reads them as UTF-8 lines whose numbers are known."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from models.errors import DataError

Format = Literal["csv", "tsv", "jsonl", "parquet", "text"]

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}


_SPREADSHEETS = {".xlsx", ".xls", ".xlsm", ".ods", ".numbers"}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# First lines of more are books; a few say what is to be known.
_MOST_CHARACTERS = 2**22


def format_of(path: Path) -> Format:
    """The format a file's name promises.

    Raises:
        DataError: the name ends in none that is read.
    """
    name = path.name.lower()
    plain = name.removesuffix(".gz")
    suffix = Path(plain).suffix
    found = _FORMATS.get(suffix)
    if found is None or (found == "parquet" and plain != name):
        remedy = 'save this spreadsheet as "CSV UTF-8", or use' if suffix in _SPREADSHEETS else "use"
        raise DataError(
            f"The format of {path} is not known by its name; {remedy} .csv, .tsv, .jsonl or .txt (each also "
            ".gz) or .parquet."
        )
    return found


class Lines:
    """The lines of a stream, each with its line break, and where the reading stands.

    Attributes:
        line: number of the line read last, from 1; 0 before the first.
        row: number of the data row read last, kept by whoever makes rows out of the lines.
    """

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream
        self.line = 0
        self.row = 0

    def __iter__(self) -> Iterator[str]:
        for raw in self._stream:
            self.line += 1
            yield raw.decode("utf-8-sig" if self.line == 1 else "utf-8")


@contextmanager
def open_lines(path: Path) -> Iterator[Lines]:
    """Opens a text file; what goes wrong while it is read becomes a sentence with the row's number.

    Raises:
        DataError: the file is missing, unreadable, empty, broken gzip or not UTF-8.
    """
    require_file(path)
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            lines = Lines(stream)
            try:
                yield lines
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise DataError(f"{path} is broken gzip after row {lines.row}: {error}.") from error
            except UnicodeDecodeError as error:
                is_utf_16 = lines.line == 1 and error.object.startswith(_UTF_16)
                raise DataError(
                    f"{path}, row {lines.row + 1} (line {lines.line}) is not UTF-8: byte "
                    f"0x{error.object[error.start]:02x} at position {error.start + 1} of the line; "
                    f"{'it seems to be UTF-16; ' if is_utf_16 else ''}save the file as UTF-8 (in Excel: CSV "
                    "UTF-8)."
                ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if lines.line == 0:
        raise DataError(f"{path} is empty.")


def first_lines(path: Path, count: int) -> tuple[list[str], bool]:
    """The first lines of a text file as far as they can be read, and whether it has no more.

    Raises:
        DataError: there is no such file.
    """
    require_file(path)
    lines: list[str] = []
    characters = 0
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            for raw in stream:
                if len(lines) == count or characters >= _MOST_CHARACTERS:
                    return lines, False
                lines.append(raw.decode("utf-8" if lines else "utf-8-sig", errors="replace"))
                characters += len(raw)
    except (OSError, EOFError, zlib.error):
        # Whoever reads all of it says what is wrong.
        return lines, False
    return lines, True


def require_file(path: Path) -> None:
    """Refuses a path where no file stands.

    Raises:
        DataError: nothing or a folder stands there.
    """
    if path.is_dir():
        raise DataError(f"{path} is a folder, not a file.")
    if not path.exists():
        raise DataError(f"There is no file {path}.")
