"""A browser for the tests that need one: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.browser.published import Published, sample_sites
from tests.browser.tools import MUST_RUN

if TYPE_CHECKING:
    from tests.browser.browsing import Chromium
    from tests.conftest import SharedStack

if MUST_RUN and not importlib.util.find_spec("playwright"):
    raise pytest.UsageError("CI is set, and the package playwright is not installed")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """A running Chromium, which paints nothing."""
    with _running(paints=False) as found:
        yield found


@pytest.fixture(scope="session")
def painter() -> Iterator[Chromium]:
    """A running Chromium that paints the page in front."""
    with _running(paints=True) as found:
        yield found


@contextmanager
def _running(*, paints: bool) -> Iterator[Chromium]:
    """Without a Chromium tests are skipped, except where CI is said to run them."""
    path = shutil.which("chromium")
    if path:
        from tests.browser.browsing import Chromium  # its package may not be installed

        with closing(Chromium(path, paints=paints)) as found:
            yield found
        return
    reason = "there is no chromium (on Debian: apt-get install chromium)"
    if MUST_RUN:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def sites(shared_stack: SharedStack) -> Iterator[Mapping[str, Published]]:
    """Locale → the sample site in it."""
    aws = shared_stack.start()
    aws.reset()
    with sample_sites(aws) as found:
        yield found
