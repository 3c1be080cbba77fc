from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import SharedStack
from tests.desk.browser import Browser, settings
from tests.desk.issuer import Issuer
from tests.pipeline.world import World, prepared
from wireroom_infra.embedded import EmbeddedAWS


@pytest.fixture
def issuer(shared_stack: SharedStack, aws: EmbeddedAWS) -> Issuer:
    """The identity provider that the stack's desk knows, honest at first."""
    shared_stack.issuer.reset()
    return shared_stack.issuer


@pytest.fixture
def world(aws: EmbeddedAWS, issuer: Issuer) -> World:
    """A newsroom whose desk has a chief, an editor and readers, and no story."""
    return prepared(aws, _staffed(issuer))


_prepare: dict[Issuer, Callable[[World], None]] = {}


def _staffed(issuer: Issuer) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.apply(settings(issuer))

    return _prepare.setdefault(issuer, prepare)


@pytest.fixture
def browser(world: World, issuer: Issuer) -> Browser:
    """Nobody is signed in."""
    return Browser(world, issuer)


@pytest.fixture
def editor(browser: Browser) -> Browser:
    """asha@harbour.example, an editor, is signed in."""
    assert browser.sign_in().status == 303
    return browser
