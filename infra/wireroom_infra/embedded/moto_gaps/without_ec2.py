"""moto's CloudFormation, imported without the data of EC2.

It imports the models of every service, and EC2's read megabytes of JSON: all instance types of all
regions, and three times the list of regions. That was a third of the time in which `wireroom build`
starts. No template of Wireroom has anything of EC2.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import boto3
from moto.utilities import utils

_regions, _resource = boto3.Session.get_available_regions, utils.load_resource


def _few_regions(session: Any, service_name: str, *args: Any, **more: Any) -> Any:
    return [] if service_name == "ec2" else _regions(session, service_name, *args, **more)


def _no_resource(resource: str) -> Any:
    return {} if resource.startswith("ec2/") else _resource(resource)


with (
    patch.object(boto3.Session, "get_available_regions", _few_regions),
    patch.object(utils, "load_resource", _no_resource),
):
    from moto.cloudformation import models, parsing

__all__ = ["models", "parsing"]
