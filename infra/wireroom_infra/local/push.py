"""Pushes to the stack on this machine: what stands for their function URL, and their secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from secrets import token_urlsafe
from threading import Lock

from wireroom.model import Feed
from wireroom.store.secrets import SSM
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.desk import answer_of, event_of
from wireroom_infra.local.loopback import HOST, Answer, Request, Responder

PATH = "/push/"


def pushing(aws: EmbeddedAWS) -> Responder:
    """Answers a request as the function behind the stack's address for pushes does."""
    one_at_a_time = Lock()  # as in a container of Lambda's

    def respond(request: Request) -> Answer:
        with one_at_a_time:
            answer = aws.invoke("PushFunction", event_of(request, f"http://{HOST}"))
        return answer_of(answer, f"http://{HOST}")

    return respond


def keep_tokens(aws: EmbeddedAWS, feeds: Iterable[Feed]) -> dict[str, str]:
    """Give the secret of each feed that is pushed a token, as the AWS of this machine begins
    without secrets; gives feed → token. One secret of several feeds has one token."""
    tokens: dict[str, str] = {}
    found: dict[str, str] = {}
    for feed in feeds:
        if feed.push and feed.secret not in tokens:
            tokens[feed.secret] = token_urlsafe(24)
            _keep(aws, feed.secret, json.dumps({"type": "push", "token": tokens[feed.secret]}))
        if feed.push:
            found[feed.id] = tokens[feed.secret]
    return found


def _keep(aws: EmbeddedAWS, name: str, secret: str) -> None:
    if name.startswith(SSM):
        aws.client("ssm").put_parameter(
            Name=name.removeprefix(SSM), Value=secret, Type="SecureString"
        )
        return
    aws.client("secretsmanager").create_secret(Name=name, SecretString=secret)
