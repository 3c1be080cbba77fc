"""The screen "Settings": a feed looked into, feeds and categories and the whole site.toml changed,
what that changes shown first, and applied as by `wireroom apply`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from io import StringIO

import pytest
from msgspec.structs import replace

from tests.desk.browser import Browser, Page, settings
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.newsroom import Newsroom, Wire, fed, item, rss
from tests.pipeline.test_private_feeds import logged  # noqa: F401 (a fixture)
from tests.pipeline.world import CATEGORIES, FEED
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.model import Category, Feed, Staff
from wireroom.pipeline import applying
from wireroom.settings.site_toml import Configuration, difference, read, write
from wireroom_infra.local.loopback import Answer

TOP = replace(FEED, id="top", url="https://ptn.example/top.xml", source="PTN")
CHIEF = "chief@harbour.example"


@pytest.fixture
def chief(browser: Browser) -> Browser:
    """A chief is signed in; the feed `top` is applied, and has not been fetched."""
    browser.world.apply(settings(browser.issuer), (TOP,), pages=False)
    assert browser.sign_in(CHIEF).status == 303
    return browser


@pytest.fixture
def newsroom(browser: Browser) -> Iterator[Newsroom]:
    """A chief is signed in; the wire may be fetched from."""
    with fed(browser.world, Wire()) as found:
        staffed = settings(browser.issuer)
        own = found.wire.address.removeprefix("http://")
        site = replace(staffed.site, internal_hosts=(own, *staffed.site.internal_hosts))
        found.apply(replace(staffed, site=site), (TOP,), pages=False)
        browser.sign_in(CHIEF)
        yield found


def form_of(page: Page, action: str, button: str = "") -> dict[str, str]:
    """The fields of the form of `page` that is sent to `action`, as a browser would send them."""
    for text in re.findall(rf'<form [^>]*action="{action}"[^>]*>(.*?)</form>', page.text, re.S):
        if button in text:
            break
    else:
        pytest.fail(f"no form for {action}: {page.text}")
    fields = {}
    for tag in re.findall(r"<input[^>]*>", text):
        if 'type="checkbox"' not in tag or " checked" in tag:
            value = re.search(r'value="([^"]*)"', tag)
            fields[re.search(r'name="([^"]*)"', tag)[1]] = unescape(value[1] if value else "")
    for name, value in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>\n?(.*?)</text', text, re.S):
        fields[name] = unescape(value)
    for name, rest in re.findall(r'<select[^>]* name="([^"]*)">(.*?)</select>', text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', rest) or re.search(r'value="([^"]*)"', rest)
        fields[name] = chosen[1]
    return fields


def shown(browser: Browser, path: str, **changed: str) -> Page:
    """Send the form at `path` with some fields changed."""
    fields = form_of(browser.get(path), "/settings/show") | changed
    return browser.post("/settings/show", **{name: each for name, each in fields.items() if each})


def apply(browser: Browser, page: Page) -> Page:
    answer = browser.post("/settings/apply", **form_of(page, "/settings/apply"))
    browser.world.aws.drain()
    return answer


def lines(page: Page) -> list[str]:
    """What changes and what follows, as the page tells it."""
    return [unescape(each) for each in re.findall(r'<li dir="auto">(.*?)</li>', page.text)]


def now(browser: Browser) -> Configuration:
    found = applying.current(browser.world.table, browser.world.feeds).found
    assert found is not None
    return found


def feed(browser: Browser, identity: str) -> Feed | None:
    row = browser.world.feeds.get(identity)
    return row.config if row else None


# --- who may ---


@pytest.mark.parametrize("who", ["asha@harbour.example", "rani@harbour.example"])
def test_settings_are_for_chiefs(chief: Browser, who: str) -> None:
    fields = form_of(chief.get("/settings/text"), "/settings/show")
    before = now(chief)
    chief.sign_in(who)
    for path in ("/settings", "/settings/text", "/settings/feed", "/settings/category"):
        assert chief.get(path).status == 403
    fields["token"] = chief.token
    for action in ("look", "show", "apply"):
        assert chief.post(f"/settings/{action}", url=TOP.url, **fields).status == 403
    for path in ("/", "/feeds", "/feeds/top"):
        assert "/settings" not in chief.get(path).text
    assert now(chief) == before


def test_a_form_of_another_site_changes_nothing(chief: Browser) -> None:
    page = shown(chief, "/settings/feed?which=top", interval="10m")
    fields = form_of(page, "/settings/apply")
    for origin in ("", "https://evil.example"):
        assert chief.post("/settings/apply", origin=origin, **fields).status == 403
        assert chief.post("/settings/look", origin=origin, **fields).status == 403
    assert chief.post("/settings/apply", **(fields | {"token": "x"})).status == 403
    assert feed(chief, "top") == TOP


# --- what each screen costs ---


def test_a_first_view_takes_few_calls_and_no_scan(chief: Browser) -> None:
    many = tuple(replace(TOP, id=f"f-{n:03}", url=f"https://ptn.example/{n}") for n in range(120))
    chief.world.apply(chief.world.table.settings(), many, pages=False)
    for path, most in (
        ("/settings", 2),
        ("/settings/text", 7),
        ("/settings/feed?which=f-001", 3),
        ("/settings/category?which=india", 2),
    ):
        chief.world.aws.calls.reset()
        page = chief.get(path)
        assert page.status == 200
        assert len(chief.world.aws.calls) <= most, path
        assert "dynamodb:Scan" not in chief.world.calls()
        assert len(page.text.encode()) < 60 << 10


# --- a feed ---


def test_a_feed_is_changed_after_the_difference_was_shown(chief: Browser) -> None:
    page = shown(chief, "/settings/feed?which=top", interval="10m", **{"in-sport": "yes"})
    assert page.status == 200
    assert lines(page)[:2] == [
        '~ feed top: categories [] → ["sport"]',
        '~ feed top: interval "5m" → "10m"',
    ]
    assert "every page is rendered again" in lines(page)[-1]
    assert feed(chief, "top") == TOP  # it was only shown
    answer = apply(chief, page)
    assert answer.status == 303
    assert feed(chief, "top") == replace(TOP, interval=600, categories=("sport",))
    told = chief.get(answer.location).text
    assert f"Last applied by {CHIEF} at the desk" in told
    assert "now files every story again" in told
    job = chief.world.table.jobs.get(answer.location.partition("=")[2])
    assert (job.by, job.phase) == (CHIEF, "done")


def test_it_does_what_the_command_does(chief: Browser) -> None:
    """The same rows, but for who and when, as `applying.apply` of the same site.toml."""
    wanted = replace(now(chief), feeds=(replace(TOP, hold=True),))
    page = shown(chief, "/settings/text", text=write(wanted))
    told = difference(now(chief), wanted)
    assert lines(page)[: len(told)] == told
    assert apply(chief, page).status == 303
    found = now(chief)
    assert found.feeds == wanted.feeds
    planned = chief.world.feeds.plan(wanted.settings, wanted.feeds)
    assert found.settings == planned


def test_a_feed_that_comes_as_files_is_added_and_has_no_interval(chief: Browser) -> None:
    typed = {"id": "files", "provider": "ptn", "drop": "yes"}
    refused = shown(chief, "/settings/feed", **typed, interval="10m")
    assert ">interval</a>: is for feeds that are polled" in unescape(refused.text)
    assert apply(chief, shown(chief, "/settings/feed", **typed)).status == 303
    (found,) = (feed for feed in now(chief).feeds if feed.id == "files")
    assert (found.url, found.drop) == ("", True)
    again = shown(chief, "/settings/feed?which=files", source="PTN")
    assert apply(chief, again).status == 303
    (found,) = (feed for feed in now(chief).feeds if feed.id == "files")
    assert found.source == "PTN"


def test_a_feed_is_renamed_and_keeps_its_state(chief: Browser) -> None:
    chief.world.feeds.fetch_now("top", clock.now().replace(year=2030))
    page = shown(chief, "/settings/feed?which=top", id="main")
    assert '+ feed main: url "https://ptn.example/top.xml", provider "ptn"' in lines(page)[1]
    apply(chief, page)
    row = chief.world.feeds.get("main")
    assert row.config == replace(TOP, id="main", was=("top",))
    assert row.state.due.year == 2030
    assert feed(chief, "top") is None


def test_a_feed_is_removed_and_the_last_one_too(chief: Browser) -> None:
    fields = form_of(chief.get("/settings/feed?which=top"), "/settings/show", "remove")
    page = chief.post("/settings/show", **fields)
    assert lines(page)[0] == "- feed top"
    apply(chief, page)
    assert now(chief).feeds == ()
    assert chief.get("/settings/feed?which=top").status == 404
    again = chief.post("/settings/show", **fields)
    assert again.status == 409
    assert "there is no feed top any more" in again.text
    nothing = chief.post("/settings/show", **(fields | {"which": ""}))
    assert nothing.status == 409


def test_a_feed_gets_an_id_again_that_it_had_before(chief: Browser) -> None:
    apply(chief, shown(chief, "/settings/feed?which=top", id="main"))
    apply(chief, shown(chief, "/settings/feed?which=main", id="top"))
    assert feed(chief, "top") == replace(TOP, was=("main",))


def test_what_is_wrong_is_said_by_its_field_and_nothing_typed_is_lost(chief: Browser) -> None:
    typed = {"id": "New One", "url": "ftp://x", "interval": "soon", "provider": "ptn"}
    typed |= {"kill_titles": "Cancelled -\nNever", "in-sport": "yes", "secret": "hunter2"}
    page = shown(chief, "/settings/feed", **typed)
    assert page.status == 409
    for field, words in (
        ("id", "is &#34;New One&#34;; expected up to 64 of a-z"),
        ("url", "does not start with https://"),
        ("interval", "&#34;soon&#34; is not a length of time"),
        ("secret", "is not the name of a secret; expected such as"),
    ):
        assert re.search(rf'<a href="#{field}">{field}</a>: [^<]*{re.escape(words)}', page.text)
    again = form_of(page, "/settings/show", "kill_titles")
    assert {name: again[name] for name in typed} == typed
    assert "/settings/apply" not in page.text
    assert len(now(chief).feeds) == 1


def test_what_contradicts_what_is_published_is_refused(chief: Browser) -> None:
    page = shown(chief, "/settings/feed?which=top", provider="other")
    assert page.status == 409
    assert "stories would come a second time" in unescape(page.text)
    assert form_of(page, "/settings/show")["provider"] == "other"


# --- a category ---


def test_a_category_is_added_renamed_and_removed(chief: Browser) -> None:
    page = shown(chief, "/settings/category", name="Weather", terms="weather\nclimate ")
    assert lines(page)[0] == '+ category weather: name "Weather", terms ["weather", "climate"]'
    apply(chief, page)
    new = Category(name="Weather", slug="weather", terms=("weather", "climate"))
    assert now(chief).settings.categories == (*CATEGORIES, new)
    apply(chief, shown(chief, "/settings/feed?which=top", **{"in-weather": "yes"}))
    page = shown(chief, "/settings/category?which=weather", slug="climate", name="Climate")
    assert "section weather becomes climate: 0 stories will move" in " ".join(lines(page))
    apply(chief, page)
    assert now(chief).settings.categories[-1] == replace(
        new, name="Climate", slug="climate", was=("weather",)
    )
    assert feed(chief, "top").categories == ("climate",)
    fields = form_of(chief.get("/settings/category?which=climate"), "/settings/show", "remove")
    page = chief.post("/settings/show", **fields)
    assert lines(page)[:2] == [
        "- category climate",
        '~ feed top: categories ["climate"] → []',
    ]
    apply(chief, page)
    assert now(chief).settings.categories == CATEGORIES
    assert "has closed" in chief.world.page("/climate/")


def test_a_category_keeps_its_slug_under_another_name(chief: Browser) -> None:
    page = shown(chief, "/settings/category?which=sport", name="Games", slug="")
    assert lines(page)[0] == '~ category sport: name "Sport" → "Games"'


def test_a_category_that_there_is_not_is_said(chief: Browser) -> None:
    assert chief.get("/settings/category?which=nothing").status == 404
    page = shown(chief, "/settings/category", name="India")
    assert "is already the slug of categories[1]" in unescape(page.text)


# --- all of it, as text ---


def test_the_whole_site_toml_is_edited_as_text(chief: Browser) -> None:
    text = form_of(chief.get("/settings/text"), "/settings/show")["text"]
    assert read(text).feeds == now(chief).feeds
    page = shown(chief, "/settings/text", text=text.replace("The Harbour Post", "हार्बर"))
    assert lines(page)[0] == '~ site: name "The Harbour Post" → "हार्बर"'
    apply(chief, page)
    assert now(chief).settings.site.name == "हार्बर"


def test_a_wrong_text_is_told_with_its_lines_and_stays(chief: Browser) -> None:
    text = form_of(chief.get("/settings/text"), "/settings/show")["text"]
    wrong = "# mine\n" + text.replace("Asia/Kolkata", "Asia/Kolkatta")
    page = shown(chief, "/settings/text", text=wrong)
    assert page.status == 409
    assert 'site.timezone (line 5): there is no time zone "Asia/Kolkatta"' in unescape(page.text)
    assert form_of(page, "/settings/show")["text"] == wrong.strip()
    page = shown(chief, "/settings/text", text="[site")
    assert "not TOML" in page.text


def test_what_changes_nothing_is_said(chief: Browser) -> None:
    page = shown(chief, "/settings/text")
    assert page.status == 200
    assert '<p role="status">Nothing.</p>' in page.text
    assert "/settings/apply" not in page.text


def test_the_theme_stays(chief: Browser) -> None:
    themed = replace(chief.world.table.settings(), theme="a" * 16, pages=("about",))
    chief.world.apply(themed, (TOP,), pages=False)
    page = shown(chief, "/settings/feed?which=top", hold="yes")
    assert lines(page)[0] == "~ feed top: hold false → true"
    assert not any("theme" in each for each in lines(page))
    answer = chief.post("/settings/apply", **form_of(page, "/settings/apply"))
    assert answer.status == 303
    assert now(chief).settings.theme == "a" * 16
    assert now(chief).settings.pages == ("about",)
    page = shown(chief, "/settings/category", name="About")
    assert "theme/pages/about.md: /about/ is the address of a section" in unescape(page.text)


def staff(browser: Browser, **changed: object) -> str:
    found = now(browser)
    changed_staff = replace(found.settings.desk, **changed)
    return write(replace(found, settings=replace(found.settings, desk=changed_staff)))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("secret = ", "was = ['tip']\nsecret = ", ""),
        ("https://ptn.example/top.xml", "https://ptn.example/other.xml", ""),
        ("https://ptn.example/top.xml", "https://evil.example/top.xml", "https://evil.example"),
        ("https://ptn.example/top.xml", "http://ptn.example/top.xml", "http://ptn.example"),
        ("wireroom/ptn", "wireroom/other", "wireroom/other is not sent to https://ptn.example"),
        ("[site]", '[site]\ninternal_hosts = ["127.0.0.1:9001"]', "site.internal_hosts"),
    ],
)
def test_no_desk_opens_the_network_or_sends_a_secret_elsewhere(
    chief: Browser, old: str, new: str, problem: str
) -> None:
    site = replace(chief.world.table.settings().site, internal_hosts=())
    chief.world.apply(
        replace(chief.world.table.settings(), site=site),
        (replace(TOP, secret="wireroom/ptn"),),
        pages=False,
    )
    text = form_of(chief.get("/settings/text"), "/settings/show")["text"]
    assert old in text
    page = shown(chief, "/settings/text", text=text.replace(old, new))
    assert page.status == (409 if problem else 200), page.text
    assert problem in unescape(page.text)
    sent = form_of(chief.get("/settings/text"), "/settings/show") | {"text": text.replace(old, new)}
    before = now(chief)
    chief.post("/settings/apply", **sent)
    assert (now(chief) == before) is bool(problem)


def test_a_chief_can_not_lock_the_chiefs_out(chief: Browser) -> None:
    for wrong in (
        staff(chief, chiefs=()),
        staff(chief, chiefs=("asha@harbour.example",)),
        staff(chief, chiefs=("group:chiefs",)),
    ):
        page = shown(chief, "/settings/text", text=wrong)
        assert page.status == 409
        assert f"desk.chiefs: {CHIEF} would be no chief any more" in page.text
        fields = form_of(chief.get("/settings/text"), "/settings/show")
        answer = chief.post("/settings/apply", **(fields | {"text": wrong}))
        assert answer.status == 409
    assert now(chief).settings.desk.chiefs == (CHIEF,)
    page = shown(chief, "/settings/text", text=staff(chief, chiefs=(CHIEF, "asha@harbour.example")))
    assert apply(chief, page).status == 303
    assert chief.get("/settings").status == 200


def test_a_chief_by_a_group_keeps_the_claim_that_says_so(chief: Browser) -> None:
    by_group = Staff(chiefs=("group:editors",))
    chief.world.apply(replace(chief.world.table.settings(), desk=by_group), (TOP,), pages=False)
    chief.issuer.claims = lambda claims: claims | {"groups": ["editors"]}
    chief.sign_in("asha@harbour.example")
    assert chief.get("/settings").status == 200
    page = shown(chief, "/settings/text", text=staff(chief, group_claim="roles"))
    assert page.status == 409
    page = shown(chief, "/settings/text", text=staff(chief, readers=("rani@harbour.example",)))
    assert page.status == 200


# --- somebody else meanwhile ---


def elsewhere(browser: Browser, wanted: Configuration) -> None:
    before = applying.current(browser.world.table, browser.world.feeds)
    applying.apply(
        *(browser.world.table, browser.world.feeds, before, wanted),
        by="rani",
        place="command line",
        now=clock.now(),
    )
    browser.world.aws.drain()


def test_what_was_shown_is_not_applied_over_what_somebody_applied_meanwhile(
    chief: Browser,
) -> None:
    page = shown(chief, "/settings/feed?which=top", interval="10m")
    elsewhere(chief, replace(now(chief), feeds=(replace(TOP, source="Another"),)))
    answer = apply(chief, page)
    assert answer.status == 409
    assert "rani has applied settings since you loaded this" in answer.text
    assert '~ feed top: source "Another" → "PTN"' in lines(answer)
    assert feed(chief, "top").source == "Another"
    assert apply(chief, answer).status == 303  # seen, and sent again
    assert feed(chief, "top") == replace(TOP, interval=600)


def test_a_form_that_is_sent_twice_applies_once(chief: Browser) -> None:
    page = shown(chief, "/settings/feed?which=top", interval="10m")
    assert apply(chief, page).status == 303
    last = chief.world.table.applied.read()
    answer = apply(chief, page)
    assert answer.status == 409
    assert "Nothing." in answer.text
    assert chief.world.table.applied.read() == last


def test_a_form_that_was_loaded_before_says_what_it_would_take_back(chief: Browser) -> None:
    form = form_of(chief.get("/settings/feed?which=top"), "/settings/show")
    elsewhere(chief, replace(now(chief), feeds=(replace(TOP, source="Another"),)))
    page = chief.post("/settings/show", **form)
    assert page.status == 200
    assert "rani has applied settings since you loaded this" in page.text
    assert '~ feed top: source "Another" → "PTN"' in lines(page)


# --- a feed looked into ---


def look(browser: Browser, url: str) -> Page:
    return browser.post("/settings/look", token=browser.token, url=url)


def test_a_feed_is_looked_into_and_added(newsroom: Newsroom, browser: Browser) -> None:
    terms = "<category>Sport</category><category>Moon</category>"
    document = rss(item(1, date=terms), item(2, title="", body=""))
    newsroom.wire.documents["/sport.xml"] = document.replace(b">PTN<", b">PTN Sport<")
    url = f"{newsroom.wire.address}/sport.xml"
    browser.world.aws.calls.reset()
    page = look(browser, url)
    assert page.status == 200
    assert len(browser.world.aws.calls) <= 10
    text = unescape(page.text)
    for told in ("PTN Sport", "Story 1", "rejected: ", "Moon (1)", "it is not encrypted"):
        assert told in text, told
    assert newsroom.feeds.get("ptn-sport") is None
    fields = form_of(page, "/settings/show")
    assert fields["in-sport"] == "yes"
    assert {name: fields[name] for name in ("id", "url", "source", "provider")} == {
        "id": "ptn-sport",
        "url": url,
        "source": "PTN Sport",
        "provider": "127.0.0.1",
    }
    shown_page = browser.post("/settings/show", **(fields | {"provider": "ptn"}))
    assert lines(shown_page)[0].startswith("+ feed ptn-sport: ")
    assert apply(browser, shown_page).status == 303
    newsroom.pull()
    assert newsroom.states()["ptn-sport"] == "ok"
    assert newsroom.article("1").categories == ("india", "sport")
    again = look(browser, url)
    assert "It is the feed" in again.text
    assert 'action="/settings/show"' not in again.text


def test_the_agency_of_a_new_feed_is_that_of_its_host(newsroom: Newsroom, browser: Browser) -> None:
    ours = replace(TOP, url=f"{newsroom.wire.address}/top.xml")
    newsroom.apply(newsroom.table.settings(), (ours,), pages=False)
    newsroom.wire.documents["/other.xml"] = rss(item(1))
    fields = form_of(look(browser, f"{newsroom.wire.address}/other.xml"), "/settings/show")
    assert (fields["provider"], fields["source"]) == ("ptn", "PTN")


def test_a_page_that_names_feeds_leads_to_them(newsroom: Newsroom, browser: Browser) -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="All" href="/all.xml">'
    newsroom.wire.documents["/"] = Answer(
        body=f"<!doctype html><html><head>{link}</head><body>Hi</body></html>".encode(),
        headers={"Content-Type": "text/html"},
    )
    page = look(browser, f"{newsroom.wire.address}/")
    assert page.status == 409
    assert "html" in page.text
    named = form_of(page, "/settings/look", 'type="hidden" name="url"')
    assert named["url"] == f"{newsroom.wire.address}/all.xml"


def test_nothing_inside_the_network_is_looked_into(chief: Browser) -> None:
    with fed(chief.world, Wire()) as found:
        found.wire.documents["/top.xml"] = rss(item(1))
        host = found.wire.address
        staffed = settings(chief.issuer)
        chief.world.apply(staffed, (TOP,), pages=False)  # without the wire's host
        for url in (
            f"{host}/top.xml",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "file:///etc/passwd",
            "not an address",
            "",
        ):
            page = look(chief, url)
            assert page.status == 409, url
            assert "Story 1" not in page.text
            assert 'role="alert"' in page.text
            assert form_of(page, "/settings/look")["url"] == url
        assert found.wire.asked == []


# --- hostile words, and the log ---


def test_what_a_feed_says_is_shown_as_words(newsroom: Newsroom, browser: Browser) -> None:
    found: list[set[Element]] = []
    token = browser.token
    payloads = [each.encode("utf-8", "replace").decode() for each in packed(PAYLOADS, 480)]
    for words in ["harmless words", *payloads]:
        text = re.sub(r"[\x00-\x08\x0b-\x1f]", "", words).replace("]]>", "")
        data = f"<![CDATA[{text}]]>"
        story = item(1, title=data, date=f"<category>{data}</category>")
        head = f">{data}</title><language>{data}</language>"
        document = rss(story, item(2, title="", body="")).decode()
        newsroom.wire.documents["/evil.xml"] = document.replace(">PTN</title>", head).encode()
        page = browser.post("/settings/look", token=token, url=f"{newsroom.wire.address}/evil.xml")
        assert page.status == 200
        wrong = browser.post(
            "/settings/show", token=token, kind="feed", id=words, url=words, terms=words
        )
        found.append(parsed(page.text) | parsed(wrong.text))
    assert all(each <= found[0] for each in found)


def test_each_is_told_in_the_log(chief: Browser, logged: StringIO) -> None:  # noqa: F811
    page = shown(chief, "/settings/feed?which=top", interval="10m")
    apply(chief, page)
    look(chief, "http://10.0.0.1/feed?key=hunter2")
    told = [json.loads(each) for each in logged.getvalue().splitlines() if each[:1] == "{"]
    audit = [each for each in told if each["message"] == "audit"]
    assert [(each["action"], each["outcome"]) for each in audit] == [
        ("propose settings", "done"),
        ("apply settings", "done"),
        ("look", "refused"),
    ]
    assert all(each["by"] == CHIEF for each in audit)
    assert audit[1]["changes"] == ['~ feed top: interval "5m" → "10m"']
    assert "hunter2" not in logged.getvalue()
