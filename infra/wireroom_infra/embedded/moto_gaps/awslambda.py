"""moto's Lambda: types that it can't deploy, and invocations that it must not make by itself."""

from __future__ import annotations

from typing import Any

import moto.awslambda.models as lambda_models
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import sqs_backends

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.cloudformation import Deployed, register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::Lambda::EventInvokeConfig", _create_event_invoke_config)
    register("AWS::Lambda::Url", _create_function_url, ("FunctionArn", "FunctionUrl"))
    _values()
    _event_sources()


def log_group(function_name: str) -> str:
    """The log group that a function writes to."""
    group: str = (
        lambda_models.lambda_backends[ACCOUNT][REGION].get_function(function_name).log_group
    )
    return group


def _create_event_invoke_config(_name: str, properties: dict[str, Any]) -> None:
    config = {k: v for k, v in properties.items() if k not in ("FunctionName", "Qualifier")}
    lambda_models.lambda_backends[ACCOUNT][REGION].put_function_event_invoke_config(
        properties["FunctionName"], config
    )


def _create_function_url(_name: str, properties: dict[str, Any]) -> Deployed:
    arn = properties["TargetFunctionArn"]
    backend = lambda_models.lambda_backends[ACCOUNT][REGION]
    found = backend.create_function_url_config(arn, {"AuthType": properties["AuthType"]})
    # AWS's ends in a slash: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    return Deployed(arn, {"FunctionArn": arn, "FunctionUrl": f"{found.url}/"})


def _values() -> None:
    # Ref of a layer is its version's ARN; moto has none.
    lambda_models.LayerVersion.physical_resource_id = property(lambda self: self.arn)
    # A permission has no name of its own in moto.
    lambda_models.Permission.physical_resource_id = property(lambda self: f"permission-{id(self)}")
    # moto drops where a function logs to.
    create = lambda_models.LambdaFunction.create_from_cloudformation_json.__func__

    def create_function(
        cls: Any, name: str, resource: dict[str, Any], *rest: Any, **kw: Any
    ) -> Any:
        function = create(cls, name, resource, *rest, **kw)
        group = resource["Properties"].get("LoggingConfig", {}).get("LogGroup")
        function.log_group = group or f"/aws/lambda/{function.function_name}"
        return function

    lambda_models.LambdaFunction.create_from_cloudformation_json = classmethod(create_function)


def _event_sources() -> None:
    # moto invokes event sources inside SendMessage and PutItem, in a Docker container, whatever
    # the batch size: the driver does it instead.
    backend = lambda_models.LambdaBackend
    create = backend.create_event_source_mapping

    def create_event_source_mapping(self: Any, spec: dict[str, Any]) -> Any:
        mapping = create(self, spec)
        if mapping is None:  # moto answers an unknown source with nothing at all
            raise DeployError(f"no event source has the ARN {spec['EventSourceArn']}")
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue.lambda_event_source_mappings.clear()
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.lambda_event_source_mappings.clear()
        return mapping

    backend.create_event_source_mapping = create_event_source_mapping
