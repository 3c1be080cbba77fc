"""Who is believed to be a feed's sender."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from wireroom.wire.push import authentic, proves

NOW = datetime(2026, 2, 11, 9, tzinfo=UTC)
TOKENS = st.text(st.characters(codec="utf-8"), min_size=16, max_size=80).map(str.encode)
NAMES = [
    "x-superdesk-signature",
    "x-hub-signature-256",
    "webhook-signature",
    "webhook-timestamp",
    "webhook-id",
    "authorization",
]


def signed(body: bytes, token: bytes, method: str = "sha1") -> str:
    return f"{method}={hmac.new(token, body, method).hexdigest()}"


@given(TOKENS, st.binary(max_size=300), st.binary(max_size=300))
def test_a_signature_is_right_for_its_own_body_and_token_alone(
    token: bytes, body: bytes, other: bytes
) -> None:
    headers = {"x-superdesk-signature": signed(body, token)}
    assert authentic(headers, body, [token], NOW)
    assert authentic(headers, body, [b"the former one", token], NOW)
    assert authentic(headers, other, [token], NOW) == (other == body)
    assert not authentic(headers, body, [token + b"x"], NOW)
    assert not authentic(headers, body, [], NOW)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=100), max_size=6),
    st.binary(max_size=9),
)
def test_no_made_up_headers_prove_anything_or_break_anything(
    headers: dict[str, str], body: bytes
) -> None:
    assert not authentic(headers, body, [b"a token that nobody guesses"], NOW)


def test_a_request_without_a_proof_proves_nothing() -> None:
    assert not proves({"content-type": "application/json", "webhook-timestamp": "1"})
    assert not authentic({}, b"", [b""], NOW)
    assert proves({"authorization": ""})


def test_each_proof_of_a_request_has_to_be_right() -> None:
    token, body = b"a token that nobody guesses", b"story"
    both = {
        "x-superdesk-signature": signed(body, token),
        "x-hub-signature-256": signed(body, token, "sha256"),
    }
    assert authentic(both, body, [token], NOW)
    assert not authentic(both | {"x-hub-signature-256": "sha256=0"}, body, [token], NOW)


def test_the_example_of_standard_webhooks_is_right_while_it_is_fresh() -> None:
    """Its key, id, time and body; the signature is what `openssl dgst -hmac` makes of them."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body, told = b'{"test": 2432232314}', int(NOW.timestamp())
    mac = hmac.new(key, b"msg_p5jXN8AQM9LWM0D4loKWxJek.%d." % told + body, "sha256").digest()
    right = f"v1,{base64.b64encode(mac).decode()}"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": str(told),
        "webhook-signature": f"v1a,other v1,{'0' * 44} {right}",
    }
    token = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert authentic(headers, body, [token], NOW)
    assert not authentic(headers, body, [b"whsec_not Base64 at all"], NOW)
    assert not authentic(headers | {"webhook-signature": right[3:]}, body, [token], NOW)
