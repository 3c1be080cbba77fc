"""Text → the words that readers' search finds. `assets/search.js` does the same to what a reader
types; `tests/site/test_search.py` holds the two equal.

    NFKD, lower case
    without accents, Arabic vowel signs and tatweel, the nukta of Devanagari, joiners
    one spelling for letters that people write for one another: ى ي, ة ه, ک ك, ß ss, ँ ं, न्द ंद
    runs of letters, marks and numbers; without the 's of English and the ال of Arabic

NFKD makes base letters of أ إ آ ؤ ئ and of Arabic presentation forms.
https://unicode.org/reports/tr15/ ; a run of letters and marks is a word of
https://unicode.org/reports/tr29/ in scripts that put spaces between words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LONGEST = 40  # characters of a word that count
LAST = 0x32400  # behind the last letter of Unicode

_DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u093c\u200b-\u200d"
    "\ufe00-\ufe0f]"
)
_SAME = str.maketrans(
    {
        "ß": "ss",
        "ς": "σ",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ک": "ك",
        "ँ": "ं",
        "’": "'",
    }
)
_NASAL = re.compile("[ङञणनम]्(?=[क-ह])")
_ASCII = re.compile("[a-z0-9]+")
_POSSESSIVE = re.compile(r"'s(?![a-z])")
_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")


def words(text: str) -> list[str]:
    """The words of `text`, in order, as they are looked for."""
    if text.isascii():  # for speed: nothing of what follows would change it
        found = _ASCII.findall(_POSSESSIVE.sub("", text.lower()))
        return [word[:LONGEST] for word in found if len(word) > 1 or word.isdigit()]
    text = _DROPPED.sub("", unicodedata.normalize("NFKD", text).lower()).translate(_SAME)
    text = _POSSESSIVE.sub("", _NASAL.sub("ं", text))
    shortened = (_ARTICLE.sub("", word)[:LONGEST] for word in _word().findall(text))
    return [word for word in shortened if len(word) > 1 or word > "z" or word.isdigit()]


@cache
def _word() -> re.Pattern[str]:
    """A run of letters, marks and numbers. What `re` calls a word has no marks, and would cut
    Hindi words at their vowels."""
    ranges: list[list[int]] = []
    for code in range(LAST):
        if unicodedata.category(chr(code))[0] in "LMN":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    inside = "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
    return re.compile(f"[{inside}]+")
