"""Values that a browser keeps for the desk and can neither read nor change: encrypted cookies.

Each is a JSON Web Token, encrypted with AES-256-GCM (JWE, `dir`). Each purpose has a key of its
own, so that a cookie which was made for one is nothing for another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import OctKey

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_REGISTRY = JWERegistry(algorithms=["dir", "A256GCM"])
LONGEST = 4000  # characters of what is opened; browsers keep no longer cookie


class Seal:
    """`secret`: gives the content of the stack's secret, which is random."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret

    def close(self, purpose: str, value: dict[str, Any], *, now: datetime, seconds: int) -> str:
        """`value` (JSON), sealed for `purpose`; it can be opened for `seconds`."""
        claims = {**value, "exp": int(now.timestamp()) + seconds}
        return jwt.encode(_HEADER, claims, self._key(purpose), registry=_REGISTRY)

    def open(self, purpose: str, text: str, *, now: datetime) -> dict[str, Any] | None:
        """The value that `close` sealed for `purpose`; None for anything else, or when its time is
        over."""
        if not text or len(text) > LONGEST:
            return None
        try:
            claims = jwt.decode(text, self._key(purpose), registry=_REGISTRY).claims
        except (JoseError, ValueError, TypeError, LookupError, AttributeError):
            return None  # joserfc looks into a header before it knows what kind of value it is
        until = claims.pop("exp", 0)
        return claims if isinstance(until, int) and now.timestamp() < until else None

    def _key(self, purpose: str) -> OctKey:
        # The secret is as random as a key, so a hash is enough to make one of it.
        return OctKey.import_key(hashlib.sha256(purpose.encode() + b"\0" + self._secret()).digest())
