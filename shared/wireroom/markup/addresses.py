"""Addresses inside a story: resolves and checks them, and recognises beacons (tracking pixels).

An address is resolved first and then checked, so that a relative address can't become something
unsafe after the check.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

WEB = frozenset({"http", "https"})
LINKS = WEB | {"mailto"}

MAX_ADDRESS = 4000  # characters

_REFUSED = re.compile(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
# Not allowed in addresses, but sometimes sent; percent-encoded, as browsers do.
_ENCODED = re.compile(
    r"[\s\"<>`{}|^\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"  # and invisible ones
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:")
_HOST = re.compile(r"(?:[a-zA-Z0-9._\-]|[^\x00-\xa0\s])+|[0-9a-fA-F:.]+")
_MAILBOX = re.compile(r"[^\s@%:/,;<>\"]+@[\w.\-]+(\?[^\s<>\"]*)?")
# An address in a text has a scheme or www.: "Booking.com" names a company.
_ADDRESS = re.compile(r"(?:https?://(?:www\.)?|www\.)([^\s/?#:@()]+)\S*", re.IGNORECASE)
_LINE_BREAK = re.compile(r"%0[ad]", re.IGNORECASE)

_CANDIDATE = re.compile(r"[\s,]*(\S+)")
_DESCRIPTOR = re.compile(r"\d{1,5}w|\d{1,2}(\.\d{1,3})?x")
MAX_CANDIDATES = 20

# Hosts that only count readers. A leading dot includes all hosts below.
_BEACON_HOSTS = (
    ".doubleclick.net",
    ".scorecardresearch.com",
    ".google-analytics.com",
    ".googletagmanager.com",
    ".googlesyndication.com",
    ".googleadservices.com",
    ".quantserve.com",
    ".imrworldwide.com",
    ".chartbeat.net",
    ".chartbeat.com",
    ".parsely.com",
    ".apnewsregistry.com",
    ".newsregistry.org",
    ".feedsportal.com",
    ".pheedo.com",
    ".omtrdc.net",
    ".2o7.net",
    ".demdex.net",
    ".krxd.net",
    ".outbrain.com",
    ".taboola.com",
    ".adsrvr.org",
    ".adnxs.com",
    ".amazon-adsystem.com",
    ".matomo.cloud",
    ".list-manage.com",
    "track.hubspot.com",
    "pixel.wp.com",
    "stats.wp.com",
    "stats.wordpress.com",
    "feeds.wordpress.com",
    "px.ads.linkedin.com",
    "bat.bing.com",
    "analytics.twitter.com",
    "t.co",
    "pixel.propublica.org",
    "counter.theconversation.com",
    "counter.theconversation.edu.au",
    "logc279.xiti.com",
)
_BEACON_PATHS = (
    ("feeds.feedburner.com", re.compile(r"/~(r|ff|4|a)/")),
    (".feedburner.com", re.compile(r"/~(r|ff|4|a)/")),
    (".facebook.com", re.compile(r"/tr/?$")),
    ("", re.compile(r"/~(r|ff|4)/[^/]+/?.*|/(pixel|beacon|1x1|blank|spacer|clear)\.(gif|png)$")),
)

_AVATAR = re.compile(r"/(?:user-?)?avatars?/", re.IGNORECASE)

# Parameters that say where a reader came from, or that change with each poll. They never decide
# what is shown.
_TRACKING = re.compile(
    r"(utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|igshid|_ga|_gl|yclid|cmpid|"
    r"ns_mchannel|ns_source|ns_campaign|at_medium|at_campaign|ito|icid|xtor|s_cid|smid|partner|"
    r"feedtype|feedname|taid|cb|cachebust(er)?|nocache|rnd|rand|ts|timestamp|itok|x-amz-.*|"
    r"signature|expires|key-pair-id|policy|sig|token)",
    re.IGNORECASE,
)


# Parameters by which a picture server chooses size and quality.
_SIZE = re.compile(
    r"w|h|width|height|wid|hei|max-?[wh]|max-?(width|height)|size|resize|fit|crop|rect|scale|zoom|"
    r"dpr|q|qlt|quality|auto|fm|fmt|format|strip|ssl",
    re.IGNORECASE,
)
# WordPress's names for the sizes of a picture.
_SIZED = re.compile(r"-(?:\d{2,5}x\d{2,5}|scaled)(?=\.[a-zA-Z]{3,4}$)")


def safe_address(value: str, base: str = "", *, schemes: Collection[str] = WEB) -> str:
    """`value` as an absolute address that is safe to print in a page, or "" if it is not.

    `base`: what relative addresses are relative to. Not safe are other schemes than `schemes`,
    control characters, backslashes, user info, an invalid host or port, and addresses longer than
    MAX_ADDRESS characters.
    """
    value = value.strip(" \t\n\r\f")
    if not value or len(value) > MAX_ADDRESS or _REFUSED.search(value):
        return ""
    try:
        if value.startswith("//"):
            value = f"{urlsplit(base).scheme or 'https'}:{value}"
        elif not _SCHEME.match(value):
            value = urljoin(base, value)
        value = _ENCODED.sub(lambda found: quote(found[0]), value)
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises ValueError when it isn't a number)
    except ValueError:
        return ""
    if parts.scheme not in schemes:
        return ""
    if parts.scheme == "mailto":
        rest = value[len("mailto:") :]
        return value if _MAILBOX.fullmatch(rest) and not _LINE_BREAK.search(rest) else ""
    if "@" in parts.netloc or not _HOST.fullmatch(parts.hostname or ""):
        return ""
    absolute = parts.scheme + value[len(parts.scheme) :]
    return absolute if len(absolute) <= MAX_ADDRESS else ""


def is_web(address: str) -> bool:
    """Whether `address` is an absolute one of the web."""
    return address[:8].lower().startswith(("https://", "http://"))


def safe_srcset(value: str, base: str) -> str:
    """A `srcset` with those of its candidates that are safe web addresses, in order; "" if none is.

    https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute
    """
    kept: list[str] = []
    at = 0
    while len(kept) < MAX_CANDIDATES and (found := _CANDIDATE.match(value, at)):
        candidate, at = found[1], found.end()
        descriptor = ""
        if candidate.endswith(","):
            candidate = candidate.rstrip(",")
        else:
            end = value.find(",", at)
            end = len(value) if end < 0 else end
            descriptor, at = value[at:end].strip(), end + 1
        address = safe_address(candidate, base)
        if (
            not address
            or is_beacon(address)
            or (descriptor and not _DESCRIPTOR.fullmatch(descriptor))
        ):
            continue
        # A comma at either end of an address would be read as the candidate's end.
        kept.append(f"{address.rstrip(',')} {descriptor}".rstrip())
    return ", ".join(kept)


def is_beacon(address: str) -> bool:
    """Whether the picture at `address` only counts readers."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return any(_on(host, beacon) for beacon in _BEACON_HOSTS) or any(
        _on(host, beacon) and pattern.search(parts.path) for beacon, pattern in _BEACON_PATHS
    )


