"""What a code of NewsML-G2 means, as far as the document itself says so.

Catalogs are never fetched. `<subject qcode="medtop:04000000">` has its name in itself, in an
`assert` of its item, or in a concept of the same message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from lxml import etree

from wireroom.wire.document.tree import XML
from wireroom.wire.formats.fields import first, found, once, plain

# qcode, uri or literal → (language, name) for each name that the document has of it. Read once, as
# a message may use one concept a hundred thousand times.
Names = tuple[tuple[str, str], ...]
Concepts = Mapping[str, Names]
_MOST = 50  # languages of one name


def asserted(item: etree._Element) -> dict[str, Names]:
    """The concepts that `item` has of its own: its `assert`s."""
    return {code: _names(each) for each in found(item, "assert") for code in codes(each)}


def of_concepts(items: Iterable[etree._Element]) -> dict[str, Names]:
    """The concepts of concept items and knowledge items."""
    known: dict[str, Names] = {}
    for item in items:
        concepts = [*found(item, "concept"), *found(item, "conceptset", "concept")]
        for concept in concepts:
            for identity in found(concept, "conceptid"):
                known |= dict.fromkeys(codes(identity), _names(concept))
    return known


def codes(element: etree._Element) -> list[str]:
    """The codes by which `element` names a concept."""
    given = (element.get(name) for name in ("qcode", "uri", "literal"))
    return [str(code).strip()[:500] for code in given if code and code.strip()]


def name_of(element: etree._Element, language: str, concepts: Concepts) -> str:
    """The name of what `element` (`subject`, `genre`, `located` …) stands for, in `language` if it
    has one; else its text; else its code itself. As text."""
    said = [_names(element), *(concepts[code] for code in codes(element) if code in concepts)]
    for each in said:
        if each:
            return _nearest(each, language)
    own = "" if len(element) else plain(element)
    return own or next(iter(codes(element)), "")


def in_language(elements: Iterable[etree._Element], language: str) -> str:
    """The text of the one of `elements` in `language`, in a dialect of it, in none, or of the
    first; "" if all are empty."""
    texts = tuple(
        (str(each.get(f"{XML}lang") or ""), words)
        for each in islice(elements, _MOST)
        if (words := plain(each))
    )
    return _nearest(texts, language) if texts else ""


def _names(element: etree._Element) -> Names:
    return tuple(
        (str(name.get(f"{XML}lang") or ""), words)
        for name in islice(found(element, "name"), _MOST)
        if (words := plain(name))
    )


def _nearest(texts: Names, language: str) -> str:
    wanted = language.lower()
    broad = wanted.partition("-")[0]

    def distance(text: tuple[str, str]) -> int:
        spoken = text[0].lower()
        if spoken == wanted:
            return 0
        if spoken and spoken.partition("-")[0] == broad:
            return 1
        return 3 if spoken else 2

    return min(texts, key=distance)[1]


def names(elements: Iterable[etree._Element], language: str, concepts: Concepts) -> tuple[str, ...]:
    return once(name_of(each, language, concepts) for each in elements)


def last_part(element: etree._Element | None) -> str:
    """The code of `element` without its scheme, in lower case: `ninat:text`, and the address of
    that concept, are `text`."""
    code = next(iter(codes(element)), "") if element is not None else ""
    return code.rpartition("/")[2].rpartition(":")[2].lower()


def class_of(item: etree._Element) -> str:
    """What an item says it is: `text`, `picture`, `video` …; "" if it doesn't say."""
    return last_part(first(item, "itemmeta", "itemclass"))
