"""One deployed function: its handler, loaded once per container, and what an invocation is."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import json
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import msgspec

from wireroom_infra.embedded.calls import Calls, Running, running
from wireroom_infra.embedded.clock import Clock
from wireroom_infra.embedded.errors import DeployError, NotAllowed, TimedOut
from wireroom_infra.embedded.permissions import Role

_number = itertools.count()


class Context:
    """What Lambda passes to a handler beside the event.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    def __init__(self, function: Function, request_id: str, started: datetime) -> None:
        self.function_name = function.name
        self.function_version = "$LATEST"
        self.invoked_function_arn = function.arn
        self.memory_limit_in_mb = function.memory
        self.aws_request_id = request_id
        self.log_group_name = function.log_group
        self.log_stream_name = f"{started:%Y/%m/%d}/[$LATEST]{function.container}"
        self.identity = None
        self.client_context = None
        self._function = function
        self._started = started

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout, by the embedded AWS's clock."""
        spent = (self._function.clock.now() - self._started).total_seconds()
        return max(0, int((self._function.timeout - spent) * 1000))


class Function:
    """A deployed Lambda function. `timeout` in seconds, `memory` in MB, as text (as Lambda has it).

    `configuration`: Lambda's own GetFunctionConfiguration.
    """

    def __init__(
        self,
        logical_id: str,
        configuration: Mapping[str, Any],
        *,
        code: Path,
        role: Role,
        log_group: str,
        account: str,
        region: str,
        clock: Clock,
        calls: Calls,
    ) -> None:
        self.logical_id = logical_id
        self.name: str = configuration["FunctionName"]
        self.arn: str = configuration["FunctionArn"]
        self.timeout: int = configuration["Timeout"]
        self.memory = str(configuration["MemorySize"])
        self.environment: Mapping[str, str] = configuration.get("Environment", {}).get(
            "Variables", {}
        )
        self.role = role
        self.log_group = log_group
        self.clock = clock
        self.container = uuid.uuid4().hex
        self._entry: str = configuration["Handler"]
        self._code = code
        self._account = account
        self._region = region
        self._calls = calls
        self._module: Any = None
        self._loading = threading.Lock()
        self._logs = f"arn:aws:logs:{region}:{account}:log-group:{log_group}:log-stream:new"

    def cold_start(self) -> None:
        """Forget the loaded module; the next invocation loads it again."""
        self._module = None
        self.container = uuid.uuid4().hex

    def invoke(self, event: Any, request_id: str) -> Any:
        """Run the handler and give its response, both as JSON carries them.

        Raises what the handler raises, TimedOut when it took too long, and NotAllowed when the
        function could not even write its logs.
        """
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            if not self.role.allows(action, self._logs):
                raise NotAllowed(self.role.name, action, self._logs)
        invocation = Running(
            self.logical_id, request_id, self.role, self._calls, self._region, self._account
        )
        token = running.set(invocation)
        try:
            handler = self._load()
            context = Context(self, request_id, self.clock.now())
            response = handler(msgspec.json.decode(msgspec.json.encode(event)), context)
            if not context.get_remaining_time_in_millis():
                raise TimedOut(f"{self.logical_id} timed out after {self.timeout} s")
            return json.loads(json.dumps(response))
        finally:
            running.reset(token)

    @property
    def module(self) -> Any:
        """The loaded module of the present container."""
        with self._loading:
            if self._module is None:
                name = self._entry.rsplit(".", 1)[0].replace(".", "/")
                self._module = _fresh_module(self._code, f"{name}.py", self.logical_id)
            return self._module

    def _load(self) -> Callable[[Any, Any], Any]:
        attribute = self._entry.rsplit(".", 1)[1]
        handler: Callable[[Any, Any], Any] | None = getattr(self.module, attribute, None)
        if handler is None:
            raise DeployError(f"{self.logical_id}: {self._entry} does not exist")
        return handler


def _fresh_module(code: Path, file: str, logical_id: str) -> Any:
    path = code / file
    # Named after the function and a number: no two containers share a module.
    name = f"_embedded_{logical_id}_{next(_number)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise DeployError(f"{logical_id}: no handler at {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(code))
    try:
        exec(_compiled(path, path.stat().st_mtime_ns), module.__dict__)  # noqa: S102 (an import)
    except BaseException:
        del sys.modules[name]
        raise
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(code))
    return module


@cache
def _compiled(path: Path, _changed: int) -> CodeType:
    """The code of a handler, compiled once however many containers load it."""
    return compile(path.read_bytes(), path, "exec", dont_inherit=True)
