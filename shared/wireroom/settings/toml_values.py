"""What single values of site.toml look like, and how a problem with one is worded."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname
from zoneinfo import available_timezones

LENGTH_OF_TIME = re.compile(r"([0-9]{1,7})\s*(s|m|h|d)?")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def quoted(value: object) -> str:
    """`value` as a problem shows it: short, and in the quotes that TOML gives a text."""
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    shown = shown.lower() if isinstance(value, bool) else shown
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)
    return shown if len(shown) <= 80 else shown[:76] + "…" + shown[-1]


def meant(word: str, known: Collection[str]) -> str:
    """`; did you mean "interval"?`, or nothing when no known word is near."""
    near = difflib.get_close_matches(word.lower()[:100], list(known), n=1, cutoff=0.6)
    return f"; did you mean {quoted(near[0])}?" if near else ""


def seconds(value: object) -> int:
    """The seconds of `90`, `"90s"`, `"5m"`, `"2h"` or `"1d"`. Raises ValueError for others."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is not a length of time")
    match = LENGTH_OF_TIME.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f"{value!r} is not a length of time")
    return int(match[1]) * SECONDS[match[2] or ""]


def one_line(value: str) -> bool:
    """Whether `value` has no line breaks and no control characters. Joiners (Cf) are text: Hindi
    and Persian are written with them."""
    return not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029" for c in value)


def kind(value: object) -> str:
    """What a TOML value is, in words."""
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number"}
    names |= {list: "a list of something else", dict: "a table"}
    return names.get(type(value), "a date or time")


def is_path(value: str) -> bool:
    """Whether a feed's url is a local file's path: no scheme, or a Windows drive, or `file:`."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", value)
    return not scheme or len(scheme[1]) == 1 or scheme[1].lower() == "file"


def local_path(url: str, folder: Path) -> Path:
    """The file that a feed's url names: a path, relative to `folder`, or a `file:` URL."""
    if url.lower().startswith("file:"):
        return folder / url2pathname(urlsplit(url).path)
    return folder / Path(unquote(url) if "%20" in url else url).expanduser()


def is_host(value: str) -> bool:
    """Whether `value` is `host` or `host:port` (an IPv6 address in brackets)."""
    match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?", value)
    if not match or (match[2] and not 0 < int(match[2]) < 65536):
        return False
    if not match[1].startswith("["):
        return True
    try:
        ipaddress.IPv6Address(match[1][1:-1])
    except ValueError:
        return False
    return True


def wrong_url(value: str) -> str:
    """What is wrong with an http address, or "". Spellings that two parsers may read differently
    (backslashes, spaces, user info) are refused."""
    if not re.match(r"https?://", value, re.IGNORECASE):
        return "does not start with https:// or http://"
    if any(c.isspace() or c == "\\" or not c.isprintable() for c in value):
        return "has a space, a backslash or a control character"
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "is not a well-formed address"
    if "@" in parts.netloc:
        return (
            "has a user name or password; put them into a secret, and name it with the key `secret`"
        )
    if not host or not is_host(f"[{host}]" if ":" in host else host.lower()):
        return "has no plain host name"
    return ""


def meant_zone(value: str) -> str:
    """A near time zone, by its full name or by its city alone (`Kolkata`)."""
    zones = {zone.lower(): zone for zone in available_timezones()}
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
    word = value.lower()[:100].replace(" ", "_")
    near = difflib.get_close_matches(word, zones, n=1) or difflib.get_close_matches(
        word.rpartition("/")[2], cities, n=1
    )
    zone = zones.get(near[0]) or zones[cities[near[0]]] if near else ""
    return f"; did you mean {quoted(zone)}?" if zone else ""
