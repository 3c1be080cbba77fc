"""Finds where the story begins in a body, for summaries in listings and descriptions.

Captions, credits, headings, lists and tables before the first paragraph, bylines, pointers to other
stories, links to embeds and quoted posts are not the story. They are used only if a body has
nothing else. The body itself is not changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.markup.characters import one_line, says_something
from wireroom.markup.plain import blocks

SENTENCE_END = re.compile(r"[.!?…。।؟！？۔։።]+[\"')\]”’»」』]*$")

SENTENCE = 60  # characters; a line of this length is a sentence, whatever it ends with
LABEL = 120  # characters; a longer line is no byline, credit, pointer or date
BESIDE = 40  # characters that a line may have beside its link or byline and still be only that

_BY = (
    "by|words by|text by|reported by|reporting by|written by|"
    "von|par|por|di|da|door|av|af|från|от|بقلم"
)
_NAME = r"(?:[^\W\d_a-z][\w.'’-]*|al-\w+|d['’]\w+|(?:bin|da|de|del|den|der|di|du|el|la|van|von)\b)"
_BYLINE = re.compile(
    rf"(?i:{_BY}):?\s+{_NAME}(?:(?:,? and|, |,? &| \||/| und| et| y| e)? ?{_NAME}){{0,12}}\.?"
)
_CREDIT = re.compile(
    r"\W*(?:©|\(c\)|"
    r"(?:(?:file|ap|afp|reuters|pti|getty) )?(?:photo|image|picture|photograph|illustration)s?"
    r"(?: credit)?\s*(?:[:|/©(–—-]|by\b|courtesy\b|via\b)|"
    r"(?:credits?|fotos?|bild|imagen|imagem|crédit|crédito|फोटो|चित्र|صورة|الصورة|фото)\s*[:|/©(])",
    re.IGNORECASE,
)
_READ_ON = (
    "also read|also watch|also see|see also|read also|read more|read next|read this|must read|"
    "related|related stories|related story|recommended|more on this|don['’]t miss|watch|"
    "lire aussi|à lire aussi|lea también|lee también|le puede interesar|leia também|leia mais|"
    "leggi anche|lesen sie auch|mehr zum thema|lees ook|läs också|czytaj też|baca juga|"
    "читайте также|यह भी पढ़ें|ये भी पढ़ें|اقرأ أيضا|اقرأ أيضًا"
)
_POINTER = re.compile(rf"\W*(?:{_READ_ON})\s*[:|–—›»-]", re.IGNORECASE)
_DATED = re.compile(
    r"\W*(?:(?:(?:first|last) )?(?:published|updated|posted|modified)\b|reading time\b|"
    r"\d+ min(?:ute)?s? read\b)",
    re.IGNORECASE,
)
_SLANTED = frozenset({"em", "i", "small", "cite"})

_Part = list[tuple[str, frozenset[str]]]  # pieces of text, each with the elements around it


class _Line(NamedTuple):
    """A line of text. `prose`: it is in a paragraph or preformatted text. `aside`: it belongs to a
    picture. `linked`: how many of its characters are in links."""

    text: str
    prose: bool
    aside: bool = False
    linked: int = 0


def opening(body: str, byline: str = "") -> str:
    """The first paragraph of the story in a sanitised `body`, without byline, credit and the like;
    "" if the body has no words."""

    def first(is_it: Callable[[_Line], bool]) -> str:
        return next((line.text for line in _paragraphs(body, byline) if is_it(line)), "")

    def is_prose(line: _Line) -> bool:
        return line.prose and not _is_beside(line, byline)

    return (
        first(lambda line: is_prose(line) and _is_sentence(line.text))
        or first(is_prose)
        or first(lambda line: not line.aside and _has_letters(line.text))
        or first(lambda line: says_something(line.text))
    )


def is_furniture(text: str, byline: str = "") -> bool:
    """Whether a line of text is no part of the story, but a byline, credit, pointer to another
    story or date."""
    if not _has_letters(text):
        return True
    if len(text) > LABEL:
        return False
    if _BYLINE.fullmatch(text) or _CREDIT.match(text) or _POINTER.match(text):
        return True
    named = byline and re.search(rf"(?<!\w){re.escape(byline)}(?!\w)", text, re.IGNORECASE)
    if (named and len(text) - len(byline) <= BESIDE) or _DATED.match(text):
        return not SENTENCE_END.search(text)
    return False


def _is_sentence(text: str) -> bool:
    return len(text) >= SENTENCE or SENTENCE_END.search(text) is not None


def _is_beside(line: _Line, byline: str) -> bool:
    """Whether a line is no part of the story: of a picture, mostly a link, or furniture."""
    unlinked = len(line.text) - line.linked
    points = line.linked > 0 and unlinked <= min(BESIDE, line.linked)
    return line.aside or points or is_furniture(line.text, byline)


def _has_letters(text: str) -> bool:
    return any(unicodedata.category(character)[0] == "L" for character in text)


def _paragraphs(body: str, byline: str) -> Iterator[_Line]:
    """The blocks of `body` as lines. In a paragraph with breaks, lines before the story are given
    by themselves, and the rest as one."""
    pictured = False  # there was a picture before, and no words since
    node = LexborHTMLParser(body, is_fragment=True).root
    while node is not None:
        if node.tag == "p":
            parts = list(_parts(node))
            pictured = pictured or any("img" in around for part in parts for _, around in part)
            lines = [line for part in parts if (line := _line(part, pictured=pictured)).text]
            pictured = pictured and not lines
            while len(lines) > 1 and _is_beside(lines[0], byline):
                yield lines.pop(0)
            if lines:
                text = " ".join(line.text for line in lines)
                yield lines[0]._replace(text=text, linked=sum(line.linked for line in lines))
        else:
            pictured = node.tag == "figure"
            for text in blocks(node.html or ""):
                yield _Line(text, prose=node.tag == "pre", aside=pictured)
        node = node.next


def _line(part: _Part, *, pictured: bool) -> _Line:
    text = one_line("".join(words for words, _ in part))
    worded = [(len(words), around) for words, around in part if words.strip()]
    slanted = all(around & _SLANTED for _, around in worded)
    linked = sum(length for length, around in worded if "a" in around)
    return _Line(text, prose=True, aside=slanted and pictured, linked=linked)


def _parts(paragraph: LexborNode) -> Iterator[_Part]:
    """The lines of a paragraph, each as pieces of text with the names of the elements around
    them."""
    part: _Part = []
    for node, around in _leaves(paragraph, frozenset()):
        if node.tag == "br":
            yield part
            part = []
        elif node.tag == "img":
            part.append(("", frozenset({"img"})))
        elif node.is_text_node:
            part.append((node.text_content or "", around))
    yield part


def _leaves(
    node: LexborNode, around: frozenset[str]
) -> Iterator[tuple[LexborNode, frozenset[str]]]:
    """The nodes without children in `node`, each with the names of the elements around it. A
    sanitised body limits the depth of the recursion."""
    child = node.child
    while child is not None:
        if child.child is None:
            yield child, around
        else:
            yield from _leaves(child, around | {child.tag or ""})
        child = child.next
