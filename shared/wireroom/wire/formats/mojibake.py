"""UTF-8 that somebody read as windows-1252 before it reached us: `Itâ€™s` was sent as `It’s`.

ftfy (https://ftfy.readthedocs.io/) knows which reading of such letters is the likely one. It is
asked only where they stand in a word as nobody writes them, so that `Â is a letter` and a story
about `Ã©` stay as they are.
"""

from __future__ import annotations

import re

# What bytes 0x80 to 0xBF look like in windows-1252. The typographic ones of these may well follow
# a capital letter of a language of Europe (`MARQUÉ…`), and are no sign after two-byte leads.
_TYPOGRAPHIC = "‘’“”–—…«»"
_OTHERS = "\x81\x8d\x8f\x90\x9d\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"
_ANY = f"{_OTHERS}{_TYPOGRAPHIC}\u00a0"
_LETTER = f"(?:[Â-ß][{_OTHERS}]|[à-ï][{_ANY}]{{2}})"
_SIGN = re.compile(rf"â€|ð[Ÿ\x9f][{_ANY}]{{2}}|(?<=\w){_LETTER}|{_LETTER}(?=\w)")
_LONGEST = 200_000  # characters that are looked at; a story is shorter


def restored(text: str) -> str:
    """`text` as it was before it was read wrongly; the same where nothing speaks for that."""
    if len(text) > _LONGEST or not _SIGN.search(text):
        return text
    from ftfy import TextFixerConfig, fix_encoding  # noqa: PLC0415 - 60 ms, and seldom needed

    only = TextFixerConfig(
        unescape_html=False, replace_lossy_sequences=False, fix_c1_controls=False
    )
    return fix_encoding(text, only)
