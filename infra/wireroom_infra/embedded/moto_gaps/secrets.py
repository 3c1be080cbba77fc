"""moto's Secrets Manager and Parameter Store: what was deployed, and what was put there since."""

from __future__ import annotations

import json
import secrets
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from wireroom_infra.embedded.moto_gaps.cloudformation import Deployed, register
from wireroom_infra.embedded.moto_gaps.core import ACCOUNT, REGION

_deployed: set[str] = set()


def apply() -> None:
    """Correct moto; called once per process."""
    register("AWS::SecretsManager::Secret", _create_secret)


def empty() -> None:
    """No parameter, and no secret but those of the stack."""
    stored = secretsmanager_backends[ACCOUNT][REGION].secrets
    for name in [secret.name for secret in stored.values()]:
        if name not in _deployed:
            stored.pop(name)
    ssm_backends[ACCOUNT][REGION]._parameters.clear()


def _create_secret(name: str, properties: dict[str, Any]) -> Deployed:
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
    _deployed.add(properties.get("Name", name))
    return Deployed(json.loads(made)["ARN"], {})  # Ref of a secret is its ARN
