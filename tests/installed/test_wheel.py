"""Wireroom as `pip install` brings it, away from any checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow  # left out of `make check`

ROOT = Path(__file__).parents[2]
CARRIED = (
    *("functions/*/app.py", "functions/desk/desk/*.py", "functions/desk/desk/*/*"),
    *("sample/site.toml", "sample/stories/*", "template.yaml"),
)
FEED = """\
<rss version="2.0"><channel><title>Small wire</title>
<item><title>Gates opened</title><guid>urn:1</guid>
<description>The gates were opened at night.</description></item>
</channel></rss>
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the sources, where no earlier build has left anything."""
    source, out = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "template.yaml"):
        shutil.copy(ROOT / name, source)
    for name in ("functions", "infra", "sample", "shared"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    pip("wheel", "--no-deps", "--wheel-dir", str(out), str(source))
    (built,) = out.glob("*.whl")
    return built


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def installed(wheel: Path, folder: Path) -> Path:
    """The programs of a new environment with nothing but `wheel` and what it says that it needs.

    The latter are links to this environment's: to unpack them once more takes half a minute. A
    requirement that is not met here, or met by another version, is an error.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    for needed in requirements(wheel):
        for name in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
            (packages / name).symlink_to(Path(str(needed.locate_file(name))))
    arguments = ("--no-deps", "--no-index", "--no-compile", str(wheel))
    pip("--python", str(python), "install", *arguments)
    return python.parent


def requirements(wheel: Path) -> list[Distribution]:
    """The packages that `wheel` requires, and all that those require."""
    archive = zipfile.Path(wheel)
    (metadata,) = (each for each in archive.iterdir() if each.name.endswith(".dist-info"))
    found: dict[tuple[str, str], Distribution] = {}
    waiting: list[tuple[Distribution, str]] = [(PathDistribution(metadata), "")]
    while waiting:
        requiring, extra = waiting.pop()
        for required in map(Requirement, requiring.requires or ()):
            if required.marker and not required.marker.evaluate({"extra": extra}):
                continue
            package = distribution(required.name)
            assert required.specifier.contains(package.version, prereleases=True), required
            for wanted in ("", *required.extras):
                if (package.name, wanted) not in found:
                    found[package.name, wanted] = package
                    waiting.append((package, wanted))
    return [package for (_, extra), package in found.items() if not extra]


def test_a_wheel_carries_every_module_and_all_that_the_stack_is_made_of(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = [
        path.relative_to(folder).as_posix()
        for folder in (ROOT / "shared", ROOT / "infra")
        for path in folder.rglob("*")
        if path.suffix in {".css", ".html", ".png", ".py", ".xml"}
    ]
    carried = [
        f"wireroom_infra/checkout/{path.relative_to(ROOT).as_posix()}"
        for pattern in CARRIED
        for path in ROOT.glob(pattern)
    ]
    assert len(packages) > 100
    assert len(carried) > 10
    assert sorted({*packages, *carried} - names) == []


def test_an_installed_wireroom_builds_a_site_from_an_empty_folder(
    wheel: Path, tmp_path: Path
) -> None:
    programs = installed(wheel, tmp_path / "venv")
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "wire.rss").write_text(FEED, "utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [programs / "wireroom", "build", "out", "--feed", "wire.rss"],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 story" in done.stdout
    (page,) = empty.glob("out/*/*/*/gates-opened/index.html")
    assert "The gates were opened at night." in page.read_text("utf-8")
