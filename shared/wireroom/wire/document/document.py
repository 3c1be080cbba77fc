"""Checks and repairs a feed document, so that it is safe to parse.

    bytes ─► text (charset.py) ─► survey (survey.py): depth, counts, entities
                                    │ well-formed           │ not
                                    ▼                       ▼
                                 its root ◄───────── repaired (repair.py), surveyed again
                                    ▲                       │ still not
                                    └── rebuilt from the entries that are well-formed (salvage.py)

The result is well-formed UTF-8 from the root element on. It has no DOCTYPE, no entities of its own
and no declared encoding, which parsers might read differently.
"""

from __future__ import annotations

import re

from wireroom.errors import NotAFeed
from wireroom.wire.document.charset import decoded
from wireroom.wire.document.repair import declared, repaired, trimmed
from wireroom.wire.document.salvage import WellFormed, salvaged
from wireroom.wire.document.survey import surveyed
from wireroom.wire.document.vocabulary import Vocabulary

MAX_DOCUMENT = 15 << 20  # bytes

# Each comment ends at its first `-->`. Possessive quantifiers, so that none is tried twice.
_PROLOG = (
    r"(?:\s|<!--(?:(?!-->).){0,500}+-->|<\?(?:(?!\?>).){0,500}+\?>|<!doctype[^<>\[]{0,500}+>)*+"
)
_HTML = re.compile(_PROLOG + r"<(?:html|head|body|title|meta|script|div)\b", re.I | re.S)
# What XML 1.0 (2.8) allows before the root, but for a DOCTYPE.
_CLEAN = re.compile(
    r"(?:<\?xml\s(?:(?!\?>).){0,500}+\?>)?+"
    r"(?:\s|<!--(?:(?!-->).)*+-->|<\?(?!xml\s)(?:(?!\?>).)*+\?>)*+",
    re.S,
)
# https://en.wikipedia.org/wiki/List_of_file_signatures. No document begins so.
_ARCHIVES = {
    b"PK\x03\x04": "ZIP",
    b"PK\x05\x06": "ZIP",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
}
_BLANK = "\ufeff\t\n\r "
_BEFORE = 4000  # characters of something else that may stand before the root
_HEAD = 64 << 10  # bytes that contain the root of nearly every document
_OPENING = re.compile(r"<(?:(!--|\?)|(?:[^\W\d][\w.-]{0,250}:)?([^\W\d][\w.-]{0,250})(?=[\s/>]))")


def archive(document: bytes) -> str:
    """The kind of archive that `document` is by its first bytes, or ""."""
    return next((kind for magic, kind in _ARCHIVES.items() if document.startswith(magic)), "")


def root_of(document: bytes, charset: str = "") -> str:
    """The first element's local name in lower case, or "". Quick; does not check the document."""
    for size in (_HEAD, MAX_DOCUMENT):
        text, at = _glance(document[:size], charset), 0
        while found := _OPENING.search(text, at):
            if found[2]:
                return found[2].lower()
            close = "-->" if found[1] == "!--" else "?>"
            at = text.find(close, found.end()) + len(close)
            if at < len(close):
                break
        if len(document) <= size:
            break
    return ""


def has_root(document: bytes, names: Vocabulary, charset: str = "") -> bool:
    """Whether `document` begins with a root of `names`, or has one anywhere, for example after a
    server's warning. As this is a guess, ask it after all formats that check their beginning."""
    if root_of(document, charset) in {name.lower() for name in names.roots}:
        return True
    return _root_in(names).search(_glance(document, charset)) is not None


def _glance(head: bytes, charset: str) -> str:
    try:
        return decoded(head, charset).lstrip(_BLANK)
    except NotAFeed:
        return ""


def refusal(document: bytes, formats: str, charset: str = "") -> NotAFeed:
    """The error for `document`, which has none of `formats` (their names, for the message): what it
    is instead, if that can be seen. The states are those of `well_formed`."""
    try:
        well_formed(document, Vocabulary(name=formats, roots=()), charset)
    except NotAFeed as error:
        if error.state == "truncated" and (root := root_of(document, charset)):
            return NotAFeed("not-a-feed", f"the document is <{root[:40]}>, not {formats}")
        return error
    raise AssertionError("a document without any possible root is well-formed")


def well_formed(document: bytes, names: Vocabulary, charset: str = "") -> WellFormed:
    """`document`, checked and, where needed, repaired. `names`: of its format. `charset`: what HTTP
    declared, or "".

    Raises NotAFeed: `empty`, `encoding`, `html`, `json`, `not-xml`, `not-a-feed`,
    `entities`, `defaults`, `too-deep`, `too-many-elements`, `too-many-attributes`,
    `too-many-namespaces`, `too-long-names`, `truncated`, `malformed`.
    """
    text = decoded(document, charset).lstrip(_BLANK)
    text = trimmed(_from_root(text, names))
    _must_look_like_a_feed(text, names)
    survey = surveyed(text, names)
    if survey.doctype and survey.start >= 0:
        # With an external DTD expat silently skips unknown entities, so words would be lost.
        text = text.encode()[survey.start :].decode()
        survey = surveyed(text, names)
    if survey.whole:
        return WellFormed(survey.root(text))
    text = declared(repaired(text, 2 * MAX_DOCUMENT))
    survey = surveyed(text, names)
    if survey.whole:
        return WellFormed(survey.root(text))
    return salvaged(text, survey.problem, names)


def _root_in(names: Vocabulary) -> re.Pattern[str]:
    roots = "|".join(map(re.escape, names.roots)) or "(?!)"
    return re.compile(rf"<(?:[\w.-]{{1,30}}:)?(?:{roots})(?=[\s/>])")


def _from_root(text: str, names: Vocabulary) -> str:
    """`text` without what a server has written before the feed, such as a warning of PHP or a
    second XML declaration. A web page stays, and so does a DOCTYPE, which is checked first."""
    root = _root_in(names).search(text[:_BEFORE])
    if root is None or _CLEAN.fullmatch(text, 0, root.start()):
        return text
    before = text[: root.start()]
    if _HTML.match(text) or "<!doctype" in before.lower():
        return text
    return text[root.start() :]


def _must_look_like_a_feed(text: str, names: Vocabulary) -> None:
    if not text:
        raise NotAFeed("empty", "the document is empty")
    if text[0] in "{[":
        raise NotAFeed("json", f"the document is JSON, not {names.name}")
    if _HTML.match(text[:4000]):
        raise NotAFeed("html", "the document is a web page, not a feed")
    if text[0] != "<":
        raise NotAFeed("not-xml", "the document does not begin with a tag")
