"""A formula in MathML → a line of HTML with the same meaning: `E=mc<sup>2</sup>`, `1/2`, `√(x+1)`.

The order of the signs stays. Their layout becomes HTML's `sub` and `sup`, a slash, or brackets.
Without spaces around a fraction `3½` would read 31/2.

https://www.w3.org/TR/mathml-core/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# Elements that contain the text of a formula. White space outside of them means nothing.
TOKENS = frozenset("mi mn mo mtext ms".split())
# The source of a formula (in TeX, for example) beside the formula; and invisible content.
DROPPED = frozenset("annotation annotation-xml mphantom".split())
_PLACED = frozenset("msup msub msubsup mover munder munderover mfrac msqrt mroot".split())
LAYOUT = _PLACED | frozenset(
    "mrow mstyle semantics merror mpadded menclose maction mtable mtr mlabeledtr mtd mspace "
    "mmultiscripts mprescripts none".split()
)
NAMES = TOKENS | DROPPED | LAYOUT

MAX_DEPTH = 40  # layouts inside each other; deeper ones are read as rows


class _Layout(NamedTuple):
    name: str
    parts: list[str]


def as_line(pieces: Iterable[tuple[str, str]]) -> str:
    """The HTML of a formula. `pieces`: ("", text), (`<name`, "") for a start tag, (`/name`, "") for
    an end tag."""
    above = [_Layout("mrow", [])]
    beyond = 0
    token: list[str] | None = None
    for mark, piece in pieces:
        name = mark[1:]
        if name in TOKENS:
            if mark[0] == "<":
                token = []
            elif token is not None:
                above[-1].parts.append("".join(token).strip())
                token = None
        elif not mark:
            if token is not None:
                token.append(piece)
            elif piece.strip():
                above[-1].parts.append(piece.strip())
        elif mark[0] == "<":
            if len(above) > MAX_DEPTH:
                beyond += 1
            else:
                above.append(_Layout(name, []))
        elif beyond:
            beyond -= 1
        elif len(above) > 1:
            _end(above)
    if token:
        above[-1].parts.append("".join(token).strip())
    while len(above) > 1:
        _end(above)
    return _row(above[0].parts)


def _end(above: list[_Layout]) -> None:
    layout = above.pop()
    above[-1].parts.append(_line(layout.name, layout.parts))


def _line(name: str, parts: list[str]) -> str:
    match name, parts:
        case ("mfrac", [over, under]):
            return f" {_one(over)}/{_one(under)} "
        case ("msqrt", _):
            return f"√{_one(_row(parts))}"
        case ("mroot", [of, degree]):
            return f"<sup>{degree.strip()}</sup>√{_one(of)}"
        case ("msup" | "mover", [base, above]):
            return f"{base}<sup>{above.strip()}</sup>"
        case ("msub" | "munder", [base, below]):
            return f"{base}<sub>{below.strip()}</sub>"
        case ("msubsup" | "munderover", [base, below, above]):
            return f"{base}<sub>{below.strip()}</sub><sup>{above.strip()}</sup>"
        case ("mtd" | "mtr" | "mlabeledtr" | "mspace", _):
            return f"{_row(parts)} "
    return _row(parts)


def _row(parts: list[str]) -> str:
    return "".join(parts)


def _one(part: str) -> str:
    """`part` in brackets, unless it is one name or number."""
    part = part.strip()
    return part if part.isalnum() or (part[:1] == "&" and part[1:-1].isalnum()) else f"({part})"
