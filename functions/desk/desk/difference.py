"""What differs between two texts, word by word.

    paragraphs that stay ─► as they are
    those in between     ─► word by word, if that is not too much work; else all out, all in

Bounded: difflib compares each word with each equal one of the other text, as often as it finds
something in common. WORK bounds the product, whatever the texts are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct

WORK = 20_000_000
BREAK = "\n"  # the word that ends a paragraph

# Words in any script; marks and joiners belong to them. Characters of scripts without spaces and
# punctuation are words of their own. White space belongs to the word before it.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_POINTS = r"""!"#$%&()*+,./:;<=>?@\[\\\]^`{|}~“”„«»…–—।॥،؛؟、。"""
_WORD = re.compile(rf"(?:[^\s{_ALONE}{_POINTS}]+|\S)\s*|\s+")

Kind = Literal["same", "gone", "new"]


class Piece(Struct, frozen=True):
    kind: Kind
    text: str


Paragraph = tuple[Piece, ...]


def difference(before: Sequence[str], after: Sequence[str]) -> list[Paragraph]:
    """Two texts, each in paragraphs → the paragraphs of both as one, in pieces that stay, are gone
    or are new."""
    pieces: list[Piece] = []
    for kind, old, new in _matched(before, after):
        if kind == "equal":
            pieces += [Piece("same", text + BREAK) for text in old]
        elif len(old) == len(new):
            for one, other in zip(old, new, strict=True):
                pieces += words(one + BREAK, other + BREAK)
        else:
            pieces += words(_joined(old), _joined(new))
    return list(_paragraphs(pieces))


def words(before: str, after: str) -> list[Piece]:
    """The words of both texts as one."""
    pieces: list[Piece] = []
    for kind, old, new in _matched(_WORD.findall(before), _WORD.findall(after)):
        if kind == "equal":
            pieces.append(Piece("same", "".join(new)))
            continue
        pieces += [Piece("gone", "".join(old))] if old else []
        pieces += [Piece("new", "".join(new))] if new else []
    return pieces


def _matched(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """(`equal` or another word, the words of `old`, those of `new`), in order. White space around
    words does not count, but the end of a paragraph does."""
    one, other = [*map(_bare, old)], [*map(_bare, new)]
    counts = Counter(other)
    once = sum(counts[each] for each in one) + len(one)
    if once * min(len(one), len(other)) > WORK:
        yield "replace", old, new
        return
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield kind, old[a:b], new[c:d]


def _bare(word: str) -> str:
    return word.strip() + BREAK * word.endswith(BREAK)


def _joined(paragraphs: Sequence[str]) -> str:
    return "".join(each + BREAK for each in paragraphs)


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[Paragraph]:
    """`pieces` divided where one has a break. Neighbours of one kind are one piece."""
    paragraph: list[Piece] = []
    for piece in pieces:
        for part in re.split(r"(?<=\n)", piece.text):
            text, ends = part.removesuffix(BREAK), part.endswith(BREAK)
            if text and paragraph and paragraph[-1].kind == piece.kind:
                paragraph[-1] = Piece(piece.kind, paragraph[-1].text + text)
            elif text:
                paragraph.append(Piece(piece.kind, text))
            if ends and paragraph:
                yield tuple(paragraph)
                paragraph = []
    if paragraph:
        yield tuple(paragraph)
