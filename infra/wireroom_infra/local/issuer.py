"""An identity provider for the desk on this machine: everybody is who they say they are.

It speaks OpenID Connect as a real one does, so the desk signs people in as it does when deployed
and knows nothing of this one. Only this machine reaches it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import Environment
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import Struct

from wireroom import clock
from wireroom.model import Staff
from wireroom_infra.local.loopback import Answer, Request, serving

CLIENT, SECRET = "wireroom", "believes-everybody"  # what the stack's desk is given
ALGORITHM = "ES256"
YOU = "you@localhost"
SECONDS = 300  # for which an ID token is good
_DESK = re.compile(r"https://(127\.0\.0\.1:[0-9]+/signed-in)")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Who are you?</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head><body>
<h1>Who are you?</h1>
<p>This desk runs on this machine only. It believes whatever you say here. A deployed one asks the
newsroom's identity provider.</p>
{% for email in known %}
<form method="post"><button name="email" value="{{ email }}">{{ email }}</button></form>
{% endfor %}
<form method="post">
<p><label>Another address <input name="email" type="text" required autocomplete="off"></label></p>
<p><label>Groups, with commas between them <input name="groups" autocomplete="off"></label></p>
<p><button>Sign in</button></p>
</form></body></html>
"""


class Issuer(Struct):
    """`known`: addresses to choose from. `address`: its own, set when it is served."""

    known: tuple[str, ...]
    key: ECKey
    address: str = ""
    codes: dict[str, dict[str, str]] = {}

    def respond(self, request: Request) -> Answer:
        if request.headers.get("Host") != self.address.removeprefix("http://"):
            return Answer(421)  # another site's name that leads to this machine
        match request.method, request.path:
            case _, "/.well-known/openid-configuration":
                return _json(self._description())
            case _, "/keys":
                return _json({"keys": [self.key.as_dict(private=False)]})
            case "POST", "/authorize":
                return self._back(request)
            case _, "/authorize":
                page = Environment(autoescape=True).from_string(_PAGE).render(known=self.known)
                return Answer(body=page.encode(), headers={"Content-Type": "text/html"})
            case "POST", "/token":
                return self._token(request)
        return Answer(404)

    def _description(self) -> dict[str, object]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }

    def _back(self, request: Request) -> Answer:
        """Send the browser back to the desk, which it reaches without TLS."""
        asked = dict(parse_qsl(request.query))
        desk = _DESK.fullmatch(asked.get("redirect_uri", ""))
        if not desk:
            return Answer(400)
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked | {
            "email": form.get("email", "").strip(),
            "groups": form.get("groups", ""),
        }
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return Answer(303, headers={"Location": f"http://{desk[1]}?{query}"})

    def _token(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.body.decode()))
        asked = self.codes.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if asked is None or asked.get("code_challenge") != challenge:
            return Answer(400)
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.address,
            "sub": quote(asked["email"]),
            "aud": CLIENT,
            "iat": now,
            "exp": now + SECONDS,
            "nonce": asked.get("nonce", ""),
            "email": asked["email"],
            "email_verified": True,
            "groups": [name.strip() for name in asked["groups"].split(",") if name.strip()],
        }
        token = jwt.encode({"alg": ALGORITHM, "kid": self.key.kid}, claims, self.key, [ALGORITHM])
        return _json({"token_type": "Bearer", "access_token": "none", "id_token": token})


def staff_here(staff: Staff) -> Staff:
    """Who may use the desk on this machine: whom site.toml lists, or `you@localhost`."""
    return staff if staff.readers or staff.editors or staff.chiefs else Staff(chiefs=(YOU,))


@contextmanager
def local_issuer(staff: Staff) -> Iterator[str]:
    """Serve one until the block ends; gives its address. The addresses in `staff` can be chosen."""
    listed = (*staff.chiefs, *staff.editors, *staff.readers)
    known = tuple(dict.fromkeys(name for name in listed if "@" in name))
    issuer = Issuer(known, ECKey.generate_key("P-256", {"kid": "local", "use": "sig"}))
    with serving(issuer.respond) as issuer.address:
        yield issuer.address


def _json(value: object) -> Answer:
    return Answer(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
