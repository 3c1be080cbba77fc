"""An identity provider of the tests' own, which says what a test wants it to say."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from desk.signin import Signatures
from wireroom import clock
from wireroom_infra.local.loopback import Answer, Request

CLIENT, SECRET = "wireroom-desk", "a~secret/of+the=client"

Claims = dict[str, Any]


@cache
def key(kind: str, name: str) -> Key:
    """Made once for all tests: an RSA key takes a tenth of a second."""
    parameters = {"kid": name, "use": "sig"}
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters)
    if kind == "EC":
        return ECKey.generate_key("P-256", parameters)
    return OKPKey.generate_key("Ed448" if kind == "Ed448" else "Ed25519", parameters)


class Issuer:
    """`claims`: changed by a test before they are signed. `sign`: makes the token of them. `told`:
    what it says of whoever an access token is of."""

    def __init__(self) -> None:
        self.address = ""
        self.reset()

    def reset(self) -> None:
        """An honest provider with one key and nobody's code."""
        self.algorithms = ["RS256"]
        self.algorithm = "RS256"
        self.key = key("RSA", "first")
        self.published: list[dict[str, Any]] = []
        self.email = "asha@harbour.example"
        self.claims: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.description: dict[str, Any] = {}
        self.told: Claims = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.methods = ["client_secret_basic"]

    @property
    def parameters(self) -> dict[str, str]:
        """Those of the stack whose desk signs in here."""
        return {
            "DeskIssuer": self.address,
            "DeskClientId": CLIENT,
            "DeskClientSecret": SECRET,
        }

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    # --- what a browser does ---

    def authorize(self, where: str) -> dict[str, str]:
        """The query of the answer to a browser that was sent to `where`."""
        parts = urlsplit(where)
        asked = dict(parse_qsl(parts.query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.address}/authorize"
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    # --- what the desk asks ---

    def respond(self, request: Request) -> Answer:
        self.asked.append(request.path)
        if request.path == "/.well-known/openid-configuration":
            return _json(
                {
                    "issuer": self.address,
                    "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token",
                    "jwks_uri": f"{self.address}/keys",
                    "userinfo_endpoint": f"{self.address}/userinfo",
                    "id_token_signing_alg_values_supported": self.algorithms,
                    "token_endpoint_auth_methods_supported": self.methods,
                }
                | self.description
            )
        if request.path == "/keys":
            return _json({"keys": self.published or [self.key.as_dict(private=False)]})
        if request.path == "/token":
            return self._token(request)
        if request.path == "/userinfo" and request.headers["Authorization"] == "Bearer a":
            return _json(self.told)
        return Answer(404)

    def _token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)  # a code is good once
        given = form.get("client_id", ""), form.get("client_secret", "")
        if "client_secret_basic" in self.methods:
            pair = base64.b64decode(request.headers["Authorization"].removeprefix("Basic "))
            name, _, secret = pair.decode().partition(":")
            given = unquote(name), unquote(secret)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if (
            asked is None
            or given != (CLIENT, SECRET)
            or proven != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return Answer(400, b'{"error": "invalid_grant"}')
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.address,
            "sub": "1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
        }
        token = self.sign(self.claims(claims))
        return _json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def signed(self, claims: Claims) -> str:
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(
            header, claims, self.key, registry=Signatures(algorithms=[self.algorithm])
        )


def _json(value: object) -> Answer:
    return Answer(body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
