"""The canonical spelling of ids, which may be web addresses or contain some.

An id is a guid, a link, or several of them with spaces between. These differences between two
addresses do not matter: the scheme, `www.`, the case of the host, ports 80 and 443, the slash at
the end, percent-encoding, and parameters that only count clicks. Nor does a fragment, unless it may
name a part of the page that is a story of its own (`#post-12`, `#!/story/12`).
"""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import parse_qsl, quote, urlsplit

from wireroom.markup.addresses import is_tracking, without_tracking

_WEB = re.compile(r"(?:https?:)?//[^/?#\s]", re.IGNORECASE)
_SCHEME_HOST_PATH = re.compile(
    r"(?P<scheme>(?:https?:)?)//(?P<www>(?:www\.)?)(?P<host>[^/?#]+)(?P<path>[^?#]*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PART = re.compile(r"[\d/!]")  # a fragment with one of these may name a story
_DEFAULT_PORTS = (None, 80, 443)


def canonical(identity: str) -> str:
    """The canonical spelling of `identity`, the same for all its spellings."""
    return " ".join(map(_canonical, identity.split(" ")))


def fragment(address: str) -> str:
    """The fragment that `canonical` leaves out of `address`, or ""."""
    _, _, last = address.partition("#")
    return last if last and _WEB.match(address) and not _names_a_part(last) else ""


def spellings(identity: str) -> tuple[str, ...]:
    """`identity`, and other spellings in which an earlier release may have used it: with the other
    scheme, with or without `www.` and a slash at the end, without parameters that count clicks.
    () if it contains no address.
    """
    parts = identity.split(" ")
    if not any(map(_WEB.match, parts)):
        return ()
    if len(parts) > 1 and parts[1] == fragment(parts[0]):
        parts.pop(1)  # the guid's fragment, which was no part of an id in earlier releases
    found = [identity, " ".join(parts)]
    found += [
        " ".join(_spelled(part, scheme, www, slash=slash) for part in parts)
        for scheme in ("https:", "http:")
        for www in ("", "www.")
        for slash in (False, True)
    ]
    found.append(" ".join(_untracked(part) for part in parts))
    return tuple(dict.fromkeys(found))


def _canonical(part: str) -> str:
    if not _WEB.match(part):
        return part
    try:
        split = urlsplit(part)
        query = urlsplit(without_tracking(part)).query
        host = (split.hostname or "").rstrip(".").removeprefix("www.")
        port = "" if split.port in _DEFAULT_PORTS else f":{split.port}"
        user = split.netloc.rpartition("@")[0]
        path = _escaped(split.path).rstrip("/")
    except ValueError:  # it only looks like an address
        return part
    if not host:
        return part
    with suppress(UnicodeError):  # it is then compared as it is
        host = host.encode("idna").decode()
    named = f"#{split.fragment}" if split.fragment and _names_a_part(split.fragment) else ""
    return f"{user and f'{user}@'}{host}{port}{path}{query and f'?{query}'}{named}"


def _names_a_part(name: str) -> bool:
    if name.startswith(":~:"):  # words to scroll to
        return False
    counted = parse_qsl(name, keep_blank_values=True)
    if counted and all(is_tracking(key) for key, _ in counted):
        return False
    return _PART.search(name) is not None


def _escaped(path: str) -> str:
    path = quote(path, safe="/%:@!$&'()*+,;=~-._")
    return _ESCAPE.sub(_as_it_must_be, path)


def _as_it_must_be(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _spelled(part: str, scheme: str, www: str, *, slash: bool) -> str:
    found = _SCHEME_HOST_PATH.fullmatch(part)
    if not found:
        return part
    path: str = found["path"].rstrip("/")
    if slash or not path:
        path += "/"
    return f"{scheme}//{www}{found['host']}{path}{found['rest']}"


def _untracked(part: str) -> str:
    try:
        return without_tracking(part) if _WEB.match(part) else part
    except ValueError:
        return part
