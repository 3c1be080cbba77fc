"""Language tags (BCP 47)."""

from __future__ import annotations

import re

# A language of two or three letters, then subtags. Longer languages are reserved (RFC 5646, 2.2.1),
# so `english` is no tag.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,8}")


def is_tag(text: str) -> bool:
    """Whether `text` has the form of a BCP 47 tag."""
    return _TAG.fullmatch(text) is not None


def tag_of(text: str) -> str:
    """`text` as a BCP 47 tag in its usual case (`en-GB`, `zh-Hant`; RFC 5646, 2.1.1), or "" if it
    is none."""
    tag = text.strip().replace("_", "-")
    if not is_tag(tag):
        return ""
    parts = tag.lower().split("-")
    for at, part in enumerate(parts[1:], 1):
        if len(parts[at - 1]) == 1:  # an extension begins
            break
        parts[at] = part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part
    return "-".join(parts)
