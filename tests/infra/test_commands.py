"""The command line: what is documented, what is refused, and what does not need a stack."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from wireroom.settings.site_toml import read
from wireroom_infra.cli import state
from wireroom_infra.cli.app import app, run
from wireroom_infra.local.loopback import Answer, Request, serving

DOCS = Path(__file__).parents[2] / "docs" / "commands.md"
SITE = """\
# The paper's own remark.
[site]
name = "Test"
url = "https://test.example"

[[categories]]
name = "World"

[[feeds]]
id = "one"
url = "https://wire.example/one.rss"
provider = "wire"
"""
FEED = """\
<rss version="2.0"><channel><title>Small wire</title>
<item><title>First &amp;amp; foremost</title><guid>urn:1</guid><category>world</category>
<pubDate>Wed, 11 Feb 2026 08:00:00 GMT</pubDate>
<description>&lt;p&gt;Some words of it.&lt;/p&gt;</description></item>
<item><title>Second</title><guid>urn:2</guid><category>Moon</category>
<description>Others.</description></item>
</channel></rss>
"""


def commands(found: Any = None, path: str = "wireroom") -> Iterator[tuple[str, Any]]:
    """(full name, command) of every command, as typer knows them."""
    found = found or typer.main.get_command(app)
    for name, command in getattr(found, "commands", {}).items():
        yield from commands(command, f"{path} {name}")
    if not hasattr(found, "commands"):
        yield path, found


def sections() -> dict[str, str]:
    """Command → its section of docs/commands.md."""
    parts = re.split(r"^## `([^`]+)`$", DOCS.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


COMMANDS = dict(commands())


def test_every_command_has_its_section_and_every_section_a_command() -> None:
    assert sections().keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_no_other(name: str) -> None:
    documented = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", _first_cells(sections()[name])))
    options = {opt for param in COMMANDS[name].params for opt in param.opts if opt[0] == "-"}
    assert documented == options - {"--help", "-h"}


def _first_cells(section: str) -> str:
    return "\n".join(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples_that_it_would_take(name: str) -> None:
    command = COMMANDS[name]
    examples = re.findall(r"^\s*(wireroom .*)$", command.help, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example.partition(" > ")[0])
        assert " ".join(words).startswith(name)
        # Parses the words without running the command.
        command.make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize(
    "words",
    [
        ["nope"],
        ["build"],
        ["build", "out", "--nope"],
        ["build", "out", "--feed", "ftp://wire.example/x"],
        ["status"],
        ["status", "--local", "--stack", "x"],
        ["up", "--port", "70000"],
    ],
)
def test_a_wrong_command_line_ends_with_two(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIREROOM_STACK", raising=False)
    assert run(words) == 2


def test_a_wrong_site_toml_is_told_whole_and_ends_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "site.toml"
    wrong.write_text(SITE.replace("World", "Home").replace('"one"', '"O N E"'), "utf-8")
    assert run(["apply", str(wrong), "--local"]) == 1
    said = capsys.readouterr().err
    assert "2 problems" in said
    assert "categories[0].slug" in said
    assert "feeds[0].id (line 10)" in said


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE, "utf-8-sig")
    assert run(["feeds", "export", "--config", str(site)]) == 0


def test_without_a_running_up_local_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIREROOM_STATE", str(tmp_path))
    assert run(["status", "--local"]) == 1
    assert "no `wireroom up` is running" in capsys.readouterr().err


def test_the_up_that_started_last_is_found_until_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREROOM_STATE", str(tmp_path / "new"))
    first = state.Up("http://127.0.0.1:1", "eu-west-1", "wireroom", "http://127.0.0.1:2/", 1)
    second = state.Up("http://127.0.0.1:3", "eu-west-1", "wireroom", "http://127.0.0.1:4/", 2)
    with state.known(first):
        with state.known(second):
            assert state.found() == second
        assert state.found() is None
    (tmp_path / "new" / "up.json").write_text("{")
    assert state.found() is None


# --- feeds check --------------------------------------------------------------------------------


def test_a_feed_is_checked_with_what_would_be_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE, "utf-8")

    def respond(request: Request) -> Answer:
        if request.path == "/old":
            return Answer(301, headers={"Location": "/feed.xml"})
        return Answer(
            body=FEED.encode(), headers={"Content-Type": "application/rss+xml"}, etag='"e1"'
        )

    with serving(respond) as address:
        host = address.removeprefix("http://")
        words = ["feeds", "check", f"{address}/old", "--internal", host, "--config", str(site)]
        assert run(words) == 0
    said = capsys.readouterr().out
    assert f"redirect   301 to {address}/feed.xml" in said
    assert 'ETag "e1", Last-Modified -' in said
    assert "title      Small wire" in said
    assert "urn:1\t2026-02-11 08:00\t17 (summary)\tFirst & foremost\tworld" in said
    assert f"it has moved permanently to {address}/feed.xml" in said
    assert "1 of 2 entries without a date" in said
    assert "1 of 2 entries in no category" in said
    assert "terms that no category has: Moon (1)" in said


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost"])
def test_a_private_address_is_refused_with_what_lets_it_through(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feeds", "check", f"http://{host}/feed.xml"]) == 1
    said = capsys.readouterr().err
    assert "none of the site's internal_hosts" in said
    assert "--internal HOST" in said


def test_a_web_page_is_answered_with_the_feeds_that_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><html><head><link rel="alternate" type="application/rss+xml"'
        ' title="All" href="https://wire.example/all.rss"></head></html>'
    )
    assert run(["feeds", "check", str(page)]) == 1
    said = capsys.readouterr().err
    assert "html" in said
    assert "https://wire.example/all.rss  All" in said


def test_a_local_file_is_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feed.rss").write_text(FEED)
    assert run(["feeds", "check", str(tmp_path / "feed.rss"), "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "First & foremost" in said
    assert "Second" not in said
    assert "… and 1 more" in said


def test_a_feed_can_not_speak_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = FEED.replace("Small wire", "Small \x9b2J wire").replace("urn:2", "urn:\x9b31m2")
    (tmp_path / "feed.rss").write_text(hostile, "utf-8")
    run(["feeds", "check", str(tmp_path / "feed.rss")])
    said = capsys.readouterr()
    assert "urn:1" in said.out
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", said.out + said.err)


# --- feeds import, feeds export -----------------------------------------------------------------

OPML = """\
<opml version="2.0"><body>
<outline text="News"><outline text="One" xmlUrl="https://wire.example/one.rss"/>
<outline text="Zwei – Dos" xmlUrl="https://other.example/2.rss?a=1&amp;b=2"/>
<outline text="Zwei – Dos" xmlUrl="https://other.example/3.rss"/></outline>
<outline text="Secret" xmlUrl="https://me:pw@other.example/4.rss"/>
</body></opml>
"""


@pytest.fixture
def site_with_opml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "site.toml").write_text(SITE, "utf-8")
    (tmp_path / "list.opml").write_text(OPML, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "site.toml"


def test_an_opml_file_adds_what_site_toml_has_not_and_keeps_its_remarks(
    site_with_opml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feeds", "import", "list.opml"]) == 0
    said = capsys.readouterr()
    assert "2 feeds added to site.toml" in said.out
    assert "skipped: https://me:pw@other.example/4.rss" in said.err
    text = site_with_opml.read_text("utf-8")
    assert text.startswith(SITE)
    assert [(feed.id, feed.url) for feed in read(text).feeds] == [
        ("one", "https://wire.example/one.rss"),
        ("zwei-dos", "https://other.example/2.rss?a=1&b=2"),
        ("zwei-dos-2", "https://other.example/3.rss"),
    ]
    assert run(["feeds", "import", "list.opml"]) == 0
    assert "nothing to add" in capsys.readouterr().out
    assert site_with_opml.read_text("utf-8") == text


def test_printing_an_import_changes_nothing(
    site_with_opml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feeds", "import", "list.opml", "--print"]) == 0
    assert len(read(SITE + capsys.readouterr().out).feeds) == 3
    assert site_with_opml.read_text("utf-8") == SITE


def test_what_is_exported_can_be_imported(
    site_with_opml: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["feeds", "import", "list.opml"]) == 0
    capsys.readouterr()
    assert run(["feeds", "export", "--config", "site.toml"]) == 0
    Path("again.opml").write_text(capsys.readouterr().out, "utf-8")
    site_with_opml.write_text(SITE, "utf-8")
    assert run(["feeds", "import", "again.opml"]) == 0
    assert {feed.url for feed in read(site_with_opml.read_text("utf-8")).feeds} == {
        "https://wire.example/one.rss",
        "https://other.example/2.rss?a=1&b=2",
        "https://other.example/3.rss",
    }


# --- what a command costs to start --------------------------------------------------------------


def test_help_imports_neither_moto_nor_boto3_nor_the_templates() -> None:
    code = (
        "import sys; from wireroom_infra.cli.app import run; run(['feeds', '--help'])\n"
        "heavy = {'moto', 'boto3', 'botocore', 'jinja2', 'samtranslator', 'feedparser', 'lxml'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=root,
        env={"PYTHONPATH": f"{root / 'shared'}:{root / 'infra'}:{root}", "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr
