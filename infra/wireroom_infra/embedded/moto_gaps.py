"""Where moto is not AWS, corrected in this one place; each correction says why.

What DynamoDB needs is in moto_dynamodb.py beside it.

`apply()` is called once per process, before the first deployment. What it changes holds for the
process: moto's state is one per process as well.
"""

from __future__ import annotations

import functools
import json
import logging
import math
import secrets
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import moto.awslambda.models as lambda_models
import moto.cloudformation.parsing as cloudformation
import moto.core.botocore_stubber as stubber
import moto.core.models as moto_models
import moto.events.models as events_models
import moto.iam.models as iam_models
import moto.logs.models as logs_models
import moto.scheduler.models as scheduler_models
import moto.sqs.models as sqs_models
from moto.core.common_models import BaseModel, CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import ThreadedMotoServer
from moto.ssm.models import ssm_backends

from wireroom_infra.embedded import moto_dynamodb
from wireroom_infra.embedded.clock import patch_moto
from wireroom_infra.embedded.errors import DeployError

ACCOUNT = "123456789012"
REGION = "eu-west-1"

# One call at a time: moto checks an S3 If-Match and stores the object in two steps, and its
# backends are plain dictionaries. In AWS each of these is atomic.
lock = threading.RLock()

# Types that nothing in the embedded AWS needs more of than a name and the attributes given here.
# Any other type that moto does not know fails the deployment: moto itself only warns.
INERT: dict[str, tuple[str, ...]] = {
    "AWS::CloudFront::CachePolicy": ("Id",),
    "AWS::CloudFront::Distribution": ("Id", "DomainName"),
    "AWS::CloudFront::Function": ("FunctionARN",),
    "AWS::CloudFront::OriginAccessControl": ("Id",),
    "AWS::CloudFront::ResponseHeadersPolicy": ("Id",),
    "AWS::CloudWatch::Alarm": ("Arn",),
    "AWS::SNS::Subscription": (),
    "AWS::SNS::TopicPolicy": (),
}
# Attributes of the types that are made here and are more than a name.
ATTRIBUTES = {"AWS::Lambda::Url": ("FunctionArn", "FunctionUrl")}


@functools.cache
def apply() -> None:
    """Correct moto. Idempotent."""
    _types_that_cloudformation_lacks()
    _values_that_cloudformation_gets_wrong()
    _what_lambda_does_by_itself()
    _time()
    _atomic_calls()
    _memory()
    moto_dynamodb.apply()


# --- CloudFormation -----------------------------------------------------------------------------


def _types_that_cloudformation_lacks() -> None:
    for kind, attributes in INERT.items():
        _register(kind, _inert(kind, attributes))
    _register("AWS::Scheduler::Schedule", _create_schedule)
    _register("AWS::Lambda::EventInvokeConfig", _create_event_invoke_config)
    _register("AWS::Lambda::Url", _create_function_url)
    _register("AWS::SecretsManager::Secret", _create_secret)
    _register("AWS::SQS::QueuePolicy", _create_queue_policy)
    _register("AWS::S3::BucketPolicy", _create_bucket_policy)
    known = cloudformation.resource_class_from_type

    def resource_class_from_type(resource_type: str) -> Any:
        found = known(resource_type)
        if found is None:
            raise DeployError(f"the embedded AWS does not know the type {resource_type}")
        return found

    cloudformation.resource_class_from_type = resource_class_from_type


