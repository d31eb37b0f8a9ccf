"""Folders that others may read, whatever umask the trainer has."""

from pathlib import Path


def make_readable_folder(path: Path) -> None:
    """Makes ``path`` and the folders above it where they are missing; the new ones get mode 0755.

    Raises:
        OSError: one cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        folder.chmod(0o755)
