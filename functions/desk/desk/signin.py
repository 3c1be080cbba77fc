"""OpenID Connect: authorization code with PKCE, and what an ID token must say.

    start   discovery ─► address of the provider with state, nonce and challenge
            (what was asked stays with the browser, in an encrypted cookie)
    finish  state is the browser's own ─► code and verifier ─► ID token
            ─► signature, by an algorithm that both sides allow
            ─► iss, aud, azp, exp, iat, nbf, nonce
            ─► without an address in it: what the provider says of the same person (userinfo)
            ─► a verified address

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation; RFC 7636 (PKCE), RFC 9207
(the issuer in the answer), RFC 9700 (what to defend against).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyCurveError, InvalidKeyIdError, JoseError
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import KeySet, OKPKey
from joserfc.jws import JWSRegistry
from msgspec import Struct

from wireroom.errors import FetchError
from wireroom.model import Site
from wireroom.wire.http.exchange import Limits, Network
from wireroom.wire.http.fetch import Fetcher

# Never `none`, never a shared key (HS*). EdDSA is what providers call Ed25519 today.
ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
KEYS = ("RSA", "EC", "OKP")  # kinds of public keys
SCOPE = "openid email profile"
SKEW = 60  # seconds by which the provider's clock may differ
KEEP = 3600  # seconds for which a provider's description and keys are kept
FAILED = 10  # seconds for which a provider that failed is not asked again: anybody can sign in
AGAIN = 60  # seconds after which keys are asked for again, when a token names one that is unknown
LONGEST_TOKEN = 16_384  # characters
# No colon: `group:…` is a group's name in site.toml. No letter such as the Kelvin sign, which is an
# ASCII one in lower case and would make the address another's.
_ADDRESS = re.compile(r"[^\s:@\u212a]+@[^\s:@\u212a]+")
_LIMITS = Limits(connect=5, idle=5, total=10, wire=1 << 20, decoded=1 << 20, redirects=0)


class SignInRefused(Exception):
    """Somebody may not enter. `reason` is for the log, `shown` for the browser: it tells an
    attacker nothing that he did not send."""

    def __init__(self, reason: str, shown: str = "The sign-in did not succeed.") -> None:
        super().__init__(reason)
        self.reason = reason
        self.shown = shown


class Asked(Struct, frozen=True, kw_only=True):
    """What a sign-in that is under way was asked with. `to`: the path to go to afterwards."""

    state: str
    nonce: str
    verifier: str
    to: str


class Person(Struct, frozen=True):
    """`email`: verified, in lower case. `claims`: all that the provider says."""

    email: str
    claims: Mapping[str, Any]


class _Described(Struct, frozen=True, kw_only=True):
    """A provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


def careful(site: Site) -> Fetcher:
    """The HTTP client for the provider: https and public addresses only, but for the site's own
    internal hosts, and no redirect."""
    internal = frozenset(site.internal_hosts)
    return Fetcher(
        agent="Wireroom/1.0 (desk)", internal_hosts=internal, network=Network(limits=_LIMITS)
    )


class _EdDSA(EdDSAAlgorithm):
    """By a key of the curve Ed25519, which the name leaves open: RFC 9864 wants `Ed25519` instead,
    and joserfc warns of this one."""

    security_warning = ""

    def check_key(self, key: OKPKey) -> None:
        super().check_key(key)
        if key.curve_name != "Ed25519":
            raise InvalidKeyCurveError(f"an {self.name} key of the curve {key.curve_name}")


class Signatures(JWSRegistry):
    """How tokens may be signed, as joserfc looks it up."""

    algorithms = JWSRegistry.algorithms | {"EdDSA": _EdDSA()}


