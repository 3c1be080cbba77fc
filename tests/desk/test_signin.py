"""Signing in: who gets in, and what does not."""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode

import pytest
from joserfc import jwt
from msgspec.structs import replace

from tests.desk.browser import ORIGIN, STAFF, Browser, Page, settings
from tests.desk.issuer import CLIENT, Claims, Issuer, key
from tests.pipeline.world import World
from wireroom import clock
from wireroom.errors import Unavailable
from wireroom.store.table import Table

SESSION = "__Host-desk"


def refused(browser: Browser, page: Any) -> bool:
    return page.status == 403 and SESSION not in browser.cookies


def test_who_is_listed_signs_in_and_comes_to_the_page_that_was_asked_for(browser: Browser) -> None:
    first = browser.get("/?find=x")
    assert first.status == 303
    assert first.location == "/sign-in?to=%2F%3Ffind%3Dx"
    page = browser.sign_in(to="/?find=x")
    assert (page.status, page.location) == (303, "/?find=x")
    shown = browser.get("/")
    assert shown.status == 200
    assert "asha@harbour.example, editor" in shown.text


def test_cookies_are_for_this_host_alone_and_no_script_reads_them(browser: Browser) -> None:
    started = browser.get("/sign-in")
    arrived = browser.arrive(browser.issuer.authorize(started.location))
    for each in (*started.set, *arrived.set):
        assert each.startswith("__Host-")
        name, *attributes = each.split("; ")
        assert {"Path=/", "HttpOnly", "Secure", "SameSite=Lax"} <= set(attributes)
        assert not any(attribute.startswith("Domain") for attribute in attributes)
        assert b"asha" not in base64.urlsafe_b64decode(name.split("=", 1)[1].split(".")[0] + "==")


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("chief@harbour.example", "chief"),
        ("Asha@Harbour.Example", "editor"),
        ("rani@harbour.example", "reader"),
    ],
)
def test_the_address_decides_the_role(browser: Browser, email: str, role: str) -> None:
    browser.sign_in(email)
    assert f"{email.lower()}, {role}" in browser.get("/").text


def test_a_group_decides_the_role_of_whoever_is_in_it(browser: Browser, issuer: Issuer) -> None:
    issuer.claims = lambda claims: claims | {"groups": ["readers", "editors", "others"] * 50}
    browser.sign_in("new@harbour.example")
    assert "new@harbour.example, editor" in browser.get("/").text


def test_groups_may_come_in_another_claim(world: World, browser: Browser, issuer: Issuer) -> None:
    world.apply(settings(issuer, replace(STAFF, group_claim="cognito:groups")), pages=False)
    issuer.claims = lambda claims: claims | {"cognito:groups": ["readers"], "groups": ["editors"]}
    browser.sign_in("new@harbour.example")
    assert "new@harbour.example, reader" in browser.get("/").text


def test_who_is_taken_out_of_site_toml_is_out_at_once(
    world: World, editor: Browser, issuer: Issuer
) -> None:
    world.apply(settings(issuer, replace(STAFF, editors=())), pages=False)
    page = editor.get("/")
    assert page.status == 403
    assert "asha@harbour.example may not use this desk" in page.text


def test_nobody_is_a_group_by_an_address(world: World, browser: Browser, issuer: Issuer) -> None:
    staff = replace(STAFF, editors=("group:desk@harbour.example", "rakesh@harbour.example"))
    world.apply(settings(issuer, staff), pages=False)
    for email in ("group:desk@harbour.example", "ra\u212aesh@harbour.example"):
        assert refused(browser, browser.sign_in(email))
    assert browser.sign_in("Rakesh@harbour.example").status == 303


def test_where_nobody_is_listed_nobody_enters(
    world: World, browser: Browser, issuer: Issuer
) -> None:
    world.apply(settings(issuer, type(STAFF)()), pages=False)
    assert refused(browser, browser.sign_in("chief@harbour.example"))


def test_who_is_not_listed_stays_out_and_is_told(browser: Browser) -> None:
    page = browser.sign_in("stranger@elsewhere.example")
    assert refused(browser, page)
    assert "stranger@elsewhere.example may not use this desk" in page.text


def test_a_session_ends_after_twelve_hours(editor: Browser) -> None:
    editor.world.aws.clock.advance(12 * 3600 - 1)
    assert editor.get("/").status == 200
    editor.world.aws.clock.advance(1)
    assert editor.get("/").status == 303


def test_a_session_ends_with_sign_out(editor: Browser) -> None:
    page = editor.post("/sign-out", token=editor.token)
    assert page.status == 200
    assert SESSION not in editor.cookies
    assert editor.get("/").status == 303


