"""Second step of sanitising: a tree of known elements → the structure of a story.

Writes only the elements of the allow-list, by their content models: text in paragraphs, items in
lists, emphasis inside blocks, cells in the rows of a table. Unknown containers are replaced by
their content. An element is opened when it gets content, so there are no empty ones.
"""

from __future__ import annotations

from html import escape
from itertools import count

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.errors import EntryRejected
from wireroom.markup import embeds
from wireroom.markup.addresses import LINKS, misleads, picture_name, safe_address
from wireroom.markup.attributes import attribute, attributes_of, is_unseen, picture_of
from wireroom.markup.characters import folded, scrub, with_line_feeds
from wireroom.markup.elements import BLOCKS, GROUPS, INLINES, RENAMED
from wireroom.markup.nesting import Slot, nest, within
from wireroom.markup.scan import NOSCRIPT

MAX_DEPTH = 60  # elements inside each other in the result
MAX_AROUND = 200  # elements inside each other in the source
MAX_OUTPUT = 500_000  # characters

_WRAPPING = frozenset({"", "blockquote"})  # where loose text gets a paragraph
_POSTS = ("twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed")

_ENDS = " \t\n\r\f\xa0"


def arrange(markup: str, base: str) -> str:
    """`markup` (from scan.rewrite) as a story's HTML. `base`: what relative addresses are relative
    to.

    Raises EntryRejected beyond MAX_DEPTH, MAX_AROUND or MAX_OUTPUT.
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
    """The state of the walk over the tree, and the HTML written so far."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.length = 0
        self.source: list[Slot] = []  # the elements of the tree around this place
        self.open: list[Slot] = []  # the elements that are open in `out`
        self.keys = count()
        self.run = 0  # number of the present run of content between two block edges
        self.part = 0  # number of the present part, if a paragraph is broken into several
        self.space = ""  # white space that is written when content follows
        self.breaks = 0  # <br>s that are written when content follows
        self.edge = False  # whether a block edge has come since the last content
        self.flowing = False  # whether inline content stands before, in the same block
        self.late = 0  # number of noscripts around this place
        self.pictures: set[str] = set()  # names of the pictures outside of noscripts
        self.twins: set[str] = set()  # names of the pictures in noscripts
        self.post = ""  # the address of a quoted post ("?": unknown or written), "" outside of one

    # --- the walk ---

    def enter(self, node: LexborNode) -> tuple[bool, bool]:
        """(whether the node was put on `source`, whether to visit its children)."""
        tag = RENAMED.get(node.tag or "", node.tag or "")
        if node.is_text_node:
            self.text(node.text_content or "")
        elif tag == "br":
            self.line_break()
        elif tag == "img":
            values = _values(node)
            self.picture(values if picture_of(values, self.base) else _from_sources(node, values))
        elif tag == NOSCRIPT:
            self.late += 1
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
        elif tag in GROUPS:
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
            if tag == "a" and (
                host := misleads(node.text(), attribute(self.source[-1].attributes, "href"))
            ):
                self.text(f" ({host})")
            self.source.pop()
        if tag in BLOCKS or tag in GROUPS:
            self.block_edge()
        if tag == NOSCRIPT:
            self.late -= 1

    def push(self, tag: str, values: dict[str, str]) -> bool:
        address = ""
        if tag == "a":
            address = safe_address(values.get("href", ""), self.base, schemes=LINKS)
            if not address:
                return False
            if self.post and (post := embeds.canonical(address)):
                address, self.post = post, "?"
        attributes = attributes_of(tag, values, self.base, address)
        if tag in INLINES and any((s.tag, s.attributes) == (tag, attributes) for s in self.source):
            return False  # emphasis inside the same emphasis, often as an end tag is missing
        if len(self.source) >= MAX_AROUND:
            raise EntryRejected("body", f"nested more than {MAX_AROUND} deep")
        self.source.append(Slot((next(self.keys),), tag, attributes))
        return True

    # --- content ---

    def text(self, text: str) -> None:
        text = scrub(text)
        top = self.block_path()[-1:]
        if top and top[0].tag == "pre":
            text = with_line_feeds(text)
            if self.open[: len(self.block_path())] != self.block_path():
                text = text.lstrip("\n") if text.strip() else ""
            if text:
                self.content()
                self.write(_text(text))
            return
        core = text.strip(_ENDS)
        before, after = text[: len(text) - len(text.lstrip(_ENDS))], text[len(text.rstrip(_ENDS)) :]
        if before:
            self.space = _fold(self.space, before)
        if core:
            self.content()
            self.write(_text(folded(core)))
            if after:
                self.space = _fold("", after)

    def line_break(self) -> None:
        top = self.block_path()[-1:]
        if top and top[0].tag == "pre":
            self.text("\n")
            return
        self.breaks += 1
        self.space = ""

    def picture(self, values: dict[str, str]) -> None:
        """Write a picture, unless it is the twin of another: one that a script loads often has a
        copy in a noscript, before or after it."""
        picture = picture_of(values, self.base)
        if not picture:
            return
        name = picture_name(attribute(picture, "src"))
        twin = name in (self.pictures if self.late else self.twins)
        (self.twins if self.late else self.pictures).add(name)
        if not twin:
            self.content()
            self.write(picture)

    def rule(self) -> None:
        self.block_edge()
        self.bring(within(self.block_path(), "hr", (self.run,)))
        self.write("<hr>")
        self.flowing = False
        self.block_edge()

    def embed(self, node: LexborNode, tag: str) -> None:
        values = _values(node)
        source = values.get("src") or values.get("data-src") or ""
        if not source and tag in ("video", "audio"):
            inner = node.css_first("source")
            source = _values(inner).get("src", "") if inner is not None else ""
        if is_unseen(values):
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
        return nest(self.source, self.part)

    def content_path(self) -> tuple[list[Slot], list[Slot]]:
        """(the blocks, the inline elements inside them) for text or a picture at this place."""
        blocks = within(self.block_path(), "a", (self.run,))
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
        """Open the elements around the next content, and write the space or break before it."""
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
        """Close and open elements until those of `path` are open."""
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
        # nh3 writes each as `&nbsp;`, and moves all that follows.
        self.length += len(markup) + 5 * markup.count("\xa0")
        if self.length > MAX_OUTPUT:
            raise EntryRejected("body", f"longer than {MAX_OUTPUT:,} characters")
        self.out.append(markup)

    def finish(self) -> str:
        self.close_beyond([])
        return "".join(self.out)


def _values(node: LexborNode) -> dict[str, str]:
    return {name: value or "" for name, value in node.attributes.items()}


def _from_sources(node: LexborNode, values: dict[str, str]) -> dict[str, str]:
    """The attributes of an `img` without an address, with the srcset of the nearest `source` before
    it. `scan` has removed the `picture` element around them."""
    beside = node.prev
    while beside is not None and (beside.tag == "source" or beside.is_text_node):
        if beside.is_text_node and (beside.text_content or "").strip():
            break
        found = _values(beside) if beside.tag == "source" else {}
        if srcset := found.get("data-srcset") or found.get("srcset"):
            return values | {"data-srcset": srcset}
        beside = beside.prev
    return values


def _text(text: str) -> str:
    return escape(text, quote=False)


def _fold(folded: str, space: str) -> str:
    """`folded` and `space` (white space) together: the no-break spaces in them, else one space."""
    return folded.strip(" ") + "\xa0" * space.count("\xa0") or " "
