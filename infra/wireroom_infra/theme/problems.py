"""What is wrong with a theme, each with its file and, where one can be named, its line."""

from __future__ import annotations

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """`line`: counted from 1; 0 if the whole file is meant. `file`: relative to the theme's folder,
    or "" for the theme as a whole. `warning`: the theme may be used in spite of it."""

    file: str
    line: int
    reason: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        said = f"{place}: {self.reason}" if place else self.reason
        return f"warning: {said}" if self.warning else said


def line_of(text: str, offset: int) -> int:
    """The line of a place in `text`."""
    return text.count("\n", 0, offset) + 1
