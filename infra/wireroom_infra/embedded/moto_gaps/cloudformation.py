"""Resource types that moto's CloudFormation lacks, and values that it gets wrong.

A type of a service that has a module of its own here is registered there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import moto.iam.models as iam_models
import moto.logs.models as logs_models
from moto.core.common_models import CloudFormationModel

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION
from wireroom_infra.embedded.moto_gaps.without_ec2 import models, parsing

# Types that nothing in the embedded AWS needs more of than a name and the attributes given here.
# Any other type that moto does not know fails the deployment: moto itself only warns.
INERT: dict[str, tuple[str, ...]] = {
    "AWS::CloudFront::CachePolicy": ("Id",),
    "AWS::CloudFront::Function": ("FunctionARN",),
    "AWS::CloudFront::OriginAccessControl": ("Id",),
    "AWS::CloudFront::ResponseHeadersPolicy": ("Id",),
    "AWS::SNS::Subscription": (),
    "AWS::SNS::TopicPolicy": (),
}

_kept: list[Any] = []


class Deployed:
    """What CloudFormation keeps of a resource: its `Ref`, and what `Fn::GetAtt` answers."""

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.physical_resource_id = name
        self.attributes = attributes

    def has_cfn_attr(self, attribute: str) -> bool:
        return attribute in self.attributes

    def get_cfn_attribute(self, attribute: str) -> str:
        return self.attributes[attribute]

    def is_created(self) -> bool:
        return True


Create = Callable[[str, dict[str, Any]], Deployed | None]


def apply() -> None:
    """Correct moto; called once per process."""
    for kind, attributes in INERT.items():
        register(kind, _inert(kind, attributes), attributes)
    _refuse_unknown_types()
    _values()
    # What SAM made of the template is JSON. moto takes it for YAML, and half a second to read it.
    models.Stack.parse_template = staticmethod(json.loads)


def register(
    kind: str, create: Create, attributes: Iterable[str] = (), *, name_property: str = ""
) -> None:
    """A type whose resources `create(name, properties)` makes.

    `create` returns None where the name is all that CloudFormation needs. `name_property`: where
    the resource's own name stands among its properties.
    """

    def create_from_cloudformation_json(
        _cls: Any, /, name: str, resource: dict[str, Any], *_: Any, **__: Any
    ) -> Deployed:
        return create(name, resource["Properties"]) or Deployed(name, {})

    type(
        kind.replace("::", ""),
        (CloudFormationModel,),
        {
            "cloudformation_type": staticmethod(lambda: kind),
            "cloudformation_name_type": staticmethod(lambda: name_property),
            "has_cfn_attr": classmethod(lambda cls, attribute: attribute in attributes),
            "create_from_cloudformation_json": classmethod(create_from_cloudformation_json),
        },
    )
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    # moto lists subclasses, which Python holds weakly.
    _kept.append(CloudFormationModel.__subclasses__()[-1])


def _inert(kind: str, attributes: Iterable[str]) -> Create:
    def create(name: str, _properties: dict[str, Any]) -> Deployed:
        short = kind.rsplit("::", 1)[-1].lower()
        values = {
            "Id": name,
            "Arn": f"arn:aws:{kind.split('::')[1].lower()}:{REGION}:{ACCOUNT}:{short}:{name}",
            "FunctionARN": f"arn:aws:cloudfront::{ACCOUNT}:function/{name}",
        }
        return Deployed(name, {a: values[a] for a in attributes})

    return create


def _refuse_unknown_types() -> None:
    known = parsing.resource_class_from_type

    def resource_class_from_type(resource_type: str) -> Any:
        found = known(resource_type)
        if found is None:
            raise DeployError(f"the embedded AWS does not know the type {resource_type}")
        return found

    parsing.resource_class_from_type = resource_class_from_type


def _values() -> None:
    # The Arn of a log group covers its streams; moto leaves that off.
    logs_models.LogGroup.get_cfn_attribute = lambda self, _attribute: f"{self.arn}:*"
    # moto keeps the policies of a role as Python values, and then can't show them as JSON.
    put_policy = iam_models.Role.put_policy
    iam_models.Role.put_policy = lambda self, name, policy: put_policy(
        self, name, policy if isinstance(policy, str) else json.dumps(policy)
    )
