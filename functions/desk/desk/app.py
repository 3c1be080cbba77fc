"""desk: what editors see and do in a browser."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from desk.routes import Desk
from desk.sealed import Seal
from desk.signin import Provider
from desk.stack import deployed
from wireroom.store.aws import CONFIG
from wireroom.store.secrets import Secrets

logger = Logger()

_client = partial(boto3.client, config=CONFIG)
_secrets = Secrets(_client)
_desk = Desk(
    deployed(_client),
    Provider(
        os.environ["DESK_ISSUER"],
        client=os.environ["DESK_CLIENT_ID"],
        secret=partial(_secrets.bytes_of, os.environ["DESK_CLIENT_SECRET"]),
    ),
    Seal(partial(_secrets.bytes_of, os.environ["DESK_KEY"])),
    domain=os.environ["DESK_DOMAIN"],
)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _desk.answer(event, context)
