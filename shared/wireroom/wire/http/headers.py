"""Reads headers of an answer: Retry-After, freshness, links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wireroom import clock
from wireroom.errors import FetchError
from wireroom.wire.http import address
from wireroom.wire.http.address import Target

_LINK = re.compile(r'<([^>]*)>[^,<]*?;\s*rel\s*=\s*"?([^",;<]*)')


def charset(content_type: str) -> str:
    """The charset that a Content-Type names, in lower case, or ""."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", content_type, re.IGNORECASE)
    return found[1].lower() if found else ""


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds, from either form of Retry-After (RFC 9110, 10.2.3), or None."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    moment = _http_date(value)
    return max(0, round((moment - clock.now()).total_seconds())) if moment else None


def max_age(headers: Mapping[str, str]) -> int | None:
    """Seconds for which the answer is fresh (RFC 9111, 4.2), or None if it does not say."""
    control = headers.get("Cache-Control", "").lower()
    if re.search(r"\bno-(?:store|cache)\b", control):
        return None
    if fresh := re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,9})", control):
        age = headers.get("Age", "").strip()
        spent = int(age) if re.fullmatch(r"[0-9]{1,9}", age) else 0
        return max(0, int(fresh[1]) - spent)
    if expires := _http_date(headers.get("Expires", "")):
        sent = _http_date(headers.get("Date", "")) or clock.now()
        return max(0, round((expires - sent).total_seconds()))
    return None


def links(
    headers: Mapping[str, str], here: Target, internal_hosts: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    """(rel, absolute URL) of the Link headers with rel `hub` or `self` (WebSub, 4). `here`: the
    address that answered."""
    found = []
    for url, rels in _LINK.findall(headers.get("Link", "")[:4096]):
        for rel in rels.lower().split():
            if rel in ("hub", "self"):
                try:
                    found.append((rel, address.redirected(here, url, internal_hosts).url))
                except FetchError:
                    continue
    return tuple(found)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:64])
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
