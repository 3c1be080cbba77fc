"""Who is signed in: a cookie that only this desk can read and that no script can.

It is made anew at each sign-in, so one that was put into a browser before is worth nothing after.
It lasts for HOURS and is not prolonged. What somebody may do is not in it: that is looked up in the
settings at each request, so whoever is taken out of site.toml is out at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from msgspec import Struct, ValidationError, convert, to_builtins

from desk.sealed import Seal

HOURS = 12
# A browser takes a `__Host-` cookie only from https, for this host alone, and for all of its paths.
NAME = "__Host-desk"


class Session(Struct, frozen=True, kw_only=True):
    """`email`: the verified address, in lower case. `groups`: those that site.toml named at the
    sign-in. `token`: what a form of this session has to send back."""

    email: str
    groups: tuple[str, ...] = ()
    token: str


def begun(email: str, groups: Iterable[str]) -> Session:
    return Session(email=email, groups=tuple(groups), token=secrets.token_urlsafe(24))


def cookie_of(session: Session, seal: Seal, now: datetime) -> Cookie:
    value = seal.close("session", to_builtins(session), now=now, seconds=HOURS * 3600)
    return cookie(NAME, value, HOURS * 3600)


def session_in(cookies: dict[str, str], seal: Seal, now: datetime) -> Session | None:
    """The session in a request's cookies; None for whoever is not signed in."""
    value = seal.open("session", cookies.get(NAME, ""), now=now)
    try:
        return convert(value, Session) if value else None
    except ValidationError:  # of an older release
        return None


def cookie(name: str, value: str, seconds: int) -> Cookie:
    """A cookie that scripts can't read and that other sites' requests carry only when somebody
    follows a link. `seconds` 0 deletes it."""
    return Cookie(
        name,
        value,
        path="/",
        secure=True,
        http_only=True,
        max_age=seconds,
        same_site=SameSite.LAX_MODE,
    )


def cookies_of(headers: Iterable[str]) -> dict[str, str]:
    """Name → value of `name=value` texts, as a function URL gives them. Of two with one name the
    first counts: a browser sends the one with the longest path first, and ours have `/`."""
    found: dict[str, str] = {}
    for each in headers:
        name, _, value = each.partition("=")
        found.setdefault(name.strip(), value.strip())
    return found
