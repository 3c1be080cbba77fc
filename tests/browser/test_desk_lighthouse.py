"""Lighthouse at the desk: accessibility and best practices, on a phone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_desk import STORY, at
from tests.browser.tools import LIGHTHOUSE, needed

if TYPE_CHECKING:
    from tests.browser.test_desk import At

__all__ = ["at"]  # a fixture
pytestmark = pytest.mark.slow

SEVERAL = Path(__file__).parent / "lighthouse" / "several.mjs"
SCREENS = ("/", f"{STORY}/body", "/settings/feed")  # a list, an editor, a long form
HUNDRED = {"accessibility": 1, "best-practices": 1}


@pytest.mark.usefixtures("chromium")  # skipped where there is none
def test_lighthouse_gives_the_desk_two_hundreds(at: At) -> None:
    packages = needed(LIGHTHOUSE).parents[2]
    headers = {"Cookie": f"{at.chief['name']}={at.chief['value']}"}
    addresses = [f"{at.address}{path}" for path in SCREENS]
    told = json.dumps({"addresses": addresses, "headers": headers})
    ran = subprocess.run(
        ["node", str(SEVERAL), str(packages), told],
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
        stdout=subprocess.PIPE,
        timeout=180,
        check=True,
    )
    found = json.loads(ran.stdout)
    assert {name: each["lost"] for name, each in found.items() if each["marks"] != HUNDRED} == {}
    assert set(found) == set(addresses)
