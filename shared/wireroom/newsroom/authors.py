"""Authors: the persons whom a byline names, each of whom has a list of stories and a page.

    By Dr. ASHA RAO in Mumbai and B. Khan, PTI  →  ASHA RAO, B. Khan

Agencies, desks, places and addresses stand in bylines, too. What may be none of a person is left
out: a name without a page harms nobody, and a page of the "Delhi Bureau" helps nobody. So a name
has two words or more, begins with a capital if its script has them, and contains no word of
`_NOBODY`.

Two names are one author if they have the same slug: the name without case, accents and punctuation.
So `ASHA RAO` and `Asha Rao`, or `A.K. Sen` and `A K Sen`, are one author, whichever agency names
them, and so are two persons of the same name. Names in other scripts than the Latin one become
alike when they are transliterated (حسن and حسان), so their slugs end with a hash of the name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b

from slugify import slugify

AUTHORS = 3  # of one story, who have it in their lists; each is a row more in one transaction
LISTS = "authors/"  # begins the names of their lists
WORDS, SLUG = 6, 80  # of a name, at most; characters of a slug

_BETWEEN = re.compile(
    r"\s*(?:[,;:/|•·]|\([^()]*\)|\[[^\[\]]*\]|(?<=\s)(?:[-–—&]|and|with|और|एवं|و)(?=\s))\s*",
    re.IGNORECASE,
)
# What stands before a name, and a place or an agency behind it.
_BEFORE = re.compile(
    r"(?:(?:(?:text|story|words|written|report|reported|reporting)\s+)?by\s+|von\s+|par\s+|por\s+)?"
    r"(?:(?:dr|prof|mr|mrs|ms|shri|smt|sir)\b\.?\s*)?",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s(?:in|at|for|from|of|via)\s.*", re.IGNORECASE)
_AROUND = " \"'’“”*"
_WORD = re.compile(r"[\s.'’\-]+")
_NOBODY = frozenset(
    # desks, and what people are there
    "admin anonymous author authors bureau by columnist compiled contributor contributors"
    " correspondent correspondents department desk edited editing editor editorial editors"
    " exclusive freelance from guest input inputs journalist our own photo photographer photos"
    " picture pictures producer reporter reporters special staff team the unknown updated various"
    " video writer writers"
    # agencies and papers
    " afp agencies agency associated bloomberg broadcasting channel chronicle corporation daily"
    " digital dpa express gazette herald ians inc ltd magazine media network networks news"
    " newspaper newsroom newswire online page press pti reuters service services syndicate"
    " television times tv upi web website wire wires xinhua"
    # places that begin so: New Delhi
    " new city district county state"
    # in other languages
    " agence agencia agencias agentur agenturen equipo korrespondent redacción redaction"
    " rédaction redaktion एजेंसी एजेंसियां कार्यालय टीम डेस्क न्यूज न्यूज़ ब्यूरो भाषा विशेष संवाददाता"
    " संवाद समाचार वार्ता التحرير الأخبار الصحافة أخبار فريق قسم مراسل مراسلون مكتب وكالات"
    " وكالة".split()
)


def authors(byline: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The first AUTHORS persons in a `byline` (one line of text), as it has their names.

    `others`: names that are no person's, such as the agency's and the site's.
    """
    others_slugs = {slug(name) for name in others}
    found: dict[str, str] = {}
    for start, end in _names(byline):
        name = byline[start:end]
        if _is_person(name) and slug(name) not in others_slugs:
            found.setdefault(slug(name), name)
    return tuple(found.values())[:AUTHORS]


def pieces(byline: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """A `byline` in pieces: (text, which of the authors' `names` it is, or "")."""
    known = {slug(name): name for name in names}
    found, done = [], 0
    for start, end in _names(byline):
        name = known.get(slug(byline[start:end]), "")
        if name:
            found += [(byline[done:start], ""), (byline[start:end], name)]
            done = end
    return [piece for piece in (*found, (byline[done:], "")) if piece[0]]


def _names(byline: str) -> Iterator[tuple[int, int]]:
    """From where to where there may be a name in a byline."""
    start = 0
    for end, following in (*(each.span() for each in _BETWEEN.finditer(byline)), (len(byline), 0)):
        before = _BEFORE.match(byline, start, end)
        first = before.end() if before else start
        behind = _BEHIND.search(byline, first, end)
        text = byline[first : behind.start() if behind else end]
        first += len(text) - len(text.lstrip(_AROUND))
        yield first, first + len(text.strip(_AROUND))
        start = following


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """What an author is known by: `asha-rao`, `hsn-ly-3f9a01`."""
    words = " ".join(_words(unicodedata.normalize("NFKC", name)))
    found = slugify(words)
    letters = (each for each in words if unicodedata.category(each)[0] == "L")
    if all(unicodedata.name(each, "").startswith("LATIN ") for each in letters):
        return found
    return f"{found}-{blake2b(words.encode(), digest_size=3).hexdigest()}".lstrip("-")


def spelled(name: str) -> str:
    """`name` as a page of its own is headed: not all in capitals."""
    return name.title() if name.isupper() else name


def list_of(name: str) -> str:
    """The list of the author's stories, by the name in the byline."""
    return LISTS + slug(name)


def is_authors(name: str) -> bool:
    """Whether the list `name` is an author's."""
    return name.startswith(LISTS)


def _words(name: str) -> list[str]:
    return [word for word in _WORD.split(name.casefold()) if word]


def _is_person(name: str) -> bool:
    words = _words(name)
    letters = all(each in " .'’-" or unicodedata.category(each)[0] in "LM" for each in name)
    return (
        letters
        and 1 < len(words) <= WORDS
        and any(len(word) > 1 for word in words)
        and unicodedata.category(name[0]) != "Ll"
        and _NOBODY.isdisjoint(words)
        and 0 < len(slug(name)) <= SLUG
    )
