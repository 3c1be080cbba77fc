"""The local web server over the site bucket, and local files as feeds."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from wireroom.model import Feed
from wireroom.site.assets import META_POLICY, POLICY
from wireroom_infra.embedded import EmbeddedAWS
from wireroom_infra.local.build import export, feeds_from, must_be_replaceable
from wireroom_infra.local.files import reachable
from wireroom_infra.local.site import answer, local_site

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


@pytest.fixture
def bucket(aws: EmbeddedAWS) -> str:
    """The site bucket with a front page, a moved page, a 404 page and a stylesheet."""
    name = aws.outputs["SiteBucket"]

    def put(key: str, body: str, **more: str) -> None:
        kind = "text/css" if key.endswith("css") else "text/html; charset=utf-8"
        aws.client("s3").put_object(
            Bucket=name,
            Key=key,
            Body=body.encode(),
            ContentType=kind,
            CacheControl="max-age=60",
            **more,
        )

    put("index.html", "<p>front</p>\n<!-- render 0123456789abcdef0123456789abcdef -->\n")
    put("2026/02/11/old/index.html", "moved", WebsiteRedirectLocation="/2026/02/11/new/")
    put("404.html", "<p>nothing here</p>")
    put("assets/a.css", "p{}")
    return name


def test_an_address_that_ends_with_a_slash_is_its_folders_index(
    aws: EmbeddedAWS, bucket: str
) -> None:
    found = answer(aws.client("s3"), bucket, "/")
    assert (found.status, found.body[:12]) == (200, b"<p>front</p>")
    assert found.headers["Content-Type"] == "text/html; charset=utf-8"
    assert found.headers["Cache-Control"] == "max-age=60"
    assert answer(aws.client("s3"), bucket, "/assets/a.css").headers["Content-Type"] == "text/css"


def test_an_address_without_its_slash_moves_to_it_on_this_host(
    aws: EmbeddedAWS, bucket: str
) -> None:
    for asked in ("/2026/02/11/old", "//2026/02/11/old", "/\\2026/02/11/old"):
        found = answer(aws.client("s3"), bucket, asked)
        assert (found.status, found.headers["Location"]) == (301, "/2026/02/11/old/")


def test_a_page_that_moved_answers_with_its_new_address(aws: EmbeddedAWS, bucket: str) -> None:
    found = answer(aws.client("s3"), bucket, "/2026/02/11/old/")
    assert (found.status, found.headers["Location"]) == (301, "/2026/02/11/new/")


def test_what_is_not_there_is_the_404_page_with_its_status(aws: EmbeddedAWS, bucket: str) -> None:
    found = answer(aws.client("s3"), bucket, "/2026/nothing/")
    assert (found.status, found.body) == (404, b"<p>nothing here</p>")


def test_every_answer_carries_the_policy_of_the_template(aws: EmbeddedAWS, bucket: str) -> None:
    for path in ("/", "/nothing/", "/nothing", "/2026/02/11/old/", "/assets/a.css"):
        headers = answer(aws.client("s3"), bucket, path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_pictures_of_internal_hosts_are_let_in_and_nothing_else(
    aws: EmbeddedAWS, bucket: str
) -> None:
    meta = META_POLICY.replace("'", "&#39;")
    aws.client("s3").put_object(
        Bucket=bucket, Key="index.html", Body=f"<meta content='{meta}'>", ContentType="text/html"
    )
    found = answer(aws.client("s3"), bucket, "/", ("127.0.0.1:8081",))
    policy = found.body.decode()
    assert len(re.findall("http://127.0.0.1:8081", policy)) == 1
    assert re.search(r"img-src \S*self\S* https: http://127.0.0.1:8081;", policy)


def test_a_page_can_be_asked_for_conditionally(aws: EmbeddedAWS, bucket: str) -> None:
    with local_site(aws.client("s3"), bucket) as address:
        with urllib.request.urlopen(f"{address}/") as response:
            etag = response.headers["ETag"]
            assert response.read().startswith(b"<p>front</p>")
        again = urllib.request.Request(f"{address}/", headers={"If-None-Match": etag})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(again)
        assert caught.value.code == 304
        head = urllib.request.Request(f"{address}/", method="HEAD")
        with urllib.request.urlopen(head) as response:
            assert (response.status, response.read()) == (200, b"")


# --- a folder of files --------------------------------------------------------------------------


def test_an_export_is_every_object_under_its_address(
    aws: EmbeddedAWS, bucket: str, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    names = export(aws.client("s3"), bucket, out)
    written = {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }
    assert set(written) == set(names)
    assert written["assets/a.css"] == b"p{}"
    assert [path.name for path in out.parent.iterdir()] == ["out"], "nothing is left beside it"


def test_an_export_replaces_the_one_before(aws: EmbeddedAWS, bucket: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(aws.client("s3"), bucket, out)
    aws.client("s3").delete_object(Bucket=bucket, Key="assets/a.css")
    must_be_replaceable(out)
    export(aws.client("s3"), bucket, out)
    assert not (out / "assets").exists()


@pytest.mark.parametrize("there", ["notes.txt", "index.html"])
def test_a_folder_of_somebody_elses_files_is_not_replaced(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("<p>mine</p>")
    with pytest.raises(FileExistsError):
        must_be_replaceable(tmp_path)


# --- local feeds --------------------------------------------------------------------------------


def test_local_files_become_addresses_that_are_named_as_internal(tmp_path: Path) -> None:
    (tmp_path / "a feed.rss").write_bytes(b"<rss/>")
    feeds = (
        Feed(id="here", url="a feed.rss", provider="p"),
        Feed(id="there", url="https://wire.example/x.rss", provider="p"),
        Feed(id="uri", url=(tmp_path / "a feed.rss").as_uri(), provider="p"),
    )
    with reachable(feeds, tmp_path) as (served, host):
        assert served[1] == feeds[1]
        for feed in (served[0], served[2]):
            assert feed.url.startswith(f"http://{host}/")
            assert urllib.request.urlopen(feed.url).read() == b"<rss/>"
    with reachable(feeds[1:2], tmp_path) as (served, host):
        assert (served, host) == (feeds[1:2], "")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    feeds = (Feed(id="here", url="gone.rss", provider="p"),)
    with pytest.raises(FileNotFoundError, match=r"gone\.rss"), reachable(feeds, tmp_path):
        pass


def test_feeds_of_a_command_line_get_names_of_their_own() -> None:
    places = ["a/top.rss", "b/top.rss", "https://wire.example/top.rss", "भारत.xml"]
    found = feeds_from(places)
    assert [feed.url for feed in found] == places
    assert [feed.id for feed in found] == ["top", "top-2", "wire-example-top-rss", "bhaart"]
    assert all(feed.provider == feed.id for feed in found)