def signed_out(editor: Browser, **description: object) -> Page:
    """What somebody sees who signs out where the provider says this of itself, too."""
    token = editor.token
    editor.issuer.description = description
    editor.world.aws.cold_start()
    page = editor.post("/sign-out", token=token)
    assert page.status == 200
    assert SESSION not in editor.cookies
    assert f"You may still be signed in at {editor.issuer.host}." in page.text
    return page


def test_who_signs_out_is_shown_how_to_sign_out_at_the_provider(editor: Browser) -> None:
    page = signed_out(editor, end_session_endpoint=f"{editor.issuer.address}/out?a=b")
    shown = re.search(r'<a href="([^"]*)">Also sign out at ', page.text)
    assert shown
    where, _, query = html.unescape(shown[1]).partition("?")
    assert where == f"{editor.issuer.address}/out"
    assert dict(parse_qsl(query)) == {"a": "b", "client_id": CLIENT, "logout_uri": f"{ORIGIN}/"}


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"end_session_endpoint": None},
        {"end_session_endpoint": "http://elsewhere.example/out"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "javascript://{host}/%0aalert(1)"},
        {"issuer": "https://elsewhere.example"},
    ],
    ids=str,
)
def test_who_signs_out_is_led_nowhere_where_the_provider_has_no_way_out(
    editor: Browser, description: dict[str, str | None]
) -> None:
    host = editor.issuer.host
    named = {name: value and value.replace("{host}", host) for name, value in description.items()}
    page = signed_out(editor, **named)
    assert re.findall(r'href="([^"]*)"', page.text.partition("<main")[2]) == ["/"]


def test_a_session_ends_although_the_table_can_not_be_read(editor: Browser) -> None:
    token = editor.token
    with patch.object(Table, "settings", side_effect=Unavailable("DynamoDB is throttled")):
        assert editor.post("/sign-out", token=token).status == 200
    assert SESSION not in editor.cookies


def test_a_sign_out_leads_where_no_request_says(editor: Browser) -> None:
    elsewhere = "https://evil.example/"
    names = ("to", "back", "logout_uri", "post_logout_redirect_uri", "redirect_uri")
    fields = dict.fromkeys(names, elsewhere)
    token = editor.token
    page = editor.post(f"/sign-out?{urlencode(fields)}", token=token, **fields)
    assert page.status == 200
    assert page.location == ""
    assert "evil.example" not in page.text


def test_a_session_that_was_there_before_is_replaced_at_sign_in(editor: Browser) -> None:
    planted, token = editor.cookies[SESSION], editor.token
    editor.sign_in("chief@harbour.example")
    assert editor.cookies[SESSION] != planted
    assert editor.token != token