def is_avatar(address: str) -> bool:
    """Whether the picture at `address` is a portrait of an author."""
    parts = urlsplit(address)
    return _on(parts.hostname or "", ".gravatar.com") or _AVATAR.search(parts.path) is not None


def without_tracking(address: str) -> str:
    """`address` without fragment and tracking parameters, for comparing. Raises ValueError if it is
    malformed."""
    parts = urlsplit(address)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not is_tracking(name)
    ]
    return parts._replace(query=urlencode(kept), fragment="").geturl()


def is_tracking(parameter: str) -> bool:
    """Whether a query parameter of this name never decides what is shown."""
    return _TRACKING.fullmatch(parameter) is not None


def picture_name(address: str) -> str:
    """The address of a picture without its scheme and without all that chooses its size, which is
    the same for all sizes of a picture."""
    parts = urlsplit(without_tracking(address))
    kept = [each for each in parts.query.split("&") if not _SIZE.fullmatch(each.partition("=")[0])]
    return f"{parts.netloc}{_SIZED.sub('', parts.path)}?{'&'.join(kept)}"


def misleads(text: str, address: str) -> str:
    """The host of `address` (in ASCII), if the text of a link to it looks like an address of
    another host; else ""."""
    shown = _ADDRESS.fullmatch(text.strip())
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    if not shown or not host:
        return ""
    try:
        named, host = (each.encode("idna").decode() for each in (shown[1].lower(), host))
    except UnicodeError:  # it only looks like a host
        named = ""
    same = named == host or named.endswith(f".{host}") or host.endswith(f".{named}")
    return "" if same else host


def _on(host: str, beacon: str) -> bool:
    return not beacon or host == beacon.lstrip(".") or (beacon[0] == "." and host.endswith(beacon))
