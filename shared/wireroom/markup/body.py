"""Chooses the text of an entry that is the story, and turns it into sanitised HTML."""

from __future__ import annotations

import re
from html import unescape
from os.path import commonprefix

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import picture_name
from wireroom.markup.attributes import attribute, pictures
from wireroom.markup.characters import cut, says_something, with_line_feeds
from wireroom.markup.notebook import divided, repeats, set_apart
from wireroom.markup.opening import SENTENCE_END, is_furniture, opening
from wireroom.markup.own_link import without_own_link
from wireroom.markup.plain import as_markup, blocks, escaped, has_markup, plain
from wireroom.markup.sanitise import sanitise
from wireroom.markup.scan import MAX_SOURCE
from wireroom.model import Entry

MAX_SUMMARY = 300  # characters
MAX_OWN = 4000  # characters of a summary as sent; a longer one is not used

_TWICE = re.compile(r"&amp;(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_CODE = re.compile(r"<(?:code|kbd|pre|samp)\b", re.IGNORECASE)  # may mention escaped characters
BLANK_LINE = re.compile(r"\n[ \t]*\n|\n(?=[ \t]{2,}\S|\t)")
_CUT_OFF = " .…[]()"  # `[…]`, `...`


def body_of(entry: Entry, base: str) -> tuple[str, bool]:
    """(the story as sanitised HTML, whether it is complete). Raises EntryRejected.

    `base`: what relative addresses are relative to. The story is the entry's body. It is the
    summary if the body has no words, or if the summary begins with the same words and goes on.
    """
    html = _as_html(entry.body or entry.summary)
    body = sanitise(html, base=base)
    if not entry.body or not entry.summary:
        return body, entry.full
    try:
        other = _as_html(entry.summary)
        words, more = (" ".join(blocks(text)) for text in (html, other))
        empty = not says_something(words)
        if says_something(more) and (empty or _goes_on(words, more)):
            other = sanitise(other, base=base)
            above = body if empty and blocks(body) else _pictures_beside(body, other)
            return sanitise(above + other), entry.full and not empty
    except EntryRejected:  # a bad summary must not stop the story
        pass
    return body, entry.full


def _goes_on(start: str, text: str) -> bool:
    """Whether `text` begins with all of `start`, and has at least one sentence after it. "Read
    more" and texts that are cut off are no sentences."""
    start = start.rstrip(_CUT_OFF)
    rest = text[len(start) :]
    return (
        text.startswith(start)
        and not rest[:1].isalnum()
        and says_something(rest.strip(_CUT_OFF))
        and not rest.endswith(("…", "...", "]"))
        and SENTENCE_END.search(rest[-10:]) is not None
    )


def _pictures_beside(body: str, other: str) -> str:
    """The pictures of `body` that `other` does not have, each in a paragraph."""
    shown = {picture_name(attribute(each, "src")) for each in pictures(other)}
    return "".join(
        f"<p>{each}</p>"
        for each in pictures(body)
        if picture_name(attribute(each, "src")) not in shown
    )


def first_words(body: str, byline: str = "") -> str:
    """The first paragraph of a sanitised body for listings, cut to MAX_SUMMARY characters."""
    return cut(opening(body, byline), MAX_SUMMARY)


def summary_of(
    entry: Entry, body: str, byline: str, *, base: str, link: str, editors: str = ""
) -> str:
    """The summary for listings, at most MAX_SUMMARY characters: the entry's own, if it is about the
    story, else the first paragraph of `body`.

    `link`: the story's own address, to which the end of a summary often links. `base`: as in
    `body_of`. `editors`: what the agency's copy had for editors only; a summary that has any of it
    is not used.
    """
    try:
        summary = _own_words(entry, base, link)
    except EntryRejected:  # for example a script that was cut off
        summary = ""
    if editors and repeats(summary, editors):
        summary = ""
    return cut(summary, MAX_SUMMARY) or first_words(body, byline)


def _own_words(entry: Entry, base: str, link: str) -> str:
    summary = entry.summary
    if not summary:
        return ""
    text = plain(summary, "summary") if len(summary) <= MAX_OWN else ""
    part = divided(sanitise(_as_html(summary)))
    if part.editors:
        return " ".join(blocks(part.readers))
    if has_markup(as_markup(summary)):
        html = sanitise(_as_html(summary), base=base)
        own = without_own_link(html, link, plain(entry.title, "title"))
        text = text if own == html else " ".join(blocks(own))
        text = text[max(text.find(opening(own)), 0) :]
    return "" if is_furniture(text) else text


def _as_html(text: str) -> str:
    """A body as HTML: unescaped if it was escaped twice, in paragraphs if it is plain text. Raises
    EntryRejected."""
    if len(text) > MAX_SOURCE:
        raise EntryRejected("body", f"longer than {MAX_SOURCE:,} characters")
    text = as_markup(text)
    if has_markup(text):
        return text if _CODE.search(text) else _TWICE.sub(_once, text)
    text = set_apart(_outdented(escaped(with_line_feeds(text)).strip("\n")))
    paragraphs = BLANK_LINE.split(text)
    lines = [line for line in text.split("\n") if line.strip()]
    if len(paragraphs) == 1 and all(SENTENCE_END.search(line.rstrip()) for line in lines):
        paragraphs = lines  # each line is a paragraph, not a part of a wrapped one
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _once(found: re.Match[str]) -> str:
    """A reference that was escaped twice, unescaped once; unchanged if that would make markup, or
    it is no reference."""
    reference = f"&{found[1]};"
    character = unescape(reference)
    return found[0] if character == reference or set(character) & set("<>&") else reference


def _outdented(text: str) -> str:
    """`text` without the indentation that all its lines have from the feed's XML.

    The first line does not count, as its indentation has already been stripped.
    """
    first, *lines = text.split("\n")
    margins = [_margin(line) for line in lines if line.strip()]
    margin = commonprefix(margins)  # noqa: RUF071 (of characters, not of paths)
    return "\n".join([first, *(line.removeprefix(margin) for line in lines)])


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
