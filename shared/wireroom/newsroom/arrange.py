"""Second step of sanitising: a tree of known elements in, the shape that a story has out.

Writes the allow-list's elements again, and no others, with their content models kept: text stands
in paragraphs, items in lists, emphasis within blocks, a table's cells in rows. Unknown containers
give way to what is in them. Elements open when they get content, so empty ones never do.
"""

from __future__ import annotations

import re
from html import escape
from itertools import count
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.errors import EntryRejected
from wireroom.newsroom import embeds
from wireroom.newsroom.addresses import LINKS, is_beacon, safe_address, safe_srcset
from wireroom.newsroom.characters import scrub

MAX_DEPTH = 60  # elements within each other, in what comes out
MAX_AROUND = 200  # and in what came in
MAX_OUTPUT = 500_000  # characters

HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
PHRASING = HEADINGS | {"p", "pre"}  # blocks that hold no blocks
INLINES = frozenset(
    "a em strong b i u s sub sup small mark abbr code kbd samp var q cite time del ins "
    "ruby rt rp bdi dfn".split()
)
# What may stand directly in these; other content is given the first of them.
CHILDREN = {
    "ul": ("li",),
    "ol": ("li",),
    "dl": ("dd", "dt"),
    "table": ("caption", "thead", "tbody", "tfoot"),
    "thead": ("tr",),
    "tbody": ("tr",),
    "tfoot": ("tr",),
    "tr": ("td", "th"),
}
PARENTS = {
    child: frozenset(parent for parent, children in CHILDREN.items() if child in children)
    for children in CHILDREN.values()
    for child in children
} | {"figcaption": frozenset({"figure"})}
BLOCKS = PHRASING | set(CHILDREN) | set(PARENTS) | {"blockquote", "figure"}
VOIDS = frozenset({"br", "hr", "img"})
TAGS = BLOCKS | INLINES | VOIDS

RENAMED = {
    "h1": "h2",
    "menu": "ul",
    "dir": "ul",
    "listing": "pre",
    "strike": "s",
    "tt": "code",
    "acronym": "abbr",
}
# Containers that give way to their content, and end the paragraph before them.
_GROUPS = frozenset(
    "div section article main header footer aside nav address center hgroup details summary "
    "fieldset legend dialog search".split()
)
_WRAPPING = frozenset({"", "blockquote"})  # where loose text gets a paragraph
_POSTS = ("twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed")

