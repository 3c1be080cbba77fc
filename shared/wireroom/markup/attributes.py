"""The attributes that an element keeps: a few, each checked, in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import urlsplit

from wireroom.markup.addresses import is_beacon, safe_address, safe_srcset
from wireroom.markup.characters import folded, scrub
from wireroom.markup.language import is_tag

_NUMBER = re.compile(r"(\d{1,5})(\.\d+)?\s*(px)?")
_LONGEST_NUMBER = 20  # characters
_SIGNED = re.compile(r"-?\d{1,9}")
_TIME = re.compile(r"[0-9A-Z:.+\- ]{1,40}")
_UNSEEN = re.compile(r"display\s*:\s*none|(?<![\w-])(width|height)\s*:\s*[01](px)?\s*(;|$)", re.I)
_CHOICES = {
    "dir": frozenset({"ltr", "rtl", "auto"}),
    "scope": frozenset({"row", "col", "rowgroup", "colgroup"}),
    "type": frozenset({"1", "a", "A", "i", "I"}),
}

_PICTURE = re.compile(r'<img (?:[^>"]|"[^"]*")*+>')
_HOLLOW = re.compile(r'<(a|p|figure)(?: (?:[^>"]|"[^"]*")*+)?>\s*</\1>')
# Pages that load pictures with a script have the address in one of these; `src` is a placeholder.
_SOURCES = ("data-src", "data-lazy-src", "data-original", "src")
_SRCSETS = ("data-srcset", "srcset")
_PLACEHOLDER = re.compile(
    r"/(?:lazy(?:-?load(?:ing|er)?)?|placeholder|blank|spacer|transparent|clear|pixel|gr[ae]y|"
    r"1x1|1x1\.trans|trans|loading|loader)\.(?:gif|png|svg)$",
    re.IGNORECASE,
)


def attributes_of(tag: str, values: Mapping[str, str], base: str, address: str = "") -> str:
    """The attributes of a `tag`, as text for its start tag. `address`: of a link, checked
    already."""
    kept: dict[str, str] = {"href": address}
    if tag in ("a", "abbr"):
        kept["title"] = _line(values.get("title", ""))
    if tag in ("blockquote", "q"):
        kept["cite"] = safe_address(values.get("cite", ""), base)
    if tag in ("td", "th"):
        kept |= {name: _span(values.get(name, "")) for name in ("colspan", "rowspan")}
    for name in ("start", "value"):
        number = values.get(name, "").strip()
        kept[name] = number if _SIGNED.fullmatch(number) and number.isascii() else ""
    if "reversed" in values and tag == "ol":
        kept["reversed"] = "reversed"
    when = values.get("datetime", "").strip()
    kept["datetime"] = when if _TIME.fullmatch(when) else ""
    language = values.get("lang", "").strip()
    kept["lang"] = language if is_tag(language) else ""
    for name, choices in _CHOICES.items():
        chosen = values.get(name, "").strip()
        kept[name] = chosen if chosen in choices else ""
    return _written({name: value for name, value in kept.items() if value})


def picture_of(values: Mapping[str, str], base: str) -> str:
    """The `img` tag of a picture; "" if it has no safe address or is a tracking pixel."""
    if is_unseen(values):
        return ""
    given = (safe_address(values.get(name, ""), base) for name in _SOURCES)
    addresses = (each for each in given if not _PLACEHOLDER.search(urlsplit(each).path))
    srcsets = (safe_srcset(values.get(name, ""), base) for name in _SRCSETS)
    srcset = next(filter(None, srcsets), "")
    address = next(filter(None, addresses), "") or srcset.partition(" ")[0].rstrip(",")
    if not address or is_beacon(address):
        return ""
    shown = {
        "src": address,
        "srcset": srcset,
        "width": _number(values.get("width", "")),
        "height": _number(values.get("height", "")),
        "loading": "lazy",
    }
    kept = {name: value for name, value in shown.items() if value}
    return f"<img{_written({**kept, 'alt': _line(values.get('alt', ''))})}>"


def pictures(html: str) -> list[str]:
    """The `img` tags of sanitised HTML, in order."""
    return _PICTURE.findall(html)


def with_pictures(html: str, shown: Callable[[str], str]) -> str:
    """Sanitised HTML with what `shown` gives for each `img` tag in its place. Where that is ""
    links, figures and paragraphs that held nothing else go as well."""
    gone = False

    def put(found: re.Match[str]) -> str:
        nonlocal gone
        text = shown(found[0])
        gone = gone or not text
        return text

    html = _PICTURE.sub(put, html)
    while gone:
        html, more = _HOLLOW.subn("", html)
        gone = more > 0
    return html


def without_pictures(html: str) -> str:
    """Sanitised HTML without its pictures. The words below them stay."""
    return with_pictures(html, lambda tag: "")


def attribute(tag: str, name: str) -> str:
    """The value of an attribute of a start tag of sanitised HTML, or "" if it has none."""
    found = re.search(rf' {name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def is_unseen(values: Mapping[str, str]) -> bool:
    """Whether a picture or frame is invisible, as tracking pixels are: a side of 1 or 0, or not
    displayed."""
    for name in ("width", "height"):
        found = _read(values.get(name, ""))
        if found and int(found[1]) <= 1:
            return True
    return bool(_UNSEEN.search(values.get("style", "")))


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _line(text: str) -> str:
    return folded(scrub(text)).strip()


def _read(value: str) -> re.Match[str] | None:
    value = value.strip()
    return _NUMBER.fullmatch(value) if len(value) <= _LONGEST_NUMBER else None


def _number(value: str) -> str:
    found = _read(value)
    return str(int(found[1])) if found and int(found[1]) else ""


def _span(value: str) -> str:
    """A number of columns or rows, from 2 to 1,000, which is the limit of browsers; else ""."""
    found = _number(value)
    return found if found and 1 < int(found) <= 1000 else ""
