"""Other people's programs that tests use: `make tools` brings them into build/.

They are fetched to test with and are no part of Wireroom: each as one npm package, whose hash is
pinned; or with those that it needs, whose hashes are in a package-lock.json.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parents[1]
BUILD = TESTS.parent / "build" / "tools"
SECONDS = 300  # for one download
# Where this is set, what a test needs must be there.
MUST_RUN = os.environ.get("CI", "").lower() in ("1", "true", "yes")


class Tool(NamedTuple):
    """`file`: what is used of the package. `sha256`: of the package as npm packs it; "" for one
    that is installed by the lock file in the folder `lock`. `command`: what it is run with.
    `always`: CI fails without it."""

    package: str
    version: str
    file: str
    sha256: str = ""
    lock: Path = TESTS
    command: str = ""
    always: bool = False

    @property
    def path(self) -> Path:
        return BUILD / f"{self.package}-{self.version}" / self.file


AXE = Tool(
    "axe-core",
    "4.14.1",
    "axe.min.js",
    "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
)
VNU = Tool(
    "vnu-jar",
    "26.9.27",
    "build/dist/vnu.jar",
    "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7",
    command="java",
)
LIGHTHOUSE = Tool(
    "lighthouse",
    "12.8.2",
    "node_modules/lighthouse/cli/index.js",
    lock=TESTS / "browser" / "lighthouse",
    command="node",
)
# The last release that runs on the node of Debian 12.
OIDC_PROVIDER = Tool(
    "oidc-provider",
    "8.8.1",
    "node_modules/oidc-provider/lib/index.js",
    lock=TESTS / "desk" / "oidc-provider",
    command="node",
    always=True,
)
TOOLS = (AXE, VNU, LIGHTHOUSE, OIDC_PROVIDER)


def needed(tool: Tool) -> Path:
    """The tool's file. Skips the test that asks for it where it is not there."""
    missing = ""
    if tool.command and not shutil.which(tool.command):
        missing = f"{tool.package} needs {tool.command}, which is not installed"
    elif not tool.path.exists():
        missing = f"{tool.package} is not in build: `make tools` fetches it, with npm"
    if missing and tool.always and MUST_RUN:
        pytest.fail(f"CI is set, and {missing}")
    if missing:
        pytest.skip(missing)
    return tool.path


def fetch(tool: Tool) -> str:
    """Bring the tool into build; gives "" or why it could not be had. Raises ValueError for a
    package that is not the one whose hash is pinned."""
    if tool.path.exists():
        return ""
    if not shutil.which("npm"):
        return "npm is missing (Debian: nodejs npm)"
    target = BUILD / f"{tool.package}-{tool.version}"
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        if tool.sha256:
            _pack(tool, unfinished)
        else:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(tool.lock / name, unfinished)
            _npm(unfinished, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"npm could not fetch it: {error}"
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)
    return ""


def _pack(tool: Tool, folder: Path) -> None:
    _npm(folder, "pack", f"{tool.package}@{tool.version}")
    (package,) = folder.glob("*.tgz")
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != tool.sha256:
        raise ValueError(f"{package.name} has the hash {found}, expected {tool.sha256}")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    package.unlink()
    for each in (folder / "package").iterdir():
        each.rename(folder / each.name)


def _npm(folder: Path, *arguments: str) -> None:
    command = ["npm", *arguments, "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)


def main() -> None:
    for tool in TOOLS:
        reason = fetch(tool)
        if reason:
            sys.stderr.write(f"=== SKIPPED: tests with {tool.package}: {reason} ===\n")


if __name__ == "__main__":
    main()
