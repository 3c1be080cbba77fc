"""A feed document made safe before any parser builds something of it.

    bytes ─► text (charset.py) ─► survey (survey.py): depth, counts, entities
                                    │ well-formed           │ not
                                    ▼                       ▼
                                 its root ◄───────── repaired (repair.py), surveyed again
                                    ▲                       │ still not
                                    └── rebuilt of the entries that are whole (salvage.py)

What comes out is UTF-8,
well-formed, without a prolog: no DOCTYPE, no entities, no declared encoding are left to disagree
about.
"""

from __future__ import annotations

import re

from wireroom.errors import NotAFeed
from wireroom.wire.document.charset import decoded
from wireroom.wire.document.repair import declared, repaired, trimmed
from wireroom.wire.document.salvage import Sound, salvaged
from wireroom.wire.document.survey import surveyed

MAX_DOCUMENT = 15 << 20  # bytes

# Each comment ends at its first end, and none is tried twice.
_PROLOG = (
    r"(?:\s|<!--(?:(?!-->).){0,500}+-->|<\?(?:(?!\?>).){0,500}+\?>|<!doctype[^<>\[]{0,500}+>)*+"
)
_HTML = re.compile(_PROLOG + r"<(?:html|head|body|title|meta|script|div)\b", re.I | re.S)
_ROOT = re.compile(r"<(?:[\w.-]{1,30}:)?(?:rss|RDF|feed|channel)(?=[\s/>])")
# What XML 1.0 (2.8) allows before the root, but for a DOCTYPE.
_CLEAN = re.compile(
    r"(?:<\?xml\s(?:(?!\?>).){0,500}+\?>)?+"
    r"(?:\s|<!--(?:(?!-->).)*+-->|<\?(?!xml\s)(?:(?!\?>).)*+\?>)*+",
    re.S,
)
_BEFORE = 4000  # characters before a root that may be something else


def sound(document: bytes, charset: str = "") -> Sound:
    """Check and, where needed, repair `document`; `charset` is what HTTP declared.

    Raises NotAFeed: `empty`, `too-large`, `encoding`, `html`, `json`, `not-xml`, `not-a-feed`,
    `entities`, `defaults`, `too-deep`, `too-many-elements`, `too-many-attributes`,
    `too-many-namespaces`, `too-long-names`, `truncated`, `malformed`.
    """
    if len(document) > MAX_DOCUMENT:
        raise NotAFeed("too-large", f"{len(document)} bytes, at most {MAX_DOCUMENT}")
    text = decoded(document, charset).lstrip("\ufeff\t\n\r ")
    text = trimmed(_from_root(text))
    _must_look_like_a_feed(text)
    survey = surveyed(text)
    if survey.doctype and survey.start >= 0:
        # An external DTD lets expat skip unknown entities silently, and words would be lost.
        text = text.encode()[survey.start :].decode()
        survey = surveyed(text)
    if survey.whole:
        return Sound(survey.root(text))
    text = declared(repaired(text, 2 * MAX_DOCUMENT))
    survey = surveyed(text)
    if survey.whole:
        return Sound(survey.root(text))
    return salvaged(text, survey.problem)


def _from_root(text: str) -> str:
    """`text` without what a server has written before the feed: a warning of PHP's, a second
    XML declaration. A web page is not one, and a DOCTYPE is looked at before it may go."""
    root = _ROOT.search(text[:_BEFORE])
    if root is None or _CLEAN.fullmatch(text, 0, root.start()):
        return text
    before = text[: root.start()]
    if _HTML.match(text) or "<!doctype" in before.lower():
        return text
    return text[root.start() :]


def _must_look_like_a_feed(text: str) -> None:
    if not text:
        raise NotAFeed("empty", "the document is empty")
    if text[0] in "{[":
        raise NotAFeed("json", "the document is JSON, not RSS or Atom")
    if _HTML.match(text[:4000]):
        raise NotAFeed("html", "the document is a web page, not a feed")
    if text[0] != "<":
        raise NotAFeed("not-xml", "the document does not begin with a tag")
