"""Stories of which a feed sends only the beginning, and what the feed's settings do with them.

    part_of   the copy as it came ─► "": all of it; "beginning"; "nothing": a headline and a link
    excerpt   that and the settings ─► "": the story as it is; "link": its page leads on to the
              source; "out": its headline in lists leads there

Whether a feed sends whole stories can't be told from one of them: a story may be one sentence long.
So only what looks cut off counts, or all of a feed if its settings say `content = "excerpt"`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from wireroom.markup.addresses import is_web
from wireroom.markup.opening import SENTENCE_END
from wireroom.markup.plain import blocks
from wireroom.model import Desk, Excerpt, Feed, Part, Settings, Wire

LONG = 60  # characters; a last paragraph of this length ends with a sentence, if it is all there

# `[…]`, `[&hellip;]`, `(...)`, `…`, `...` at the end, with or without an invitation to read on.
_CUT_OFF = re.compile(r"(?:\[\s*(?:…|\.{2,})\s*\]|\(\s*(?:…|\.{3,})\s*\)|…|\.{3,})\s*\Z")
_READ_ON = re.compile(
    r"(?:\A|[.!?…।؟\])”’»\"]\s*)(?:(?:continue|keep) reading|read (?:more|on)|"
    r"read the (?:full|whole) (?:story|article)|lire la suite|weiterlesen|mehr lesen|"
    r"(?:seguir|sigue) leyendo|leer más|"
    r"continua a leggere|leia mais|lees verder|läs mer|आगे पढ़ें|और पढ़ें|اقرأ المزيد)"
    r"[\s.…»›→>:]*\Z",
    re.IGNORECASE,
)
_EVER = datetime.min.replace(tzinfo=UTC)


def part_of(body: str, feed: Feed, *, link: str, full: bool, led_on: bool) -> Part:
    """How much of a story is in its sanitised `body`.

    `link`: its address at the agency. `full`: the feed calls it the whole story. `led_on`: it ended
    with a link to that address. The newsroom's own copy is always all of it, and so is what has
    nowhere else to be read.
    """
    if not feed.syndicated or not is_web(link):
        return ""
    paragraphs = blocks(body)
    if not paragraphs:
        return "" if "<img" in body or "<iframe" in body or "<a " in body else "nothing"
    last = paragraphs[-1].rstrip()
    if feed.content == "excerpt" or _CUT_OFF.search(last) or _READ_ON.search(last):
        return "beginning"
    if full:
        return ""
    unfinished = len(last) >= LONG and not SENTENCE_END.search(last)
    return "beginning" if led_on or unfinished else ""


def kept_out(part: Part, feed: Feed) -> bool:
    """Whether the settings leave out a story of which that `part` came."""
    return bool(part) and feed.excerpts == "skip"


def held(part: Part, feed: Feed) -> bool:
    """Whether a new story of which that `part` came waits for an editor."""
    return bool(part) and feed.excerpts == "hold"


def excerpt(wire: Wire | None, desk: Desk, settings: Settings) -> Excerpt:
    """What readers get of a story instead of the whole, by the settings of the feed that sent it
    last. An editor's body is a whole story."""
    if wire is None or not wire.part or (desk.body and desk.body.value):
        return ""
    feeds = {settings.renamed_feeds.get(name, name): filed for name, filed in wire.feeds.items()}
    last = max(feeds, key=lambda name: (feeds[name].arrived or _EVER, name), default="")
    asked = settings.excerpts.get(last, "")
    if asked == "publish":
        return ""
    if asked == "out" or (not asked and wire.part == "nothing"):
        return "out"
    return "link"
