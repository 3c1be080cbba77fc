"""`wireroom init`: a first site.toml."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.model import Entry
from wireroom.settings.site_toml import Configuration, read
from wireroom.wire.formats.document import Document
from wireroom_infra.cli import starting
from wireroom_infra.cli.app import run
from wireroom_infra.starter import Answers, FoundFeed, starter

GIVEN = ("--name", "The Harbour Post", "--url", "https://harbourpost.example")
FEED = """\
<rss version="2.0"><channel><title>Small wire: top</title><language>en-IN</language>
<item><title>One</title><guid>1</guid><category>Politics</category><category>courts</category>
<description>Words.</description></item>
<item><title>Two</title><guid>2</guid><category>politics</category>
<description>Words.</description></item>
<item><title>Three</title><guid>3</guid><category>Politics</category><category>404</category>
<description>Words.</description></item>
</channel></rss>
"""


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "INFO")  # a build sets it: put back afterwards
    Path("top.rss").write_text(FEED, "utf-8")


def written(folder: str = ".") -> Configuration:
    return read((Path(folder) / "site.toml").read_text("utf-8"), files=True)


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Somebody is there and types `lines`."""
    monkeypatch.setattr(starting, "interactive", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_feed_fills_in_its_publisher_the_language_and_the_categories() -> None:
    assert run(["init", *GIVEN, "--feed", "top.rss"]) == 0
    found = written()
    assert found.settings.site.name == "The Harbour Post"
    assert found.settings.site.locale == "en_IN"
    (feed,) = found.feeds
    assert (feed.id, feed.url, feed.provider, feed.source) == (
        "small-wire-top",
        "top.rss",
        "top",
        "Small wire: top",
    )


def test_the_terms_used_most_come_first_spelled_as_most_often_and_without_reserved_ones() -> None:
    assert run(["init", *GIVEN, "--feed", "top.rss"]) == 0
    categories = written().settings.categories
    assert [(each.name, each.terms) for each in categories] == [
        ("Politics", ("politics",)),
        ("courts", ("courts",)),
    ]


@pytest.mark.usefixtures("no_aws")  # a build deploys a stack of its own
def test_a_folder_is_made_and_a_file_is_found_from_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["init", "post", *GIVEN, "--feed", "top.rss"]) == 0
    assert "wireroom up --config post/site.toml" in capsys.readouterr().out
    assert Path(written("post").feeds[0].url).is_absolute()
    assert run(["build", "out", "--config", "post/site.toml"]) == 0


def test_a_site_toml_that_is_there_is_left_as_it_is() -> None:
    Path("site.toml").write_text("# mine\n", "utf-8")
    assert run(["init", *GIVEN]) == 1
    assert Path("site.toml").read_text("utf-8") == "# mine\n"


def test_what_is_no_feed_ends_it_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("page.html").write_text("<!doctype html><title>A page</title>", "utf-8")
    assert run(["init", *GIVEN, "--feed", "top.rss", "--feed", "page.html"]) == 1
    assert "page.html: html" in capsys.readouterr().err
    assert not Path("site.toml").exists()


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (("--name", "A"), "--url"),
        (("--name", "A", "--url", "harbourpost"), "site.url: "),
        ((*GIVEN, "--timezone", "Asia/Kolkatta"), 'did you mean "Asia/Kolkata"?'),
        ((*GIVEN, "--feed", "ftp://wire.example/"), "ftp://wire.example/ does not start"),
    ],
)
def test_a_wrong_answer_is_refused_in_words(
    given_: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", *given_]) == 2
    assert said in capsys.readouterr().err
    assert not Path("site.toml").exists()


def test_somebody_who_is_there_is_asked_and_a_wrong_feed_can_be_typed_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "The Post", "https://post.example", "Asia/Kolkata", "no.rss", "top.rss", "")
    assert run(["init"]) == 0
    assert "no.rss: No such file" in capsys.readouterr().err
    found = written()
    assert (found.settings.site.name, found.settings.site.timezone) == ("The Post", "Asia/Kolkata")
    assert [feed.url for feed in found.feeds] == ["top.rss"]


def test_without_feeds_the_file_says_how_to_add_one() -> None:
    assert run(["init", *GIVEN]) == 0
    text = Path("site.toml").read_text("utf-8")
    assert read(text).feeds == ()
    uncommented = text.replace("# [[feeds]]", "[[feeds]]").replace("\n# id", "\nid")
    uncommented = uncommented.replace("\n# url", "\nurl").replace("\n# provider", "\nprovider")
    assert [feed["id"] for feed in tomllib.loads(uncommented)["feeds"]] == ["agency-top"]


@given(title=st.text(), terms=st.lists(st.text(), max_size=12), language=st.text(max_size=10))
def test_whatever_a_feed_calls_itself_the_file_can_be_applied(
    title: str, terms: list[str], language: str
) -> None:
    document = Document(
        title=title,
        language=language,
        entries=(Entry(id="1", title="One", categories=tuple(terms)),),
    )
    feeds = [FoundFeed("https://wire.example/1", document)] * 2
    feeds[1] = FoundFeed("https://wire.example/2", document)
    text = starter(Answers(name="A", url="https://a.example"), feeds)
    assert len(read(text).feeds) == 2
