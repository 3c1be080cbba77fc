"""Reaching a stack: a deployed one by its name, or the one of a running `wireroom up`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from wireroom_infra.cli import state
from wireroom_infra.cli.output import USAGE, Failed

Stack = Annotated[
    str,
    typer.Option(
        "--stack",
        metavar="NAME",
        envvar="WIREROOM_STACK",
        help="The deployed stack of that name, in the region and account of your AWS settings.",
        show_default=False,
    ),
]
Local = Annotated[bool, typer.Option("--local", help="The running `wireroom up`.")]


class Reached:
    """A stack and how to talk to it. `outputs`: of the template, such as TableName. `local`: it is
    that of a running `wireroom up`."""

    def __init__(
        self,
        session: Any,
        options: Mapping[str, Any],
        outputs: Mapping[str, str],
        *,
        local: bool = False,
    ) -> None:
        self.local = local
        self._session = session
        self._options = options
        self._clients: dict[str, Any] = {}
        self.outputs = outputs

    def client(self, service: str) -> Any:
        """A boto3 client, kept."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, **self._options)
        return self._clients[service]


def reach(stack: str, local: bool) -> Reached:
    """The stack that the options name. Raises Failed when none is named, or it does not exist."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    if bool(stack) == local and not (local and _from_environment(stack)):
        raise Failed(
            "name a stack: --stack NAME for a deployed one, or --local for `wireroom up`",
            code=USAGE,
        )
    options: dict[str, Any] = {}
    if local:
        up = state.found()
        if up is None:
            raise Failed("no `wireroom up` is running")
        session = boto3.Session(
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",  # noqa: S106 (the embedded AWS asks for some value)
            region_name=up.region,
        )
        options = {
            "endpoint_url": up.endpoint,
            "config": Config(
                account_id_endpoint_mode="disabled",
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        }
        name = up.stack
    else:
        session, name = boto3.Session(), stack
    try:
        client = session.client("cloudformation", **options)
        found = client.describe_stacks(StackName=name)["Stacks"][0]
    except (BotoCoreError, ClientError) as error:
        if local:
            raise Failed("no `wireroom up` is running (an earlier one crashed)") from error
        raise Failed(f"stack {name}: {error}") from error
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
    return Reached(session, options, outputs, local=local)


def _from_environment(stack: str) -> bool:
    """Whether `stack` is only the default, WIREROOM_STACK, which --local overrides."""
    import os  # noqa: PLC0415

    return stack == os.environ.get("WIREROOM_STACK")