@pytest.mark.filterwarnings("error::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("RSA", "PS256"), ("EC", "ES256"), ("OKP", "Ed25519"), ("OKP", "EdDSA")],
)
def test_each_of_the_allowed_algorithms_is_taken(
    browser: Browser, issuer: Issuer, kind: str, algorithm: str
) -> None:
    issuer.key = key(kind, kind)
    issuer.published = [issuer.key.as_dict(private=False, alg=algorithm)]
    issuer.algorithm, issuer.algorithms = algorithm, [algorithm]
    assert browser.sign_in().status == 303
    assert SESSION in browser.cookies


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_a_curve_that_is_not_allowed_does_not_pass_as_eddsa(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.key = key("Ed448", "Ed448")
    issuer.algorithm, issuer.algorithms = "EdDSA", ["EdDSA"]
    issuer.sign = lambda claims: jwt.encode(
        {"alg": "EdDSA", "kid": "Ed448"}, claims, issuer.key, ["EdDSA"]
    )
    assert refused(browser, browser.sign_in())


def test_the_clients_secret_may_go_in_the_form_where_the_provider_takes_no_other(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.methods = ["client_secret_post"]
    assert browser.sign_in().status == 303
    assert SESSION in browser.cookies


# --- ID tokens that are not what they should be -------------------------------------------------


def unsigned(claims: Claims) -> str:
    head = {"alg": "none", "kid": "first"}
    parts = [json.dumps(each).encode() for each in (head, claims)]
    coded = [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts]
    return ".".join([*coded, ""])


def signed_with_the_public_key(claims: Claims) -> str:
    """HS256, with what everybody may know as its key."""
    public = key("RSA", "first").as_pem(private=False)
    head = {"alg": "HS256", "kid": "first"}
    parts = [json.dumps(each).encode() for each in (head, claims)]
    coded = [base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts]
    mark = hmac.new(public, ".".join(coded).encode(), sha256).digest()
    return ".".join([*coded, base64.urlsafe_b64encode(mark).rstrip(b"=").decode()])


def forged(claims: Claims) -> str:
    """By a key of the attacker's own, under the provider's name for its."""
    own = key("RSA", "forged")
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, own, ["RS256"])


def with_its_key_inside(claims: Claims) -> str:
    own = key("RSA", "forged")
    head = {"alg": "RS256", "jwk": own.as_dict(private=False), "kid": "forged"}
    return jwt.encode(head, claims, own, ["RS256"])


@pytest.mark.parametrize(
    "sign", [unsigned, signed_with_the_public_key, forged, with_its_key_inside]
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    browser: Browser, issuer: Issuer, sign: Callable[[Claims], str]
) -> None:
    issuer.sign = sign
    issuer.algorithms = ["RS256", "HS256", "none"]  # whatever it says of itself
    assert refused(browser, browser.sign_in("chief@harbour.example"))


def test_an_algorithm_that_the_provider_does_not_use_is_refused(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.algorithm = "PS256"  # allowed, but the provider names RS256 alone
    assert refused(browser, browser.sign_in())


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": -61},
        {"nbf": 61},
        {"iat": 61},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": ["asha@harbour.example"]},
        {"email": "asha"},
        {"email": "chief@harbour.example,asha@harbour.example"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    browser: Browser, issuer: Issuer, wrong: Claims
) -> None:
    def changed(claims: Claims) -> Claims:
        now = int(clock.now().timestamp())
        for name, value in wrong.items():
            timed = name in ("exp", "nbf", "iat") and value is not None
            claims[name] = now + value if timed else value
        return {name: value for name, value in claims.items() if value is not None}

    issuer.claims = changed
    assert refused(browser, browser.sign_in())


@pytest.mark.parametrize(
    ("told", "enters"),
    [
        ({"xms_edov": True}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": False}, False),
        ({"xms_edov": "0"}, False),
        ({"xms_edov": True, "email_verified": False}, False),
    ],
    ids=str,
)
def test_entra_vouches_for_the_domain_of_an_address(
    browser: Browser, issuer: Issuer, told: Claims, enters: bool
) -> None:
    def changed(claims: Claims) -> Claims:
        del claims["email_verified"]
        return claims | told

    issuer.claims = changed
    page = browser.sign_in()
    assert page.status == 303 if enters else refused(browser, page)


def test_an_address_may_be_told_apart_from_the_id_token(browser: Browser, issuer: Issuer) -> None:
    issuer.claims = lambda claims: without_address(claims) | {"groups": ["others"]}
    issuer.told = {"sub": "1", "email": "Rao@Harbour.example", "email_verified": True}
    issuer.told["groups"] = ["editors"]
    assert browser.sign_in().status == 303
    assert "rao@harbour.example, editor" in browser.get("/").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"sub": "2"},
        {"sub": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email": None},
    ],
    ids=str,
)
def test_what_is_told_of_somebody_else_or_is_not_verified_is_refused(
    browser: Browser, issuer: Issuer, wrong: Claims
) -> None:
    issuer.claims = lambda claims: without_address(claims) | {"email_verified": True}
    told = {"sub": "1", "email": "asha@harbour.example", "email_verified": True} | wrong
    issuer.told = {name: value for name, value in told.items() if value is not None}
    assert refused(browser, browser.sign_in())


@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest", "https://127.0.0.1/", "{issuer}/nothing", None]
)
def test_an_address_is_asked_for_only_where_that_is_safe(
    browser: Browser, issuer: Issuer, where: str | None
) -> None:
    issuer.claims = without_address
    issuer.description = {"userinfo_endpoint": where and where.format(issuer=issuer.address)}
    browser.world.aws.cold_start()
    assert refused(browser, browser.sign_in())


def without_address(claims: Claims) -> Claims:
    return {name: value for name, value in claims.items() if not name.startswith("email")}


@pytest.mark.parametrize("well", [{"exp": -59}, {"iat": 59}, {"nbf": 59}], ids=str)
def test_clocks_may_differ_by_a_minute(browser: Browser, issuer: Issuer, well: Claims) -> None:
    now = int(clock.now().timestamp())
    issuer.claims = lambda claims: claims | {name: now + value for name, value in well.items()}
    assert browser.sign_in().status == 303
    assert SESSION in browser.cookies


# --- sign-ins that are another's ----------------------------------------------------------------


