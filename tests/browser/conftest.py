"""A browser for the tests that need one: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import importlib.util
import os
import shutil

import pytest

MUST_RUN = os.environ.get("CI", "").lower() in ("1", "true", "yes")

if MUST_RUN and not importlib.util.find_spec("playwright"):
    raise pytest.UsageError("CI is set, and the package playwright is not installed")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of chromium. Without it tests are skipped, except where CI is said to run them."""
    path = shutil.which("chromium")
    if path:
        return path
    reason = "there is no chromium (on Debian: apt-get install chromium)"
    if MUST_RUN:
        pytest.fail(reason)
    pytest.skip(reason)
