"""Sanitises the HTML of a feed: the result is safe to print and has the same words and structure.

    html ─► scan.rewrite ─► arrange.arrange ─► nh3 ─┐
               ▲                                     │ until nothing changes
               └─────────────────────────────────────┘

`scan` removes what two parsers could read differently. `arrange` gives the story its structure and
resolves addresses. nh3 has the last word on every tag, attribute and address. The result is what
all three leave unchanged, so sanitising it again changes nothing.
"""

from __future__ import annotations

import re

import nh3

from wireroom.errors import EntryRejected
from wireroom.markup.addresses import LINKS, WEB, is_beacon, safe_address, safe_srcset
from wireroom.markup.arrange import arrange as _arrange
from wireroom.markup.elements import TAGS
from wireroom.markup.scan import DROPPED
from wireroom.markup.scan import rewrite as _rewrite

MAX_ROUNDS = 5

ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "img": {"src", "srcset", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
VALUES: dict[str, dict[str, set[str]]] = {
    "img": {"loading": {"lazy"}},
    "ol": {"type": {"1", "a", "A", "i", "I"}},
    "th": {"scope": {"row", "col", "rowgroup", "colgroup"}},
}
REL = "nofollow noopener noreferrer"
_NUMERIC = frozenset({"width", "height", "colspan", "rowspan", "start", "value"})
_NUMBER = re.compile(r"-?[0-9]{1,9}")


def sanitise(html: str, *, base: str = "") -> str:
    """`html` with only the elements, attributes and addresses of news copy. Every word is kept.

    `base`: what relative addresses are relative to; without it they are removed. Sanitising the
    result again changes nothing. Raises EntryRejected (field `body`) for HTML that is too long or
    too deep, or that still changes after MAX_ROUNDS.
    """
    for _ in range(MAX_ROUNDS):
        cleaned = _clean(_arrange(_rewrite(html), base))
        if cleaned == html:
            return cleaned
        html = cleaned
    raise EntryRejected(
        "body", f"markup that still changes after {MAX_ROUNDS} rounds of sanitising"
    )


def _clean(html: str) -> str:
    try:
        return _CLEANER.clean(html)
    except Exception as error:
        raise EntryRejected("body", f"could not be sanitised: {error}") from error
    except BaseException as error:
        # Rust's panics come as a BaseException of a class that can't be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise EntryRejected("body", "could not be sanitised") from error


def _checked(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute that nh3's lists allow, or None to remove it. nh3 does not check
    the returned value."""
    if attribute in ("href", "src", "cite"):
        schemes = LINKS if tag == "a" else WEB
        same = safe_address(value, schemes=schemes) == value and not (
            tag == "img" and is_beacon(value)
        )
        return value if same else None
    if attribute == "srcset":
        return value if safe_srcset(value, "") == value else None
    if attribute == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    if attribute in _NUMERIC:
        return value if _NUMBER.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(DROPPED) | {"plaintext", "iframe", "frameset"},
    attributes=ATTRIBUTES,
    attribute_filter=_checked,
    strip_comments=True,
    link_rel=REL,
    # Only one attribute: the order of several would differ from process to process.
    set_tag_attribute_values={"img": {"referrerpolicy": "no-referrer"}},
    tag_attribute_values=VALUES,
    url_schemes=set(LINKS),
    url_relative="deny",
)
