"""`build`, `up` and `demo` as a person starts them: in a process of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

pytestmark = pytest.mark.slow  # left out of `make check`

ROOT = Path(__file__).parents[2]
START = [sys.executable, "-c", "from wireroom_infra.cli import main; main()"]
STORY = """\
<rss version="2.0"><channel><title>Wire</title><item><title>{title}</title>
<guid>urn:{title}</guid><description>&lt;p&gt;Body of {title}.&lt;/p&gt;</description></item>
</channel></rss>
"""


class Ended(Struct):
    code: int
    out: str
    err: str


def environment(tmp_path: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "WIREROOM_STACK"}
    return kept | {
        "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT / 'infra'}:{ROOT}",
        "WIREROOM_STATE": str(tmp_path),
        "COLUMNS": "200",
    }


def wireroom(tmp_path: Path, *words: str) -> Ended:
    done = subprocess.run(
        [*START, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(tmp_path),
        cwd=tmp_path,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_build_writes_what_it_can_and_says_what_ended_badly(tmp_path: Path) -> None:
    (tmp_path / "good.rss").write_text(STORY.format(title="Harbour"))
    (tmp_path / "bad.rss").write_text("<!doctype html><html><body>Sorry</body></html>")
    ended = wireroom(tmp_path, "build", "out", "--feed", "good.rss", "--feed", "bad.rss")
    assert ended.code == 1
    assert "1 story, " in ended.out
    assert "1 problem:" in ended.err
    assert "feed bad: html: " in ended.err
    pages = {
        path.relative_to(tmp_path / "out"): path for path in (tmp_path / "out").rglob("*.html")
    }
    story = next(path for name, path in pages.items() if name.match("*/*/*/harbour/index.html"))
    text = story.read_text("utf-8")
    assert "Body of Harbour." in text
    assert (
        "(Except for the headline, this story has not been edited by Wireroom staff and is"
        " published from a syndicated feed.)"
    ) in text
    assert "Harbour" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_build_of_good_feeds_ends_well_names_withdrawn_stories_and_replaces_the_one_before(
    tmp_path: Path,
) -> None:
    site = '[site]\nname = "Small Paper"\nurl = "https://small.example"\n'
    (tmp_path / "site.toml").write_text(
        site + '[[feeds]]\nid = "a"\nurl = "wire.rss"\nprovider = "a"\nsyndicated = false\n'
    )
    (tmp_path / "wire.rss").write_text(STORY.format(title="First"))
    assert wireroom(tmp_path, "build", "out").code == 0
    second, kill = STORY.format(title="Second"), STORY.format(title="KILL: Harbour")
    item = kill[kill.index("<item>") : kill.index("</channel>")]
    (tmp_path / "wire.rss").write_text(second.replace("</channel>", f"{item}</channel>"))
    ended = wireroom(tmp_path, "build", "out")
    assert (ended.code, ended.err.count("badly")) == (0, 0)
    assert "withdrawn by its agency, so not published: KILL: Harbour" in ended.out
    front = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Second" in front
    assert "First" not in front
    assert "Small Paper" in front
    assert not list((tmp_path / "out").rglob("first/index.html"))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[str]:
    """A running `wireroom up` over one local feed; the site's address."""
    (tmp_path / "wire.rss").write_text(STORY.format(title="Lighthouse"))
    (tmp_path / "site.toml").write_text(
        '[site]\nname = "Before"\nurl = "https://up.example"\n\n'
        '[[feeds]]\nid = "a"\nurl = "wire.rss"\nprovider = "a"\n'
        '[[feeds]]\nid = "b"\nprovider = "b"\npush = true\nsecret = "wireroom/b"\n'
    )
    process = subprocess.Popen(
        [*START, "up", "--port", "0", "--desk-port", "0"],
        stdout=(tmp_path / "said").open("w"),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path) | {"PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    )
    assert process.stderr
    try:
        said = []
        for line in process.stderr:  # ends when the process does
            said.append(line)
            if re.search(r"\d+ pages written", line):
                break
        else:
            pytest.fail("".join(said))
        yield json.loads((tmp_path / "up.json").read_text())["site"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert not (tmp_path / "up.json").exists()


def test_other_commands_reach_a_running_up(up: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(up) as response:
        assert "Lighthouse" in response.read().decode()
    status = wireroom(tmp_path, "status", "--local")
    assert status.code == 0, status.err
    assert "Before, https://up.example" in status.out
    assert "newest     Lighthouse" in status.out
    listed = wireroom(tmp_path, "feeds", "list", "--local")
    assert listed.code == 0
    assert listed.out.splitlines()[1].startswith("a\tok\t")
    address = wireroom(tmp_path, "feeds", "address", "b", "--local").out.strip()
    said = re.search(r"pushes +(\S+)  \(with the token (\S+)\)", (tmp_path / "said").read_text())
    assert said
    assert said[1] == address == f"{up}push/b"
    assert listed.out.splitlines()[2].endswith(f"\tpushed\t0\t-\t{address}")
    pushed = urllib.request.Request(
        address,
        STORY.format(title="Foghorn").encode(),
        {"Authorization": f"Bearer {said[2]}", "Content-Type": "application/rss+xml"},
    )
    with urllib.request.urlopen(pushed) as response:
        assert response.status == 201
        assert json.loads(response.read())["new"] == 1
    exported = wireroom(tmp_path, "feeds", "export", "--local")
    assert "<title>Before</title>" in exported.out
    (tmp_path / "site.toml").write_text('[site]\nname = "After"\nurl = "https://up.example"\n')
    unasked = wireroom(tmp_path, "apply", "site.toml", "--local")
    assert unasked.code == 2
    assert '~ site: name "Before" → "After"' in unasked.out
    assert "- feed a" in unasked.out
    applied = wireroom(tmp_path, "apply", "site.toml", "--local", "--yes")
    assert applied.code == 0, applied.err
    assert wireroom(tmp_path, "apply", "site.toml", "--local").out == "nothing changes\n"


def test_the_demo_shows_its_front_page_and_ends_well_without_a_terminal(tmp_path: Path) -> None:
    ended = wireroom(tmp_path, "demo", "--port", "0", "--wire-port", "0", "--desk-port", "0")
    assert ended.code == 0, ended.err
    assert re.search(r"Open http://127\.0\.0\.1:\d+/ to read The Harbour Post\.", ended.out)