class Provider:
    """An identity provider, whose description and keys are kept for the container's life.

    `secret`: gives the client's secret.
    """

    def __init__(self, issuer: str, client: str, secret: Callable[[], bytes]) -> None:
        self.issuer = issuer
        self._client = client
        self._secret = secret
        self._described: tuple[float, _Described] | None = None
        self._failed = 0.0
        self._keys: tuple[float, KeySet] | None = None

    @property
    def host(self) -> str:
        """Its name, for people."""
        return urlsplit(self.issuer).netloc

    def start(self, to: str, redirect: str, *, fetch: Fetcher, now: datetime) -> tuple[str, Asked]:
        """The address at the provider to send the browser to, and what was asked.

        `to`: where to go afterwards; `redirect`: our address that the provider answers to. Raises
        SignInRefused if the provider can't be reached or is not what it should be.
        """
        described = self._description(fetch, now)
        asked = Asked(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            to=to,
        )
        challenge = hashlib.sha256(asked.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": redirect,
            "scope": SCOPE,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return _with(described.authorization_endpoint, query), asked

    def finish(
        self,
        asked: Asked | None,
        answer: Mapping[str, str],
        redirect: str,
        *,
        fetch: Fetcher,
        now: datetime,
    ) -> Person:
        """Who signed in, from the query of the provider's `answer`. `asked`: what this browser was
        sent away with, or None. Raises SignInRefused."""
        self.own(asked, answer)
        if asked is None or "error" in answer:
            raise SignInRefused(f"the provider says {answer.get('error', '')[:100]!r}")
        described = self._description(fetch, now)
        token, access = self._tokens(described, answer.get("code", ""), asked, redirect, fetch)
        claims = self._claims(described, token, fetch, now)
        _check(claims, self.issuer, self._client, asked.nonce, now)
        if "email" not in claims:
            claims = _told_of(claims, described.userinfo_endpoint or "", access, fetch)
        email = claims.get("email")
        if not isinstance(email, str) or len(email) > 200 or not _ADDRESS.fullmatch(email):
            raise SignInRefused("the provider gives no address", "Your account has no address.")
        if not _verified(claims):
            raise SignInRefused(
                "the address is not verified",
                "Your identity provider has not verified your address.",
            )
        return Person(email.lower(), claims)

    def way_out(self, desk: str, *, fetch: Fetcher, now: datetime) -> str:
        """The address at which a browser ends its session with the provider, which asks first; ""
        if the provider names none, or can't be reached. `desk`: the desk's own address.

        https://openid.net/specs/openid-connect-rpinitiated-1_0.html. Nothing asks the provider to
        send the browser anywhere afterwards, but of Cognito, which demands an address
        (`logout_uri`) that others pass over.
        """
        try:
            where = self._description(fetch, now).end_session_endpoint
            if not where:
                return ""
            _must_be_safe(where, fetch)
        except SignInRefused:
            return ""
        return _with(where, {"client_id": self._client, "logout_uri": desk})

    def own(self, asked: Asked | None, answer: Mapping[str, str]) -> None:
        """Raises SignInRefused unless `answer` belongs to the sign-in that this browser began."""
        state = answer.get("state", "")
        if asked is None or not hmac.compare_digest(asked.state.encode(), state.encode()):
            raise SignInRefused("the state is not this browser's", "Please sign in again.")
        if answer.get("iss", self.issuer) != self.issuer:
            raise SignInRefused("another provider answered")

    # --- the provider ---

    def _description(self, fetch: Fetcher, now: datetime) -> _Described:
        if self._described and now.timestamp() - self._described[0] < KEEP:
            return self._described[1]
        if now.timestamp() - self._failed < FAILED:
            raise SignInRefused("the provider has just failed", _OUT)
        self._failed = now.timestamp()  # unless what follows succeeds
        where = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        found: _Described = _decoded(_get(where, fetch), _Described, "the provider's description")
        if found.issuer != self.issuer:
            raise SignInRefused("the provider calls itself otherwise", _OUT)
        for each in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            _must_be_safe(each, fetch)
        self._described, self._failed = (now.timestamp(), found), 0.0
        return found

    def _tokens(
        self, described: _Described, code: str, asked: Asked, redirect: str, fetch: Fetcher
    ) -> tuple[str, str]:
        """The ID token, and the access token or ""."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": asked.verifier,
        }
        secret, headers = self._secret().decode(), {}
        if "client_secret_basic" in described.token_endpoint_auth_methods_supported:
            pair = f"{quote(self._client, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client, "client_secret": secret}
        try:
            status, body = fetch.call(described.token_endpoint, form, headers=headers)
        except FetchError as error:
            raise SignInRefused(f"the token endpoint: {error.state}", _OUT) from error
        if status != 200:
            raise SignInRefused(f"the token endpoint answered {status}", "Please sign in again.")
        answer = _decoded(body, dict[str, Any], "the token endpoint's answer")
        token = answer.get("id_token")
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise SignInRefused("the token endpoint gave no ID token")
        access = answer.get("access_token")
        printable = isinstance(access, str) and access.isascii() and access.isprintable()
        return token, str(access) if printable else ""

    def _claims(
        self, described: _Described, token: str, fetch: Fetcher, now: datetime
    ) -> dict[str, Any]:
        """What the ID token says, if it is signed with one of the provider's keys by an algorithm
        that the provider uses and we allow."""
        both = [a for a in ALGORITHMS if a in described.id_token_signing_alg_values_supported]
        if not both:
            raise SignInRefused("the provider signs by no algorithm that is allowed", _OUT)
        how = Signatures(algorithms=both)
        try:
            try:
                return jwt.decode(token, self._key_set(described, fetch, now), registry=how).claims
            except InvalidKeyIdError:
                if self._keys is None or now.timestamp() - self._keys[0] < AGAIN:
                    raise
                self._keys = None  # it may have a new key
                return jwt.decode(token, self._key_set(described, fetch, now), registry=how).claims
        except (JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise SignInRefused(f"the ID token: {type(error).__name__}") from error

    def _key_set(self, described: _Described, fetch: Fetcher, now: datetime) -> KeySet:
        if self._keys and now.timestamp() - self._keys[0] < KEEP:
            return self._keys[1]
        found = _decoded(_get(described.jwks_uri, fetch), dict[str, Any], "the provider's keys")
        listed = found.get("keys")
        keys = [
            each
            for each in (listed if isinstance(listed, list) else [])
            if isinstance(each, dict)
            and each.get("kty") in KEYS
            and each.get("use", "sig") == "sig"
        ]
        try:
            keyed = KeySet.import_key_set({"keys": keys})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInRefused("the provider's keys can't be read", _OUT) from error
        self._keys = (now.timestamp(), keyed)
        return keyed


_OUT = "The identity provider can't be used at the moment."


def _check(claims: dict[str, Any], issuer: str, client: str, nonce: str, now: datetime) -> None:
    """Raises SignInRefused unless `claims` are from `issuer`, for `client` and for this sign-in."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=SKEW,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        rules.validate(claims)
    except JoseError as error:
        raise SignInRefused(f"the ID token: {error.error} {error.description}") from error
    audience, party = claims["aud"], claims.get("azp")
    if (isinstance(audience, list) and len(audience) > 1 and party is None) or (
        party is not None and party != client
    ):
        raise SignInRefused("the ID token is for another party (azp)")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise SignInRefused("the ID token is of another sign-in (nonce)")


def _verified(claims: Mapping[str, Any]) -> bool:
    """Whether the provider vouches for the address. Microsoft Entra has no `email_verified`; it
    vouches for the address's domain instead (`xms_edov`), as a JSON true or a "1".
    https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference"""
    if claims.get("email_verified") is not None:
        return claims["email_verified"] is True
    return claims.get("xms_edov") in (True, "1", "true")


def _told_of(claims: dict[str, Any], where: str, access: str, fetch: Fetcher) -> dict[str, Any]:
    """`claims`, and what the provider says `where` somebody asks with the access token: some put
    the address there alone (OpenID Connect Core, 5.4). Raises SignInRefused."""
    if not where or not access:
        return claims
    _must_be_safe(where, fetch)
    try:
        status, body = fetch.call(where, {}, headers={"Authorization": f"Bearer {access}"})
    except FetchError as error:
        raise SignInRefused(f"userinfo: {error.state}", _OUT) from error
    if status != 200:
        raise SignInRefused(f"userinfo answered {status}")
    told = _decoded(body, dict[str, Any], "userinfo")
    if told.get("sub") != claims["sub"]:  # it may be another's token: 5.3.4
        raise SignInRefused("userinfo is of somebody else")
    return {**claims, "email_verified": None, "xms_edov": None, **told}


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


def _must_be_safe(url: str, fetch: Fetcher) -> None:
    """https; also http on the site's internal hosts. Raises SignInRefused."""
    parts = urlsplit(url)
    inside = parts.scheme == "http" and parts.netloc in fetch.internal_hosts
    if parts.scheme != "https" and not inside:
        raise SignInRefused(f"the provider's {url[:200]} is not https", _OUT)


def _get(url: str, fetch: Fetcher) -> bytes:
    _must_be_safe(url, fetch)
    try:
        return fetch.get(url, accept="application/json").body
    except FetchError as error:
        raise SignInRefused(f"{url[:200]}: {error.state}", _OUT) from error


def _decoded(content: bytes, kind: Any, what: str) -> Any:
    try:
        return msgspec.convert(json.loads(content), kind)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise SignInRefused(f"{what} can't be read", _OUT) from error
