"""Which characters reach a reader: what no page or feed may carry, and what hides in a headline."""

from __future__ import annotations

import re
import unicodedata

# Not allowed in XML 1.0, or in no text at all: C0 but tab, LF and CR, DEL, lone surrogates,
# noncharacters. Those beyond the first 65,536 are looked for only where there is any such
# character, as a set with them is ten times slower.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_FORBIDDEN_BEYOND = re.compile(
    "[" + "".join(f"{chr(n)}{chr(n + 1)}" for n in range(0x1FFFE, 0x110000, 0x10000)) + "]"
)
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
# Written from right to left, unless a script says otherwise; no language at all.
_RIGHT_TO_LEFT = frozenset(
    "ar arc arz azb bcc bqi ckb dv fa glk he iw ji ks lrc mzn nqo pnb prs ps sd skr syr ug ur yi "
    "aeb acm ajp apc apd ary glk haz luz sdh".split()
)
_RIGHT_TO_LEFT_SCRIPTS = frozenset("adlm arab aran hebr mand nkoo rohg samr syrc thaa".split())
_NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})

NEAR = 40  # characters back from a cut that a space is looked for
_VIRAMA = 9  # the combining class of the sign that joins two Indic consonants into one
_NO_CONJUNCTS = "\u0e3a\u0eba"
_PREPOSED = "เแโใไເແໂໃໄ"  # vowels of Thai and Lao that are written before their consonant
# Of no category of marks, and part of the character before: joiners, Thai's and Lao's am, the
# colours of an emoji's skin, and the tags that spell England's flag.
_EXTENDING = frozenset(
    ["\u200c", "\u200d", "\u0e33", "\u0eb3"]
    + [chr(code) for code in (*range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080))]
)

_JOINERS = re.compile("[\u200c\u200d]")
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e007a]+\U000e007f)|[\U000e0000-\U000e007f]")
_SPACES = re.compile(r"\s+")
_SPACES_WITH_MEANING = frozenset("\u00a0\u2007\u2009\u200a\u202f\u3000")

# Scripts whose spelling needs ZWJ and ZWNJ: Arabic, Syriac, N'Ko to Mandaic, the Indic scripts,
# Tibetan, Myanmar, Khmer, Mongolian, and Arabic's presentation forms.
_JOINING_SCRIPTS = re.compile("[\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\ua8e0-\ua8ff\ufb50-\ufeff]")


def scrub(text: str) -> str:
    """`text` without what no page or feed can carry: `without_controls`, and without C1.

    Controls of the C1 block are Windows-1252 that was read as Latin-1, which HTML assumes of
    `&#146;` as well.
    """
    text = without_controls(text)
    return text.translate(_MEANT_BY_C1) if _C1.search(text) else text


def without_controls(text: str) -> str:
    """`text` without the characters that XML can't carry: controls but those of C1, lone
    surrogates, noncharacters. A form feed is a space, as in HTML."""
    text = _FORBIDDEN.sub("", text).replace("\f", " ")
    return _FORBIDDEN_BEYOND.sub("", text) if _BEYOND.search(text) else text


def with_line_feeds(text: str) -> str:
    """`text` with the line ends that HTML and XML read, whichever it was written with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
    """`text` in at most `limit` characters, with an ellipsis where it was cut: between words, or
    between what readers take for characters where no space is near, as in Chinese and Thai."""
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", 0, end + 1)
    if space > 0 and end - space <= NEAR:
        end = space
    while end > 0 and _joined(text, end):
        end -= 1
    end = end or limit - 1  # marks upon marks: no text at all
    return text[:end].rstrip(" ,;:\u2013\u2014-\u200c\u200d、，；：") + "…"


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` are one to a reader, as far as news goes.

    https://unicode.org/reports/tr29/#Grapheme_Cluster_Boundary_Rules
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
    """Whether it is one of the letters that flags are spelled with, two by two."""
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
    """`rtl` or `ltr`, as `text` in `language` (a BCP 47 tag) is written; `auto` if nobody knows.

    A feed in Arabic that says it is English, as its software does by default, is not believed.
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
