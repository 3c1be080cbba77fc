"""The files of a theme's folder."""

from __future__ import annotations

from pathlib import Path

MOST = 500  # files


def files_of(folder: Path) -> dict[str, bytes]:
    """Path in `folder`, with slashes → content, without hidden files. Raises OSError for a folder
    that can't be read, is too large, or whose links lead out of it."""
    found: dict[str, bytes] = {}
    root = folder.resolve(strict=True)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if any(part.startswith(".") for part in name.parts) or not path.is_file():
            continue
        if not path.resolve().is_relative_to(root):
            raise OSError(f"{name} is a link to a file outside of the theme")
        found[name.as_posix()] = path.read_bytes()
        if len(found) > MOST:
            raise OSError(f"has more than {MOST} files; is it a theme?")
    return found


def stamp(folder: Path) -> str:
    """Differs when a file of the folder has changed."""
    if not folder.is_dir():
        return ""
    seen = (
        f"{path}:{status.st_mtime_ns}:{status.st_size}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (status := path.stat())
    )
    return "\n".join(seen)
