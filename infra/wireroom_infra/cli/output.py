"""Output and exit codes of commands. Plain text if the output is no terminal: pipes, files, CI."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Exit codes. 2 is also what a wrong option or argument ends with.
ENDED_BADLY, USAGE = 1, 2

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)

Say = Callable[[str], None]


class Failed(Exception):
    """A command that failed: `lines` for standard error, `code` for the shell."""

    def __init__(self, *lines: str, code: int = ENDED_BADLY) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines
        self.code = code


def say(line: str = "") -> None:
    """One line on standard output, as it is: no markup is read into it, no tab made spaces."""
    _write(out, line)


def complain(line: str) -> None:
    """One line on standard error."""
    _write(err, line)


def _write(console: Console, line: str) -> None:
    line = harmless(line)
    if console.is_terminal:
        console.print(Text(line))
    else:
        console.file.write(f"{line}\n")


def harmless(text: str) -> str:
    """`text` without control characters, which a feed could use to control the terminal."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" and c not in "\t\n" else c
        for c in text
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; tab-separated lines with a first line of headings when not on a terminal."""
    if not out.is_terminal:
        for row in (headings, *rows):
            say("\t".join(" ".join(cell.split()) for cell in row))
        return
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        shown.add_column(heading, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(harmless(cell)) for cell in row))
    out.print(shown, soft_wrap=False)


@contextmanager
def working(what: str) -> Iterator[Say]:
    """Show that something long is going on. The value given takes a line that says how far it is.

    On a terminal one line that moves; else one line on standard error at the start and one at the
    end, so that logs stay short.
    """
    last = what
    if err.is_terminal:
        with err.status(Text(harmless(what))) as status:

            def update(line: str) -> None:
                nonlocal last
                last = line
                status.update(Text(harmless(line)))

            yield update
    else:
        complain(what)

        def note(line: str) -> None:
            nonlocal last
            last = line

        yield note
    if last != what:
        complain(last)


def quiet_handlers(*, verbose: bool) -> None:
    """Keep the functions' own logs and metrics off the terminal, unless they are asked for."""
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    os.environ["POWERTOOLS_LOG_LEVEL"] = "INFO" if verbose else "CRITICAL"


def interactive() -> bool:
    """Whether standard input is a terminal, so that a question can be asked."""
    return sys.stdin.isatty()
