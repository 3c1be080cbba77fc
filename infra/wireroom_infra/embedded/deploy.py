"""template.yaml → what CloudFormation takes → a stack in moto.

The SAM part is aws-sam-translator's, as in AWS. Code stays where it is: what is uploaded in its
place is an empty archive, and the folder is remembered for functions.py to load.
"""

from __future__ import annotations

import functools
import io
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from msgspec import Struct
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from wireroom_infra.embedded.errors import DeployError
from wireroom_infra.embedded.moto_gaps.core import REGION

_CODE_BUCKET = "embedded-code"
_CODE_KEY = "empty.zip"


class Translated(Struct, frozen=True):
    """`body`: the CloudFormation template as JSON. `code`: function's logical id → its folder;
    `layers`: folders of layers."""

    body: str
    code: Mapping[str, Path]
    layers: tuple[Path, ...]


class Stack(Struct, frozen=True):
    """A deployed stack. `ids`: logical id → physical id; `names`: the other way round."""

    outputs: Mapping[str, str]
    ids: Mapping[str, str]
    names: Mapping[str, str]


class _NoManagedPolicies:
    """SAM's translator asks IAM for these; this template uses none of them by name."""

    def load(self) -> dict[str, str]:
        return {}


def translate(template: Path) -> Translated:
    """Translate a SAM template. Raises DeployError with what SAM says is wrong.

    Cached by content for the process, as tests deploy the same template again and again.
    """
    return _translate(template.read_text(encoding="utf-8"), template.parent)


@functools.lru_cache(maxsize=16)
def _translate(source: str, folder: Path) -> Translated:
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of its own metrics
    parsed = yaml_parse(source)
    code: dict[str, Path] = {}
    layers: list[Path] = []
    uri = f"s3://{_CODE_BUCKET}/{_CODE_KEY}"
    for name, resource in parsed["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            code[name] = folder / properties["CodeUri"]
            properties["CodeUri"] = uri
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            layers.append(folder / properties["ContentUri"])
            properties["ContentUri"] = uri
    try:
        with patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}):
            translated = transform(parsed, {}, _NoManagedPolicies())
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise DeployError(f"{error.message} {causes}") from error
    return Translated(body=json.dumps(translated), code=code, layers=tuple(layers))


def create_stack(
    client: Any,
    s3: Any,
    translated: Translated,
    *,
    name: str,
    region: str,
    parameters: Mapping[str, str],
) -> Stack:
    """Create the stack and wait for it. `client`, `s3`: boto3 clients. Raises DeployError."""
    s3.create_bucket(Bucket=_CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=_CODE_BUCKET, Key=_CODE_KEY, Body=_empty_zip())
    try:
        client.create_stack(
            StackName=name,
            TemplateBody=translated.body,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        )
    except DeployError:
        raise
    except Exception as error:  # moto raises what each of its services happens to raise
        raise DeployError(f"the stack can't be created: {error}") from error
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        raise DeployError(f"the stack is {stack['StackStatus']}")
    described = client.describe_stack_resources(StackName=name)["StackResources"]
    # moto lists a resource whose condition is false, without a name.
    resources = [r for r in described if "LogicalResourceId" in r]
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}
    return Stack(
        outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
        ids=ids,
        names={physical: logical for logical, physical in ids.items()},
    )


def _empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("empty"), b"")
    return buffer.getvalue()
