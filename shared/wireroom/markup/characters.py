"""Removes characters that no page or feed may have, folds texts to one line, and cuts them."""

from __future__ import annotations

import re
import unicodedata

# Not allowed in XML 1.0, or in any text: C0 but tab, LF and CR, DEL, lone surrogates,
# noncharacters. Noncharacters beyond the first 65,536 are searched for only if a text has
# characters from there, as a set with them is ten times slower.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_FORBIDDEN_BEYOND = re.compile(
    "[" + "".join(f"{chr(n)}{chr(n + 1)}" for n in range(0x1FFFE, 0x110000, 0x10000)) + "]"
)
_C1 = re.compile(r"[\x80-\x9f]")
_MEANT_BY_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

# Overrides, embeddings and isolates, which reorder the text around them. Removed from lines.
_REORDERING = "\u202a-\u202e\u2066-\u2069"
# Invisible: zero-width spaces, word joiners, soft hyphens, fillers, invisible operators.
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
)
_HIDING = re.compile(f"[{_REORDERING}{_INVISIBLE}\ufff9-\ufffb]")
_MARKS = re.compile("[\u200e\u200f\u061c]")
# Languages written from right to left, unless a script is named; tags that name no language.
_RIGHT_TO_LEFT = frozenset(
    "ar arc arz azb bcc bqi ckb dv fa glk he iw ji ks lrc mzn nqo pnb prs ps sd skr syr ug ur yi "
    "aeb acm ajp apc apd ary glk haz luz sdh".split()
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset("adlm arab aran hebr mand nkoo rohg samr syrc thaa".split())
_NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})

NEAR = 40  # characters before a cut that are searched for a space
_VIRAMA = 9  # the combining class of the sign that joins two Indic consonants into one
_NO_CONJUNCTS = "\u0e3a\u0eba"
_PREPOSED = "เแโใไເແໂໃໄ"  # vowels of Thai and Lao that are written before their consonant
# Parts of the character before them that are in no category of marks: joiners, Thai's and Lao's am,
# the colours of an emoji's skin, and the tags that spell England's flag.
_EXTENDING = frozenset(
    ["\u200c", "\u200d", "\u0e33", "\u0eb3"]
    + [chr(code) for code in (*range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080))]
)

_JOINERS = re.compile("[\u200c\u200d]")
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f)|[\U000e0000-\U000e007f]")
_SPACES = re.compile(r"\s{2,}|[^\S ]")  # whatever is not one space between two words
_HTML_SPACES = re.compile(r"[ \t\n\r\f]+")
_SPACES_WITH_MEANING = frozenset("\u00a0\u2007\u2009\u200a\u202f\u3000")

# Scripts whose spelling needs ZWJ and ZWNJ: Arabic, Syriac, N'Ko to Mandaic, the Indic scripts,
# Tibetan, Myanmar, Khmer, Mongolian, and Arabic's presentation forms.
_JOINING_SCRIPTS = re.compile("[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ua8e0-\ua8ff\ufb50-\ufeff]")


def scrub(text: str) -> str:
    """`text` without the characters that no page or feed may have: as `without_controls`, and with
    controls of the C1 block replaced.

    A C1 control is a Windows-1252 character that was read as Latin-1. HTML reads `&#146;` in the
    same way.
    """
    if text.isprintable():  # as nearly all of what a page prints: no control is, nor surrogate
        return text
    text = without_controls(text)
    return text.translate(_MEANT_BY_C1) if _C1.search(text) else text


def without_controls(text: str) -> str:
    """`text` without the characters that XML does not allow: controls except C1, lone surrogates,
    noncharacters. A form feed becomes a space, as in HTML."""
    text = _FORBIDDEN.sub("", text).replace("\f", " ")
    return _FORBIDDEN_BEYOND.sub("", text) if _BEYOND.search(text) else text


def folded(text: str) -> str:
    """`text` with each run of HTML's white space as one space. No-break spaces stay."""
    return _HTML_SPACES.sub(" ", text)


def with_line_feeds(text: str) -> str:
    """`text` with the line ends that HTML and XML read, whichever it was written with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """`text` as one line without hidden characters: for headlines, bylines, alt texts.

    Scrubbed, with white space folded, and without bidi overrides and invisible characters. Joiners
    that a script or an emoji needs stay, and so do direction marks in a text with right-to-left
    characters.
    """
    text = _HIDING.sub("", scrub(text))
    text = _TAGS.sub(lambda found: found[1] or "", text)
    text = _JOINERS.sub(_needed_joiner, text)
    unmarked = _MARKS.sub("", text)
    if unmarked != text and not any(unicodedata.bidirectional(c) in ("R", "AL") for c in unmarked):
        text = unmarked
    return _SPACES.sub(_one_space, text).strip()


def says_something(text: str) -> bool:
    """Whether `text` has a letter, digit, sign or symbol that a reader would see."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, with an ellipsis if it was cut. It is cut between
    words, or, where no space is near (as in Chinese and Thai), between characters as readers see
    them."""
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", 0, end + 1)
    if space > 0 and end - space <= NEAR:
        end = space
    while end > 0 and _joined(text, end):
        end -= 1
    end = end or limit - 1  # only combining marks: no real text
    return text[:end].rstrip(" ,;:\u2013\u2014-\u200c\u200d、，；：") + "…"


def _joined(text: str, at: int) -> bool:
    """Whether the code points before and after `at` belong to one character, to a reader.

    Covers what news needs of https://unicode.org/reports/tr29/#Grapheme_Cluster_Boundary_Rules
    """
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or after in _EXTENDING:
        return True
    if before == "\u200d":
        return True
    if unicodedata.combining(before) == _VIRAMA and unicodedata.category(after) == "Lo":
        return before not in _NO_CONJUNCTS
    if before in _PREPOSED:
        return True
    if _is_flag(before) and _is_flag(after):
        start = at
        while start > 0 and _is_flag(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 1
    return "\u1100" <= before <= "\ud7a3" and "\u1160" <= after <= "\u11ff"


def _is_flag(character: str) -> bool:
    """Whether it is a regional indicator; two of them are a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"


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


def direction(language: str, text: str) -> str:
    """The direction of `text` in `language` (a BCP 47 tag): `rtl`, `ltr`, or `auto` if unknown.

    The characters of the text count, too, as the software of many feeds in Arabic says by default
    that they are in English.
    """
    first, *rest = language.lower().split("-")
    scripts = [part for part in rest if len(part) == 4 and part.isalpha()]
    if not 2 <= len(first) <= 3 or first in _NO_LANGUAGE:
        return "auto"
    strong = [unicodedata.bidirectional(character) for character in text]
    left, right = strong.count("L"), strong.count("R") + strong.count("AL")
    if scripts[0] in _RIGHT_TO_LEFT_SCRIPTS if scripts else first in _RIGHT_TO_LEFT:
        return "rtl" if right or not left else "auto"
    return "ltr" if left >= right else "auto"
