"""These need DynamoDB Local: only `make parity` runs them."""

from __future__ import annotations

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    return None if config.pluginmanager.has_plugin("tests.parity.plugin") else True
