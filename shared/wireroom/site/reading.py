"""How long a story takes to read."""

from __future__ import annotations

import re
from bisect import bisect_right

from wireroom.site.body import TAG

# Words a minute, of texts in each script, as S. Trauzettel-Klosinski and K. Dietz measured them in
# 17 languages ("Standardized Assessment of Reading Performance: The New International Reading Speed
# Texts IReST", Investigative Ophthalmology & Visual Science 53, 2012). Others are read like Latin
# but for the scripts of India, for which there is no such measure; 180 is cautious.
_LATIN = 220
# The first character of a block, and the words a minute from there on.
_SCRIPTS = (
    (0x0000, _LATIN),
    (0x0400, 184),  # Cyrillic
    (0x0530, _LATIN),
    (0x0590, 187),  # Hebrew
    (0x0600, 138),  # Arabic
    (0x0780, _LATIN),
    (0x0900, 180),  # Devanagari to Sinhala
    (0x0E00, _LATIN),
    (0xFB1D, 187),  # Hebrew
    (0xFB50, 138),  # Arabic
    (0xFE00, _LATIN),
)
_STARTS = [start for start, _ in _SCRIPTS]
# Scripts that put no spaces between words: characters a minute. Of Thai and its neighbours, five
# to a word.
_UNSPACED = (
    (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 255),
    (re.compile("[\u3040-\u30ff]"), 357),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 5 * _LATIN),
)
_BEYOND_LATIN = re.compile("[\u0400-\u0dff\ufb1d-\ufdff]")
_ANY_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\U0003ffff]")


def minutes(body: str) -> int:
    """How many minutes the sanitised HTML `body` takes to read, at least one."""
    text = TAG.sub(" ", body)
    time = 0.0
    if _ANY_UNSPACED.search(text):
        for characters, rate in _UNSPACED:
            text, count = characters.subn(" ", text)
            time += count / rate
    words = text.split()
    if not _BEYOND_LATIN.search(text):
        return max(1, round(time + len(words) / _LATIN))
    for word in words:
        time += 1 / _SCRIPTS[bisect_right(_STARTS, ord(word[0])) - 1][1]
    return max(1, round(time))