def test_an_answer_that_another_browser_asked_for_is_refused(
    world: World, browser: Browser, issuer: Issuer
) -> None:
    attacker = Browser(world, issuer)
    answer = attacker.begin()
    assert refused(browser, browser.arrive(answer))
    browser.begin()  # even if it is signing in itself
    issuer.asked.clear()
    assert refused(browser, browser.arrive(answer))
    assert issuer.asked == []  # nobody was asked anything on a stranger's behalf


def test_an_answer_counts_once(browser: Browser) -> None:
    kept = dict(browser.cookies)
    answer = browser.begin()
    kept = dict(browser.cookies)
    browser.arrive(answer)
    fresh = Browser(browser.world, browser.issuer)
    assert refused(fresh, fresh.arrive(answer))
    fresh.cookies = kept  # as if somebody had copied it in time
    assert refused(fresh, fresh.arrive(answer))


def test_a_sign_in_has_ten_minutes(browser: Browser) -> None:
    answer = browser.begin()
    browser.world.aws.clock.advance(600)
    assert refused(browser, browser.arrive(answer))


def test_an_answer_of_another_provider_is_refused(browser: Browser) -> None:
    answer = browser.begin() | {"iss": "https://elsewhere.example"}
    assert refused(browser, browser.arrive(answer))


def test_a_cookie_of_one_purpose_is_nothing_for_another(browser: Browser) -> None:
    browser.begin()
    browser.cookies[SESSION] = browser.cookies["__Host-signing-in"]
    assert browser.get("/").status == 303


@pytest.mark.parametrize("planted", ["", "x", "a.b.c.d.e", "e30..e30.e30.e30", "." * 5000])
def test_a_session_that_the_desk_did_not_make_is_none(browser: Browser, planted: str) -> None:
    browser.cookies[SESSION] = planted
    assert browser.get("/").status == 303


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%0d%0a\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
def test_a_sign_in_leads_to_no_other_site(browser: Browser, to: str) -> None:
    page = browser.sign_in(to=to)
    assert (page.status, page.location) == (303, "/")


# --- the provider -------------------------------------------------------------------------------


def test_a_new_key_of_the_provider_is_found(browser: Browser, issuer: Issuer) -> None:
    browser.sign_in()
    issuer.key = key("RSA", "second")
    browser.world.aws.clock.advance(61)
    assert browser.sign_in().status == 303
    assert issuer.asked.count("/keys") == 2


def test_unknown_keys_make_the_desk_ask_again_once_a_minute(
    browser: Browser, issuer: Issuer
) -> None:
    browser.sign_in()
    issuer.published = [issuer.key.as_dict(private=False)]
    issuer.key = key("RSA", "second")
    browser.world.aws.clock.advance(61)
    browser.cookies.clear()
    for _ in range(3):
        assert refused(browser, browser.sign_in())
    assert issuer.asked.count("/keys") == 2


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"jwks_uri": "http://elsewhere.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
        {"id_token_signing_alg_values_supported": ["HS256"]},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    browser: Browser, issuer: Issuer, description: dict[str, Any]
) -> None:
    issuer.description = description
    browser.world.aws.cold_start()
    page = browser.get("/sign-in")
    if page.status == 303:
        page = browser.arrive(issuer.authorize(page.location))
    assert refused(browser, page)


def test_a_provider_that_answers_nonsense_is_not_used(browser: Browser, issuer: Issuer) -> None:
    issuer.sign = lambda _: "not.a.token"
    assert refused(browser, browser.sign_in())
    issuer.sign = lambda _: "[" * 100_000
    assert refused(browser, browser.sign_in())


def test_strangers_cant_make_the_desk_ask_the_provider_without_limit(
    browser: Browser, issuer: Issuer
) -> None:
    for _ in range(10):
        browser.begin()
        state = browser.issuer.codes[f"code-{len(issuer.codes) - 1}"]["state"]
        assert browser.arrive({"code": "guessed", "state": state}).status == 403
    issuer.asked.clear()
    answer = browser.begin()
    issuer.asked.clear()
    assert browser.arrive(answer).status == 429
    assert issuer.asked == []
    other = Browser(browser.world, issuer, "203.0.113.8")
    assert other.sign_in().status == 303
    browser.world.aws.clock.advance(60)
    assert browser.sign_in().status == 303


def test_a_sign_in_asks_for_what_the_desk_needs_and_proves_it(
    browser: Browser, issuer: Issuer
) -> None:
    browser.begin()
    (asked,) = issuer.codes.values()
    assert asked["redirect_uri"] == f"{ORIGIN}/signed-in"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
