"""Lines of a text message → HTML. Wrapped lines become paragraphs, tables keep their lines.

A paragraph ends at a blank line, and before a line that is indented as a first line is. Lines
are joined with a space; after a hyphen inside a word without one, as it stood there before the line
was wrapped. The items of a list keep their lines. Lines in columns are preformatted text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

_INDENT = re.compile(r"\s*")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s+\S")
_ALONE = re.compile(r"\s*(?:#{1,6}\s.*|(?:[*_=]\s*){3,})")  # a heading in Markdown, a rule
# Columns: a bar, a tab inside, three semicolons, a run of spaces or dots before a figure.
_COLUMNS = re.compile(
    r"\s*\|.*\||[^\t\n]*\S\t+\S|(?:[^;]*;){3}|.*\S(?: {2,}|\.{3,}\s?)[-+(]?[\d$£€]|.*\S {3,}\S"
)
_HYPHEN = re.compile(r"[^\W\d_]-$")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|sowie|et|ou|y|o|e|en|of|och|og)\b")


def html(lines: Iterable[str]) -> str:
    """The lines as HTML: paragraphs, and preformatted text where they are a table."""
    return "".join(map(_block, _blocks(lines)))


def text(lines: Iterable[str]) -> str:
    """Wrapped lines as one line."""
    return _joined([line.strip() for line in lines if line.strip()])


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in map(str.rstrip, lines):
        alone = _ALONE.fullmatch(line) is not None
        begins = block and _indented(line, block[0]) and not _in_columns(line, block[-1])
        if (not line or alone or begins) and block:
            yield block
            block = []
        if alone:
            yield [line]
        elif line:
            block.append(line)
    if block:
        yield block


def _block(lines: list[str]) -> str:
    if _tabular(lines):
        return f"<pre>{escape(chr(10).join(lines), quote=False)}</pre>"
    items: list[list[str]] = [[]]
    for line in lines:
        if _ITEM.match(line) and _in_list(lines):
            items.append([])
        items[-1].append(line.strip())
    return f"<p>{'<br>'.join(escape(_joined(each), quote=False) for each in items if each)}</p>"


def _tabular(lines: list[str]) -> bool:
    """Whether most lines are in columns. A single line is, only if it has bars or tabs."""
    if len(lines) == 1:
        return re.match(r"\s*\|.*\|", lines[0]) is not None
    return 3 * sum(1 for line in lines if _COLUMNS.match(line.rstrip())) >= 2 * len(lines)


def _in_list(lines: list[str]) -> bool:
    return _ITEM.match(lines[0]) is not None


def _indented(line: str, first: str) -> bool:
    """Whether `line` begins a paragraph after one whose first line is `first`."""
    return _width(line) >= max(2, _width(first)) and not _in_list([first])


def _in_columns(*lines: str) -> bool:
    return all(_COLUMNS.match(line) for line in lines)


def _width(line: str) -> int:
    return len(_INDENT.match(line)[0].expandtabs()) if line else 0  # type: ignore[index]


def _joined(lines: list[str]) -> str:
    found = ""
    for line in lines:
        glued = _HYPHEN.search(found) and line[:1].isalpha() and not _SUSPENDED.match(line)
        found += line if glued or not found else f" {line}"
    return found
