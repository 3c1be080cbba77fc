"""Secrets of Secrets Manager and SSM, read through powertools and kept for five minutes.

`wireroom/ptn` names a secret of Secrets Manager, `ssm:/wireroom/ptn` an SSM SecureString. Nothing
is imported or connected to before a feed needs it, as most sites have no private feed.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from wireroom.errors import FetchError
from wireroom.store.aws import code, translated
from wireroom.wire.http.credentials import Credentials, credentials, push_keys

MAX_AGE = 300  # seconds
SSM = "ssm:"


class Secrets:
    """`client`: the name of a service → its boto3 client. Kept for the container's life."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._providers: dict[str, Any] = {}
        self._lock = Lock()  # boto3's sessions are not to be shared by threads while they make one

    def credentials(self, name: str) -> Credentials:
        """The credentials in the secret `name`.

        Raises FetchError `secret` if it is missing, forbidden or malformed; the message has its
        name and never its content. Raises Unavailable if AWS did not answer.
        """
        return credentials(self._of_feed(name), name)

    def push_keys(self, name: str) -> tuple[bytes, ...]:
        """The tokens in the secret `name`, one of which a sender has to have. Raises as
        `credentials` does."""
        return push_keys(self._of_feed(name), name)

    def bytes_of(self, name: str) -> bytes:
        """The content of the secret `name`, which belongs to the stack itself. Raises botocore's
        ClientError, or Unavailable."""
        value = self._read(name)
        return value if isinstance(value, bytes) else value.encode()

    def _of_feed(self, name: str) -> str | bytes:
        try:
            return self._read(name)
        except ClientError as error:
            raise FetchError("secret", f"the secret {name} can't be read ({code(error)})") from None

    def _read(self, name: str) -> str | bytes:
        """Raises botocore's ClientError, or Unavailable."""
        from aws_lambda_powertools.utilities.parameters.exceptions import (  # noqa: PLC0415
            GetParameterError,
        )

        ssm = name.startswith(SSM)
        provider = self._provider("ssm" if ssm else "secretsmanager")
        more = {"decrypt": True} if ssm else {}
        try:
            value: str | bytes = provider.get(name.removeprefix(SSM), max_age=MAX_AGE, **more)
        except GetParameterError as error:
            cause = error.__context__
            if not isinstance(cause, ClientError | BotoCoreError):
                raise
            with translated(f"read secret {name}"):
                raise cause from None
        return value

    def _provider(self, service: str) -> Any:
        from aws_lambda_powertools.utilities import parameters  # noqa: PLC0415

        with self._lock:
            if service not in self._providers:
                client = self._client(service)
                self._providers[service] = (
                    parameters.SSMProvider(boto3_client=client)
                    if service == "ssm"
                    else parameters.SecretsProvider(boto3_client=client)
                )
            return self._providers[service]
