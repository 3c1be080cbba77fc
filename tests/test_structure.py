"""The shape that every change keeps."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYER = ROOT / "shared" / "wireroom"

# Each part may import the parts named here, and itself. Everything may import the plain values.
PLAIN = {"clock", "errors", "model", "unforeseen"}
MAY_IMPORT = {
    "markup": set(),
    "wire": {"markup"},
    "newsroom": {"markup"},
    "site": {"markup", "newsroom"},
    "settings": {"newsroom", "site"},
    "store": {"newsroom", "site", "wire"},
    "pipeline": {"markup", "newsroom", "settings", "site", "store", "wire"},
    "measure": set(),
}
AWS = {"boto3", "botocore", "moto"}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    return path.relative_to(LAYER).parts[0].removesuffix(".py")


def test_every_part_has_its_rule() -> None:
    assert {part_of(path) for path in modules(LAYER)} == {*MAY_IMPORT, *PLAIN, "__init__"}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_point_one_way(part: str) -> None:
    allowed = MAY_IMPORT[part] | PLAIN | {part}
    for path in modules(LAYER):
        if part_of(path) != part:
            continue
        for name in imports(path):
            pieces = name.split(".")
            if pieces[0] == "wireroom" and len(pieces) > 1:
                assert pieces[1] in allowed, f"{path.name} imports {name}"


def test_what_reads_and_mends_documents_knows_no_format() -> None:
    for path in (*modules(LAYER / "wire" / "document"), *modules(LAYER / "wire" / "http")):
        used = [name for name in imports(path) if name.startswith("wireroom.wire.formats")]
        assert not used, f"{path} imports {used}"


def test_only_the_store_knows_aws() -> None:
    for path in modules(LAYER):
        used = {name.split(".")[0] for name in imports(path)} & AWS
        assert not used or part_of(path) == "store", f"{path} imports {used}"


def test_nothing_in_the_layer_imports_what_runs_it() -> None:
    for path in modules(LAYER):
        outside = {name.split(".")[0] for name in imports(path)} & {
            "wireroom_infra",
            "functions",
            "tests",
        }
        assert not outside, f"{path} imports {outside}"


def test_plain_values_import_nothing_of_ours_but_each_other() -> None:
    for name in PLAIN:
        for imported in imports(LAYER / f"{name}.py"):
            if imported.startswith("wireroom."):
                assert imported.split(".")[1] in PLAIN


def test_only_the_clock_asks_what_time_it_is() -> None:
    for path in modules(LAYER):
        text = path.read_text(encoding="utf-8")
        if path.name != "clock.py":
            assert "datetime.now(" not in text, path
            assert "import now" not in text, path


def test_only_the_function_of_pictures_carries_pillow() -> None:
    """It is large, and what decodes strangers' files."""
    own = ROOT / "functions" / "pictures"
    others = [each for each in modules(ROOT / "functions") if own not in each.parents]
    for path in (*modules(LAYER), *modules(ROOT / "infra"), *others):
        assert not {name.split(".")[0] for name in imports(path)} & {"PIL", "renditions"}, path
    assert "pillow" in (own / "requirements.txt").read_text("utf-8")
    assert "pillow" not in (ROOT / "shared" / "requirements.txt").read_text("utf-8")


def test_handlers_are_thin() -> None:
    for path in (ROOT / "functions").rglob("app.py"):
        code = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(code) <= 42, path


def test_the_wheel_has_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    listed = set(settings["setuptools"]["packages"]) - {"wireroom_infra.checkout"}  # not a folder
    for root in ("shared", "infra"):
        folders = {path.parent.relative_to(ROOT / root) for path in modules(ROOT / root)}
        assert {".".join(folder.parts) for folder in folders} <= listed


def test_no_regular_expression_stands_in_two_modules() -> None:
    """A rule that stands twice is changed once."""
    homes: dict[str, set[Path]] = {}
    for path in (*modules(LAYER), *modules(ROOT / "infra" / "wireroom_infra")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).startswith("re.")
                and node.args
            ):
                pattern = ast.unparse(node.args[0])
                if len(pattern) > 12:  # `\s+` is no rule
                    homes.setdefault(pattern, set()).add(path.relative_to(ROOT))
    assert len(homes) > 100
    assert {pattern: paths for pattern, paths in homes.items() if len(paths) > 1} == {}
