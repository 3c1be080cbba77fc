"""Restores UTF-8 that a publisher's software has read as windows-1252: `Itâ€™s` was `It’s`.

ftfy (https://ftfy.readthedocs.io/) decides which reading of such letters is the likely one. It is
used only if they stand inside a word as nobody writes them. So `Â is a letter` and a story about
`Ã©` stay as they are.
"""

from __future__ import annotations

import re

# What bytes 0x80 to 0xBF look like in windows-1252. The typographic ones may well follow a capital
# letter of a European language (`MARQUÉ…`), so after the lead of a two-byte sequence they don't
# count.
_TYPOGRAPHIC = "‘’“”–—…«»"
_OTHERS = "\x81\x8d\x8f\x90\x9d\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"
_ANY = f"{_OTHERS}{_TYPOGRAPHIC}\u00a0"
_LETTER = f"(?:[Â-ß][{_OTHERS}]|[à-ï][{_ANY}]{{2}})"
_SIGN = re.compile(rf"â€|ð[Ÿ\x9f][{_ANY}]{{2}}|(?<=\w){_LETTER}|{_LETTER}(?=\w)")
_LONGEST = 200_000  # characters; longer texts are left alone


def restored(text: str) -> str:
    """`text` as it was before it was read wrongly; `text` itself if nothing shows that it was."""
    if len(text) > _LONGEST or not _SIGN.search(text):
        return text
    from ftfy import TextFixerConfig, fix_encoding  # noqa: PLC0415 - 60 ms, and seldom needed

    only = TextFixerConfig(
        unescape_html=False, replace_lossy_sequences=False, fix_c1_controls=False
    )
    return fix_encoding(text, only)
