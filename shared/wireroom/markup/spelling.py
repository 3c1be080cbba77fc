"""When two ids are one: a web address may be spelled in many ways and leads to the same place.

An id is a guid, a link, or several of them with a space between. What of an address changes without
changing what it addresses: the scheme, `www.`, the case and the port of the host, the slash at the
end, how characters are escaped, parameters that only count clicks, and a fragment, unless that may
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
_PART = re.compile(r"[\d/!]")  # of a fragment that may name a story: a number, or a way to it
_DEFAULT_PORTS = (None, 80, 443)


def canonical(identity: str) -> str:
    """The one spelling of `identity` that all of its spellings have in common."""
    return " ".join(map(_canonical, identity.split(" ")))


def fragment(address: str) -> str:
    """The fragment that `canonical` leaves out of `address`, or ""."""
    _, _, last = address.partition("#")
    return last if last and _WEB.match(address) and not _names_a_part(last) else ""


def spellings(identity: str) -> tuple[str, ...]:
    """`identity` as it is and as it may have been sent before: the other scheme, with or without
    `www.` and a slash at the end, without parameters that count clicks. None if it is
    not an address.
    """
    parts = identity.split(" ")
    if not any(map(_WEB.match, parts)):
        return ()
    if len(parts) > 1 and parts[1] == fragment(parts[0]):
        parts.pop(1)  # that of the guid: told apart by it without another part, once
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
    except ValueError:  # no address, whatever it looks like
        return part
    if not host:
        return part
    with suppress(UnicodeError):  # then it is compared as it is
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
