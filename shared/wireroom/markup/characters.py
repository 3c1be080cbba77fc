"""Which characters reach a reader: what no page or feed may carry, and what hides in a headline."""

from __future__ import annotations

import re
import unicodedata

# Not allowed in XML 1.0 nor useful in HTML: a story goes out as both. Tab, LF and CR stay.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_C1 = re.compile(r"[\x80-\x9f]")
_MEANT_BY_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

# Overrides, embeddings and isolates reorder the text around them; they have no place in a line.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
# Seen as nothing: zero-width spaces, joiners of words, soft hyphens, fillers, invisible operators.
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
)
_HIDING = re.compile(f"[{_REORDERING}{_INVISIBLE}\ufff9-\ufffb]")
_MARKS = re.compile("[\u200e\u200f\u061c]")
_JOINERS = re.compile("[\u200c\u200d]")
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f)|[\U000e0000-\U000e007f]")
_SPACES = re.compile(r"\s+")
_SPACES_WITH_MEANING = frozenset("\u00a0\u2007\u2009\u200a\u202f\u3000")

# Scripts whose spelling needs ZWJ and ZWNJ: Arabic, Syriac, N'Ko to Mandaic, the Indic scripts,
# Tibetan, Myanmar, Khmer, Mongolian, and Arabic's presentation forms.
_JOINING_SCRIPTS = re.compile("[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ua8e0-\ua8ff\ufb50-\ufeff]")


def scrub(text: str) -> str:
    """`text` without what no page or feed can carry: controls, lone surrogates, noncharacters.

    A form feed is a space, as in HTML. Controls of the C1 block are Windows-1252 that was read as
    Latin-1, which HTML assumes of `&#146;` as well.
    """
    text = _FORBIDDEN.sub("", text).replace("\f", " ")
    return text.translate(_MEANT_BY_C1) if _C1.search(text) else text


def one_line(text: str) -> str:
    """`text` as one line that reads as it is written: for headlines, bylines, alt texts.

    Scrubbed, white space folded, and without bidi overrides and invisible characters, except the
    joiners that a script or an emoji needs and the direction marks beside right-to-left text.
    """
    text = _HIDING.sub("", scrub(text))
    text = _TAGS.sub(lambda found: found[1] or "", text)
    text = _JOINERS.sub(_needed_joiner, text)
    unmarked = _MARKS.sub("", text)
    if not any(unicodedata.bidirectional(c) in ("R", "AL") for c in unmarked):
        text = unmarked
    return _SPACES.sub(_one_space, text).strip()


def says_something(text: str) -> bool:
    """Whether `text` has a letter, digit, sign or symbol that a reader would see."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters: whole words, with an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace() and " " in head:
        head = head[: head.rindex(" ")]
    # Neither a joiner nor half of an emoji may end the text.
    return head.rstrip(" ,;:\u2013\u2014-\u200c\u200d") + "…"


def _one_space(found: re.Match[str]) -> str:
    run = found[0]
    return run if run in _SPACES_WITH_MEANING else " "


def _needed_joiner(found: re.Match[str]) -> str:
    text, at = found.string, found.start()
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if before and _JOINING_SCRIPTS.match(before):
        return found[0]
    if found[0] == "\u200d" and _in_emoji(before) and _in_emoji(after):
        return found[0]
    return ""


def _in_emoji(character: str) -> bool:
    return bool(character) and (
        character in "\ufe0f\u20e3" or unicodedata.category(character) in ("So", "Sk")
    )