class _Deployed:
    """What CloudFormation keeps of a resource of a type that is registered here."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.physical_resource_id = name
        self.attributes = attributes

    def has_cfn_attr(self, attribute: str) -> bool:
        return attribute in self.attributes

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.attributes[attribute]

    def is_created(self) -> bool:
        return True


def _register(kind: str, create: Any) -> None:
    """A CloudFormation type whose resources `create(name, properties)` makes."""

    def create_from_cloudformation_json(
        _cls: Any, /, name: str, resource: dict[str, Any], *_: Any, **__: Any
    ) -> _Deployed:
        made = create(name, resource["Properties"])
        return made if isinstance(made, _Deployed) else _Deployed(name, {})

    type(
        kind.replace("::", ""),
        (CloudFormationModel,),
        {
            "cloudformation_type": staticmethod(lambda: kind),
            "cloudformation_name_type": staticmethod(
                lambda: "Name" if kind == "AWS::Scheduler::Schedule" else ""
            ),
            "has_cfn_attr": classmethod(
                lambda cls, attribute: attribute in INERT.get(kind, ATTRIBUTES.get(kind, ()))
            ),
            "create_from_cloudformation_json": classmethod(create_from_cloudformation_json),
        },
    )
    cloudformation.get_model_list.cache_clear()
    cloudformation.get_model_map.cache_clear()
    cloudformation.get_name_type_map.cache_clear()
    # moto lists subclasses, which Python holds weakly.
    _kept.append(CloudFormationModel.__subclasses__()[-1])


_kept: list[Any] = []
_deployed_secrets: set[str] = set()


def _inert(kind: str, attributes: Iterable[str]) -> Any:
    def create(name: str, properties: dict[str, Any]) -> _Deployed:
        short = kind.rsplit("::", 1)[-1].lower()
        values = {
            "Id": name,
            "Arn": f"arn:aws:{kind.split('::')[1].lower()}:{REGION}:{ACCOUNT}:{short}:{name}",
            "FunctionARN": f"arn:aws:cloudfront::{ACCOUNT}:function/{name}",
            "DomainName": f"{name.lower()}.cloudfront.net",
        }
        return _Deployed(name, {a: values[a] for a in attributes})

    return create


def _create_schedule(name: str, properties: dict[str, Any]) -> None:
    scheduler_models.scheduler_backends[ACCOUNT][REGION].create_schedule(
        name=name,
        group_name=properties.get("GroupName", "default"),
        description=properties.get("Description", ""),
        schedule_expression=properties["ScheduleExpression"],
        schedule_expression_timezone=properties.get("ScheduleExpressionTimezone", "UTC"),
        flexible_time_window=properties["FlexibleTimeWindow"],
        target=properties["Target"],
        state=properties.get("State", "ENABLED"),
        start_date=properties.get("StartDate"),
        end_date=properties.get("EndDate"),
        kms_key_arn=properties.get("KmsKeyArn"),
        action_after_completion=None,
    )


def _create_event_invoke_config(_name: str, properties: dict[str, Any]) -> None:
    config = {k: v for k, v in properties.items() if k not in ("FunctionName", "Qualifier")}
    lambda_models.lambda_backends[ACCOUNT][REGION].put_function_event_invoke_config(
        properties["FunctionName"], config
    )


def _create_function_url(_name: str, properties: dict[str, Any]) -> _Deployed:
    arn = properties["TargetFunctionArn"]
    backend = lambda_models.lambda_backends[ACCOUNT][REGION]
    found = backend.create_function_url_config(arn, {"AuthType": properties["AuthType"]})
    # AWS's ends in a slash: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    return _Deployed(arn, {"FunctionArn": arn, "FunctionUrl": f"{found.url}/"})


def _create_secret(name: str, properties: dict[str, Any]) -> _Deployed:
    content = properties.get("SecretString")
    wanted = properties.get("GenerateSecretString")
    if wanted is not None:
        content = secrets.token_hex(wanted.get("PasswordLength", 32))[: wanted["PasswordLength"]]
    made = secretsmanager_backends[ACCOUNT][REGION].create_secret(
        name=properties.get("Name", name),
        secret_string=content,
        secret_binary=None,
        description=properties.get("Description"),
        tags=None,
        kms_key_id=None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
    _deployed_secrets.add(properties.get("Name", name))
    return _Deployed(json.loads(made)["ARN"], {})  # Ref of a secret is its ARN


def _create_queue_policy(_name: str, properties: dict[str, Any]) -> None:
    for url in properties["Queues"]:
        queue = sqs_models.sqs_backends[ACCOUNT][REGION].get_queue(url.rsplit("/", 1)[-1])
        queue.policy = json.dumps(properties["PolicyDocument"])


def _create_bucket_policy(_name: str, properties: dict[str, Any]) -> None:
    # moto's own enforcement ignores principals and conditions, so the policy stays with its bucket
    # for callers to read, by its own name.
    bucket = s3_backends[ACCOUNT]["aws"].get_bucket(properties["Bucket"])
    bucket.deployed_policy = properties["PolicyDocument"]


def _values_that_cloudformation_gets_wrong() -> None:
    # Ref of a bus is its name; moto has no physical id, so its ARN shows through.
    events_models.EventBus.physical_resource_id = property(lambda self: self.name)
    # Ref of a layer is its version's ARN; moto has none.
    lambda_models.LayerVersion.physical_resource_id = property(lambda self: self.arn)
    # A permission has no name of its own in moto.
    lambda_models.Permission.physical_resource_id = property(lambda self: f"permission-{id(self)}")
    # The Arn of a log group covers its streams; moto leaves that off.
    logs_models.LogGroup.get_cfn_attribute = lambda self, _attribute: f"{self.arn}:*"
    # moto keeps the policies of a role as Python values, and then can't show them as JSON.
    put_policy = iam_models.Role.put_policy
    iam_models.Role.put_policy = lambda self, name, policy: put_policy(
        self, name, policy if isinstance(policy, str) else json.dumps(policy)
    )
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


# --- services -----------------------------------------------------------------------------------


def _what_lambda_does_by_itself() -> None:
    # moto invokes event sources inside SendMessage and PutItem, in a Docker container, whatever
    # the batch size: the driver does it instead.
    backend = lambda_models.LambdaBackend
    create = backend.create_event_source_mapping

    def create_event_source_mapping(self: Any, spec: dict[str, Any]) -> Any:
        mapping = create(self, spec)
        if mapping is None:  # moto answers an unknown source with nothing at all
            raise DeployError(f"no event source has the ARN {spec['EventSourceArn']}")
        for queue in sqs_models.sqs_backends[ACCOUNT][REGION].queues.values():
            queue.lambda_event_source_mappings.clear()
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.lambda_event_source_mappings.clear()
        return mapping

    backend.create_event_source_mapping = create_event_source_mapping

    # A receive that waits would hold the lock that everything else needs.
    receive = sqs_models.SQSBackend.receive_message

    def receive_message(self: Any, queue: str, count: int, _wait: int, *rest: Any) -> Any:
        return receive(self, queue, count, 0, *rest)

    sqs_models.SQSBackend.receive_message = receive_message


def _time() -> None:
    patch_moto()
    # moto has a message visible only after its time: with a clock that stands still, never.
    sqs_models.Message.visible = property(
        lambda self: sqs_models.unix_time_millis() >= self.visible_at
    )


def _atomic_calls() -> None:
    process = stubber.BotocoreStubber.process_request

    def process_request(self: Any, request: Any) -> Any:
        with lock:
            response = process(self, request)
        if response is None and urlsplit(request.url).hostname not in ("127.0.0.1", "localhost"):
            # moto lets what it does not know go out to the network.
            raise ConnectionError(f"the embedded AWS does not answer for {request.url}")
        return response

    stubber.BotocoreStubber.process_request = process_request
    call = DomainDispatcherApplication.__call__

    def locked(self: Any, environ: Any, start_response: Any) -> Any:
        with lock:
            return call(self, environ, start_response)

    DomainDispatcherApplication.__call__ = locked
    # moto registers 1,300 patterns at each start for users of `requests`, of which there are none.
    moto_models.RESPONSES_METHODS.clear()


def serve(port: int) -> ThreadedMotoServer:
    """moto's server on 127.0.0.1, over the same backends and under the same lock.

    `port` 0 takes a free one; `get_host_and_port` of what is returned says which.
    """
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it logs each request
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    return server


def _memory() -> None:
    # moto keeps every instance of every model for ever, to reset them; this driver does not need
    # it, and `wireroom up` runs for days.
    BaseModel.__new__ = staticmethod(lambda cls, *_args, **_kwargs: object.__new__(cls))


# --- looking inside -----------------------------------------------------------------------------


def messages(queue_arn: str) -> list[Any]:
    """All messages of a queue, visible or not, without receiving them."""
    with lock:
        return list(_queue(queue_arn)._messages)


def next_visible(queue_arn: str) -> datetime | None:
    """When the first message that is now invisible or delayed can be received."""
    times = [
        max(m.visible_at, m.delayed_until)
        for m in messages(queue_arn)
        if m.delayed or not m.visible
    ]
    # visible_at is in float milliseconds: round up, so that the message really is visible then.
    return datetime.fromtimestamp(math.ceil(min(times)) / 1000, UTC) if times else None


def queue_policy(queue_arn: str) -> str | None:
    """The queue's own policy, as JSON."""
    policy: str | None = _queue(queue_arn).policy
    return policy


