"""A browser for the tests that need one: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.browsing import Chromium

MUST_RUN = os.environ.get("CI", "").lower() in ("1", "true", "yes")

if MUST_RUN and not importlib.util.find_spec("playwright"):
    raise pytest.UsageError("CI is set, and the package playwright is not installed")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A running Chromium. Without one tests are skipped, except where CI is said to run them."""
    path = shutil.which("chromium")
    if path:
        from tests.browser.browsing import Chromium  # its package may not be installed

        found = Chromium(path)
        yield found
        found.close()
        return
    reason = "there is no chromium (on Debian: apt-get install chromium)"
    if MUST_RUN:
        pytest.fail(reason)
    pytest.skip(reason)