_WHITE = re.compile(r"[ \t\n\r\f]+")
_ENDS = " \t\n\r\f\xa0"
_NUMBER = re.compile(r"\s*(\d{1,5})(\.\d+)?\s*(px)?\s*")
_SIGNED = re.compile(r"-?\d{1,9}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_TIME = re.compile(r"[0-9A-Z:.+\- ]{1,40}")
_UNSEEN = re.compile(r"display\s*:\s*none|(?<![\w-])(width|height)\s*:\s*[01](px)?\s*(;|$)", re.I)
_CHOICES = {
    "dir": frozenset({"ltr", "rtl", "auto"}),
    "scope": frozenset({"row", "col", "rowgroup", "colgroup"}),
    "type": frozenset({"1", "a", "A", "i", "I"}),
}

Key = tuple[object, ...]


class Slot(NamedTuple):
    """One element that is open, or will be when it gets content. Equal keys: the same element."""

    key: Key
    tag: str
    attributes: str = ""


def arrange(markup: str, base: str) -> str:
    """`markup` (as scan.rewrite gives it) as a story's HTML. Addresses resolve against `base`.

    Raises EntryRejected when it is nested deeper, or comes out longer, than any story is.
    """
    writer = _Writer(base)
    node = LexborHTMLParser(markup, is_fragment=True).root
    above: list[tuple[LexborNode, bool]] = []
    while node is not None:
        pushed, descend = writer.enter(node)
        child = node.child if descend else None
        if child is not None:
            above.append((node, pushed))
            node = child
            continue
        writer.leave(node, pushed)
        while node.next is None and above:
            node, pushed = above.pop()
            writer.leave(node, pushed)
        node = node.next
    return writer.finish()


class _Writer:
    """Where the walk over the tree stands, and what has been written."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.length = 0
        self.source: list[Slot] = []  # the elements of the tree around this place
        self.open: list[Slot] = []  # the elements that are open in `out`
        self.keys = count()
        self.run = 0  # loose content between two edges of blocks
        self.part = 0  # of a paragraph that breaks in two
        self.space = ""  # white space, written when something follows
        self.breaks = 0  # <br>, likewise
        self.edge = False  # of a block that gave way, since the last content
        self.flowing = False  # something inline stands before this place, in the same block
        self.post = ""  # the address of a quoted post, until a link to it is written

    # --- the walk ---

    def enter(self, node: LexborNode) -> tuple[bool, bool]:
        """(whether it is on `source` now, whether to go into it)."""
        tag = RENAMED.get(node.tag or "", node.tag or "")
        if node.is_text_node:
            self.text(node.text_content or "")
        elif tag == "br":
            self.line_break()
        elif tag == "img":
            self.picture(_values(node))
        elif tag == "hr":
            self.rule()
        elif tag in ("iframe", "embed", "video", "audio"):
            self.embed(node, tag)
            return False, False
        elif tag in INLINES:
            return self.push(tag, _values(node)), True
        elif tag in BLOCKS:
            self.block_edge()
            values = _values(node)
            self.push(tag, values)
            if tag == "blockquote" and any(post in values.get("class", "") for post in _POSTS):
                links = (values.get("data-instgrm-permalink", ""), values.get("cite", ""))
                self.post = next(filter(None, map(embeds.canonical, links)), "?")
            if tag in ("td", "th"):  # an empty cell keeps its place
                self.bring(self.block_path())
            return True, True
        elif tag in _GROUPS:
            self.block_edge()
        elif node.is_comment_node:
            return False, False
        return False, True

    def leave(self, node: LexborNode, pushed: bool) -> None:
        tag = RENAMED.get(node.tag or "", node.tag or "")
        if pushed and tag == "blockquote" and self.post:
            if self.post != "?":
                self.card(embeds.Card(self.post, self.post.removeprefix("https://")))
            self.post = ""
        if pushed:
            self.source.pop()
        if tag in BLOCKS or tag in _GROUPS:
            self.block_edge()

    def push(self, tag: str, values: dict[str, str]) -> bool:
        attributes = self.attributes(tag, values)
        if tag == "a" and " href=" not in attributes:
            return False
        if tag in INLINES and any((s.tag, s.attributes) == (tag, attributes) for s in self.source):
            return False  # emphasis within the same emphasis, often for want of an end tag
        if len(self.source) >= MAX_AROUND:
            raise EntryRejected("body", f"nested more than {MAX_AROUND} deep")
        self.source.append(Slot((next(self.keys),), tag, attributes))
        return True

    # --- content ---

    def text(self, text: str) -> None:
        text = scrub(text)
        top = self.block_path()[-1:]
        if top and top[0].tag == "pre":
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            if self.open[: len(self.block_path())] != self.block_path():
                text = text.lstrip("\n") if text.strip() else ""
            if text:
                self.content()
                self.write(_text(text))
            return
        core = text.strip(_ENDS)
        before, after = text[: len(text) - len(text.lstrip(_ENDS))], text[len(text.rstrip(_ENDS)) :]
        if before:
            self.space = _fold(self.space + before)
        if core:
            self.content()
            self.write(_text(_WHITE.sub(" ", core)))
            if after:
                self.space = _fold(after)

    def line_break(self) -> None:
        top = self.block_path()[-1:]
        if top and top[0].tag == "pre":
            self.text("\n")
            return
        self.breaks += 1
        self.space = ""

    def picture(self, values: dict[str, str]) -> None:
        if _unseen(values):
            return
        sources = [values.get(n, "") for n in ("src", "data-src", "data-lazy-src", "data-original")]
        address = next(filter(None, (safe_address(source, self.base) for source in sources)), "")
        srcset = next(
            filter(
                None, (safe_srcset(values.get(n, ""), self.base) for n in ("srcset", "data-srcset"))
            ),
            "",
        )
        address = address or srcset.partition(" ")[0]
        if not address or is_beacon(address):
            return
        shown = {
            "src": address,
            "srcset": srcset,
            "width": _number(values.get("width", "")),
            "height": _number(values.get("height", "")),
            "loading": "lazy",
        }
        alt = _WHITE.sub(" ", scrub(values.get("alt", ""))).strip()
        self.content()
        self.write(f"<img{_written({k: v for k, v in shown.items() if v} | {'alt': alt})}>")

    def rule(self) -> None:
        self.block_edge()
        self.bring(self.into(self.block_path(), "hr"))
        self.write("<hr>")
        self.flowing = False
        self.block_edge()

    def embed(self, node: LexborNode, tag: str) -> None:
        values = _values(node)
        source = values.get("src") or values.get("data-src") or ""
        if not source and tag in ("video", "audio"):
            inner = node.css_first("source")
            source = _values(inner).get("src", "") if inner is not None else ""
        if _unseen(values):
            return
        card = embeds.card(source, scrub(values.get("title", "")), self.base)
        if card:
            self.card(card)

    def card(self, card: embeds.Card) -> None:
        self.block_edge()
        self.part += 1
        around, self.source = self.source, [slot for slot in self.source if slot.tag not in INLINES]
        self.push("p", {})
        self.push("a", {"href": card.address})
        self.content()
        self.write(_text(card.text))
        self.source = around
        self.part += 1
        self.block_edge()

    # --- where content goes ---

    def block_edge(self) -> None:
        self.run += 1
        self.edge = True
        self.space = ""
        self.breaks = 0

    def block_path(self) -> list[Slot]:
        """The blocks around this place, as they are to be nested in what is written."""
        path: list[Slot] = []
        for slot in self.source:
            if slot.tag in INLINES:
                continue
            parents = PARENTS.get(slot.tag)
            if path and path[-1].tag in PHRASING:
                if slot.tag in PHRASING or parents:
                    continue
                path.pop()
            if parents and (not path or path[-1].tag not in parents):
                continue
            path = self.into(path, slot.tag, slot.key)
            path.append(slot._replace(key=(*slot.key, self.part)) if slot.tag == "p" else slot)
        return path

    def into(self, path: list[Slot], tag: str, key: Key = ()) -> list[Slot]:
        """`path` with the list item, definition or cell that a `tag` within it needs."""
        if path and path[-1].tag in PHRASING and tag not in INLINES:
            path = path[:-1]
        while path and tag not in (children := CHILDREN.get(path[-1].tag, (tag,))):
            wrapper = "tbody" if path[-1].tag == "table" else children[0]
            path = [*path, Slot((wrapper, *(key or (self.run,))), wrapper)]
        return path

    def content_path(self) -> tuple[list[Slot], list[Slot]]:
        """(the blocks, the inline elements within them) for text or a picture at this place."""
        blocks = self.into(self.block_path(), "a")
        if (blocks[-1].tag if blocks else "") in _WRAPPING:
            blocks = [*blocks, Slot(("p", self.run, self.part), "p")]
        inlines: list[Slot] = []
        seen = set()
        for slot in reversed([slot for slot in self.source if slot.tag in INLINES]):
            what = "a" if slot.tag == "a" else (slot.tag, slot.attributes)
            if what not in seen:
                inlines.insert(0, slot)
            seen.add(what)
        return blocks, inlines

    def content(self) -> None:
        """Opens what the next content stands in, and writes the space or break before it."""
        blocks, inlines = self.content_path()
        if self.flowing and self.breaks > 1 and blocks[-1].tag == "p":
            self.part += 1
            blocks, inlines = self.content_path()
        path = [*blocks, *inlines]
        if self.flowing and blocks == self.open_blocks():
            self.close_beyond(path)
            breaks = max(self.breaks, int(self.edge))
            if breaks and blocks[-1].tag == "pre":
                self.write("\n")
            elif breaks:
                self.write("<br>" * min(breaks, 2))
            else:
                self.write(self.space)
        self.bring(path)
        self.space = ""
        self.breaks = 0
        self.edge = False
        self.flowing = True

    def open_blocks(self) -> list[Slot]:
        return [slot for slot in self.open if slot.tag not in INLINES]

    def bring(self, path: list[Slot]) -> None:
        """Closes and opens elements until those of `path` are open."""
        self.close_beyond(path)
        if len(path) > MAX_DEPTH:
            raise EntryRejected("body", f"nested more than {MAX_DEPTH} deep")
        for slot in path[len(self.open) :]:
            self.write(f"<{slot.tag}{slot.attributes}>")
            self.open.append(slot)
            self.flowing = self.flowing and slot.tag in INLINES

    def close_beyond(self, path: list[Slot]) -> None:
        shared = 0
        for ours, theirs in zip(self.open, path, strict=False):
            if ours.key != theirs.key:
                break
            shared += 1
        while len(self.open) > shared:
            tag = self.open.pop().tag
            self.write(f"</{tag}>")
            self.flowing = self.flowing and tag in INLINES

    def write(self, markup: str) -> None:
        self.length += len(markup)
        if self.length > MAX_OUTPUT:
            raise EntryRejected("body", f"longer than {MAX_OUTPUT:,} characters")
        self.out.append(markup)

    def finish(self) -> str:
        self.close_beyond([])
        return "".join(self.out)

    # --- attributes ---

    def attributes(self, tag: str, values: dict[str, str]) -> str:
        kept: dict[str, str] = {}
        if tag == "a":
            address = safe_address(values.get("href", ""), self.base, schemes=LINKS)
            if self.post and (post := embeds.canonical(address)):
                address, self.post = post, "?"
            kept["href"] = address
        if tag in ("a", "abbr"):
            kept["title"] = _WHITE.sub(" ", scrub(values.get("title", ""))).strip()
        if tag in ("blockquote", "q"):
            kept["cite"] = safe_address(values.get("cite", ""), self.base)
        if tag in ("td", "th"):
            kept |= {name: _span(values.get(name, "")) for name in ("colspan", "rowspan")}
        for name in ("start", "value"):
            number = values.get(name, "").strip()
            kept[name] = number if _SIGNED.fullmatch(number) and number.isascii() else ""
        if "reversed" in values and tag == "ol":
            kept["reversed"] = "reversed"
        when = values.get("datetime", "").strip()
        kept["datetime"] = when if _TIME.fullmatch(when) else ""
        language = values.get("lang", "").strip()
        kept["lang"] = language if _LANGUAGE.fullmatch(language) else ""
        for name, choices in _CHOICES.items():
            chosen = values.get(name, "").strip()
            kept[name] = chosen if chosen in choices else ""
        return _written({name: value for name, value in kept.items() if value})


def _values(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _text(text: str) -> str:
    return escape(text, quote=False)


def _fold(space: str) -> str:
    """White space as one space, or the no-break spaces that are in it."""
    return "".join(c for c in space if c == "\xa0") or " "


def _number(value: str) -> str:
    found = _NUMBER.fullmatch(value)
    return str(int(found[1])) if found and int(found[1]) else ""


def _span(value: str) -> str:
    """How many columns or rows: 2 to 1,000, as browsers have it."""
    found = _number(value)
    return found if found and 1 < int(found) <= 1000 else ""


def _unseen(values: dict[str, str]) -> bool:
    """Whether a picture or frame is there to count readers: 1 × 1, 0 × 0, not displayed."""
    for name in ("width", "height"):
        found = _NUMBER.fullmatch(values.get(name, ""))
        if found and int(found[1]) <= 1:
            return True
    return bool(_UNSEEN.search(values.get("style", "")))