def log_group(function_name: str) -> str:
    """The log group that a function writes to."""
    group: str = (
        lambda_models.lambda_backends[ACCOUNT][REGION].get_function(function_name).log_group
    )
    return group


def forget_records(table_name: str, before: str) -> None:
    """Drop stream records older than a sequence number: moto keeps them for ever."""
    with lock:
        shard = dynamodb_backends[ACCOUNT][REGION].get_table(table_name).stream_shard
        count = int(before) - shard.starting_sequence_number
        if count > 0:
            del shard.items[:count]
            shard.starting_sequence_number += count
        dynamodbstreams_backends[ACCOUNT][REGION].shard_iterators.clear()


def empty() -> None:
    """Empty every table, bucket, queue and stream; what was deployed stays."""
    with lock:
        stored = secretsmanager_backends[ACCOUNT][REGION].secrets
        for name in [secret.name for secret in stored.values()]:
            if name not in _deployed_secrets:
                stored.pop(name)
        ssm_backends[ACCOUNT][REGION]._parameters.clear()
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.items.clear()
            shard = table.stream_shard
            if shard is not None:
                # Numbers go on, so that a sequence number never comes back.
                shard.starting_sequence_number += len(shard.items)
                shard.items.clear()
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()
            bucket.multiparts.clear()
        for queue in sqs_models.sqs_backends[ACCOUNT][REGION].queues.values():
            queue._messages.clear()
            queue._pending_messages.clear()
            queue.deleted_messages.clear()


def _queue(queue_arn: str) -> Any:
    name = queue_arn.rsplit(":", 1)[-1]
    queue = sqs_models.sqs_backends[ACCOUNT][REGION].queues.get(name)
    if queue is None:
        raise DeployError(f"no queue has the ARN {queue_arn}")
    return queue
