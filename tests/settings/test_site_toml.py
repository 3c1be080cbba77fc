"""site.toml: what it gives, and what it says when it is wrong."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wireroom.errors import SettingsError
from wireroom.model import Category, Feed, Settings, Site, Staff
from wireroom.settings.site_toml import Configuration, difference, read, write
from wireroom.settings.toml_table import SLUG
from wireroom.settings.toml_values import seconds

SMALL = """\
[site]
name = "The Harbour Post"
url = "https://harbourpost.example/"
timezone = "Asia/Kolkata"
internal_hosts = ["127.0.0.1:8081", "wire.internal"]

[[categories]]
name = "Breaking News"
terms = ["breaking", "urgent"]

[[categories]]
name = "भारत"
slug = "india"

[[feeds]]
id = "ptn-top"
url = "http://wire.example/top.xml"
provider = "ptn"
categories = ["india"]
interval = "5m"
syndicated = false
kill_titles = ["Cancelled -"]
hold_titles = ["Advance for"]
"""


def problems(text: str, **options: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(text, **options)
    return caught.value.problems


def test_a_small_file_gives_settings_and_feeds() -> None:
    found = read(SMALL)
    assert found.settings.site == Site(
        name="The Harbour Post",
        url="https://harbourpost.example",
        timezone="Asia/Kolkata",
        internal_hosts=("127.0.0.1:8081", "wire.internal"),
    )
    assert found.settings.categories == (
        Category(name="Breaking News", slug="breaking-news", terms=("breaking", "urgent")),
        Category(name="भारत", slug="india"),
    )
    assert found.feeds == (
        Feed(
            id="ptn-top",
            url="http://wire.example/top.xml",
            provider="ptn",
            categories=("india",),
            interval=300,
            syndicated=False,
            kill_titles=("Cancelled -",),
            hold_titles=("Advance for",),
        ),
    )


FULL = Configuration(
    settings=Settings(
        site=Site(
            name="The Harbour Post",
            url="https://harbourpost.example",
            timezone="Asia/Kolkata",
            locale="hi",
            tagline="News of the harbour",
            contact="desk@harbourpost.example",
            freshen_hours=12,
            internal_hosts=("wire.internal",),
            feed_text="full",
            hub="https://hub.example/",
        ),
        categories=(
            Category(name="Politics", slug="national", terms=("state",), hold=True, was=("old",)),
        ),
        desk=Staff(
            readers=("rani@paper.example",),
            editors=("asha@paper.example", "group:The Newsroom"),
            chiefs=("group:chiefs",),
            group_claim="cognito:groups",
        ),
        providers=("ptn",),
    ),
    feeds=(
        Feed(
            id="ptn-top",
            url="https://wire.example/top.xml",
            provider="ptn",
            push=True,
            drop=True,
            categories=("national",),
            interval=600,
            syndicated=False,
            hold=True,
            source="PTN",
            identity="link",
            secret="wireroom/ptn",
            kill_titles=("Cancelled -",),
            hold_titles=("Advance for",),
            pictures="link",
            canonical="source",
            index=False,
            excerpts="out",
            content="excerpt",
            was=("ptn-old",),
        ),
    ),
)


def test_a_file_that_gives_every_setting_gives_all_of_them() -> None:
    assert read(write(FULL)) == FULL
    for each in (FULL.settings.site, FULL.settings.desk, *FULL.settings.categories, *FULL.feeds):
        for field in msgspec.structs.fields(each):
            assert getattr(each, field.name) != field.default, f"give {field.name} a value here"


def test_addresses_of_the_desk_are_compared_without_case_and_groups_are_not() -> None:
    staff = read(SMALL + '[desk]\neditors = ["Asha@Paper.Example", "group:News"]').settings.desk
    assert staff == Staff(editors=("asha@paper.example", "group:News"))


def test_a_change_of_who_may_use_the_desk_is_a_difference() -> None:
    new = read(SMALL + '[desk]\neditors = ["asha@paper.example"]')
    assert difference(read(SMALL), new) == ['~ desk: editors [] → ["asha@paper.example"]']


def test_every_problem_is_told_at_once_with_its_key_and_line() -> None:
    wrong = (
        SMALL.replace('name = "The Harbour Post"\n', "")
        .replace("Asia/Kolkata", "Asia/Kolkatta")
        .replace('"5m"', '"soon"')
        .replace("syndicated", "syndicatd")
    )
    assert problems(wrong) == [
        "site.name (line 1): is missing; expected a text",
        'site.timezone (line 3): there is no time zone "Asia/Kolkatta"; '
        'expected a name such as Asia/Kolkata; did you mean "Asia/Kolkata"?',
        'feeds[0].interval (line 19): "soon" is not a length of time; '
        'expected seconds, or a text with s, m, h or d, such as "5m"',
        'feeds[0].syndicatd (line 20): is not a known key; did you mean "syndicated"?',
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ('slug = "india"', 'slug = "breaking-news"', 'categories[1].slug (line 13): "breaking-'),
        ('slug = "india"', 'slug = "2026"', 'categories[1].slug (line 13): "2026" is reserved'),
        ('slug = "india"', 'slug = "home"', 'categories[1].slug (line 13): "home" is reserved'),
        ('slug = "india"', 'slug = "In Dia"', "such as \"in-dia\""),
        ('slug = "india"', 'slug = ""', "categories[1].slug (line 13): is empty"),
        ('"india"]', '"indai"]', 'expected one of breaking-news, india; did you mean "india"?'),
        ('"5m"', "true", "feeds[0].interval (line 20): true is not a length of time"),
        ('"5m"', '"1s"', "expected from 10 seconds to 7 days"),
        ("syndicated = false", 'syndicated = "no"', "expected true or false, without quotes"),
        ("syndicated = false", 'identity = "title"', 'expected "guid" or "link"'),
        ("syndicated = false", 'pictures = "copy"', 'expected "store" or "link" or "none"'),
        ("http://wire.example", "ftp://wire.example", "does not start with https:// or http://"),
        ("http://wire.example", "http://me:pw@wire.example", "has a user name or password"),
        ("http://wire.example", "http://127.0.0.1:80\\\\@wire.example", "a backslash"),
        ("http://wire.example/top.xml", "top.xml", "is a file; only wireroom build and"),
        (".example/\"", ".example/news\"", "has a path; a site is the root of its host"),
        ("[site]", "[sites]", 'site: is missing; expected a table [site]'),
        ("[[feeds]]", "[feeds]", "feeds (line 15): is a table; expected tables, each under [[feed"),
        ('timezone = "Asia/Kolkata"', 'locale = "xx-YY"', 'there is no locale "xx-YY"'),
        ('timezone = "Asia/Kolkata"', 'timezone = "Asia"', 'there is no time zone "Asia"'),
        ('"wire.internal"', '"wire.internal:99999"', "is not a host"),
        ('id = "ptn-top"', 'id = "PTN top"', "feeds[0].id (line 16): is \"PTN top\""),
        ('id = "ptn-top"', 'id = """two\nlines"""', "expected one line of text"),
        ('["Advance for"]', '["A"]', "is too short; expected three characters or more"),
        ('["Advance for"]', '"A"', "feeds[0].hold_titles (line 23): is a text; expected a list"),
        ('"5m"', "5m", 'a text stands in quotes, such as "…"'),
        ('"5m"', "soon", 'a text stands in quotes, such as "…"'),
        ("[[feeds]]", "[feeds]\n[feeds]", "twice; each feed is headed [[feeds]]"),
        ("[[feeds]]", "[feeds]\n[[feeds]]", "a value; each feed is headed [[feeds]]"),
        ("[site]", "[desk]\neditors = [\"asha\"]\n[site]", 'desk.editors (line 2): has "asha"; ex'),
        ("[site]", "[desk]\nchiefs = [\"a b@c\"]\n[site]", 'such as "asha@paper.example"'),
        ("[site]", "[desk]\neditor = []\n[site]", 'did you mean "editors"?'),
        ("[site]", "[site", "line 1, column 6: not TOML: "),
    ],
)  # fmt: skip
def test_a_problem_says_what_was_expected(before: str, after: str, line: str) -> None:
    assert before in SMALL
    assert line in "\n".join(problems(SMALL.replace(before, after)))


def test_a_feed_that_files_under_more_categories_than_a_story_can_be_in_is_refused() -> None:
    slugs = [f"c{number}" for number in range(21)]
    text = '[site]\nname = "A"\nurl = "https://a.example"\n'
    text += "".join(f'[[categories]]\nname = "{slug}"\n' for slug in slugs)
    text += '[[feeds]]\nid = "f"\nurl = "https://b.example/"\nprovider = "p"\n'
    with pytest.raises(SettingsError, match="names 21 categories; expected at most 20"):
        read(f"{text}categories = {slugs}")
    assert len(read(f"{text}categories = {slugs[:20]}").feeds[0].categories) == 20


def test_two_feeds_with_one_id_or_one_address_are_refused() -> None:
    twice = SMALL + SMALL[SMALL.index("[[feeds]]") :]
    assert problems(twice) == [
        'feeds[1].id (line 25): "ptn-top" is already the id of feeds[0]; '
        "expected a different id for each",
        'feeds[1].url (line 26): "http://wire.example/top.xml" is already the url of feeds[0]; '
        "expected a different url for each",
    ]


def test_a_local_file_is_a_feed_only_where_files_are_read() -> None:
    local = SMALL.replace("http://wire.example/top.xml", "saved/top.xml")
    assert read(local, files=True).feeds[0].url == "saved/top.xml"
    assert "is a file" in problems(local)[0]


def test_a_local_file_that_is_missing_is_told_with_its_key_and_line(tmp_path: Path) -> None:
    local = SMALL.replace("http://wire.example/top.xml", "top.xml")
    missing = problems(local.replace('"5m"', '"soon"'), files=True, folder=tmp_path)
    assert missing[0] == f"feeds[0].url (line 17): there is no file {tmp_path / 'top.xml'}"
    assert len(missing) == 2
    (tmp_path / "top.xml").write_text("<rss/>")
    assert read(local, files=True, folder=tmp_path).feeds[0].url == "top.xml"


@pytest.mark.parametrize(
    ("written", "meant"), [(90, 90), ("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200)]
)
def test_an_interval_is_seconds_or_a_length_of_time(written: object, meant: int) -> None:
    assert seconds(written) == meant


def test_the_difference_names_what_is_added_changed_and_removed() -> None:
    old = read(SMALL)
    new = read(
        SMALL.replace("Harbour Post", "Harbour Mail")
        .replace("ptn-top", "ptn-new")
        .replace('"urgent"', '"flash"')
    )
    assert difference(old, old) == []
    assert difference(old, new) == [
        '~ site: name "The Harbour Post" → "The Harbour Mail"',
        '~ category breaking-news: terms ["breaking", "urgent"] → ["breaking", "flash"]',
        "- feed ptn-top",
        '+ feed ptn-new: url "http://wire.example/top.xml", provider "ptn", '
        'categories ["india"], syndicated false, kill_titles ["Cancelled -"], '
        'hold_titles ["Advance for"]',
    ]
    assert difference(None, old)[0].startswith('+ site: name "The Harbour Post"')


def test_a_new_order_of_categories_is_a_difference() -> None:
    old = read(SMALL)
    turned = msgspec.structs.replace(
        old.settings, categories=tuple(reversed(old.settings.categories))
    )
    assert difference(old, msgspec.structs.replace(old, settings=turned)) == [
        "~ categories: order is now india, breaking-news"
    ]


# --- for every file -----------------------------------------------------------------------------

# Other tests run beside these: how long an example takes says nothing.
ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LINE = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30).map(
    str.strip
)
HOST = st.from_regex(r"[a-z]{1,10}(\.[a-z]{2,5})?(:[1-9][0-9]{0,3})?", fullmatch=True)


SLUGS = st.lists(st.from_regex(SLUG, fullmatch=True), max_size=4, unique=True).map(
    lambda found: list(dict.fromkeys(f"c-{slug}"[:60].rstrip("-") for slug in found))
)
CATEGORY = st.builds(
    Category,
    name=LINE.filter(bool),
    slug=st.just(""),
    terms=st.lists(LINE.filter(bool), max_size=3, unique=True).map(tuple),
)
FEED = st.builds(
    Feed,
    id=st.from_regex(r"[a-z][a-z0-9._-]{0,20}", fullmatch=True),
    url=HOST.map(lambda host: f"https://{host}/feed?a=b"),
    provider=st.just("ptn"),
    interval=st.integers(10, 7 * 86400),
    syndicated=st.booleans(),
    hold=st.booleans(),
    source=LINE,
    identity=st.sampled_from(["guid", "link"]),
    secret=st.sampled_from(["", "wireroom/ptn", "ssm:/wireroom/a/b.c"]),
    kill_titles=st.sampled_from([(), ("Cancelled -", "निरस्त")]),
    hold_titles=st.sampled_from([(), ("Advance for",)]),
    pictures=st.sampled_from(["store", "link", "none"]),
)
FEEDS = st.lists(FEED, max_size=3, unique_by=(lambda f: f.id, lambda f: f.url))
SITE = st.builds(
    Site,
    name=LINE.filter(bool),
    url=HOST.map(lambda host: f"https://{host}"),
    timezone=st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
    locale=st.sampled_from(["en", "en_IN", "hi"]),
    tagline=LINE,
    contact=LINE,
    freshen_hours=st.integers(0, 744),
    internal_hosts=st.lists(HOST, max_size=2, unique=True).map(tuple),
)


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    # A strategy that is made anew for each example takes longer than the example.
    replace, slugs = msgspec.structs.replace, draw(SLUGS)
    categories = tuple(replace(draw(CATEGORY), slug=slug) for slug in slugs)
    feeds = draw(FEEDS)
    if slugs:
        filed = st.lists(st.sampled_from(slugs), unique=True).map(tuple)
        feeds = [replace(feed, categories=draw(filed)) for feed in feeds]
    providers = tuple(sorted({feed.provider for feed in feeds}))
    settings = Settings(site=draw(SITE), categories=categories, providers=providers)
    return Configuration(settings=settings, feeds=tuple(feeds))


@ANY_MACHINE
@given(configurations())
def test_what_is_written_reads_back_the_same(configuration: Configuration) -> None:
    again = read(write(configuration))
    assert msgspec.structs.replace(again.settings, version="") == configuration.settings
    assert again.feeds == configuration.feeds
    assert difference(again, again) == []


KEYS = ["site", "categories", "feeds", "name", "url", "slug", "terms", "id", "provider"]
KEYS += ["interval", "locale", "timezone"]
KEYS += ["internal_hosts", "freshen_hours", "identity", "hold", "क", "a b"]
SCALARS = (
    st.text(max_size=20)
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.datetimes()
    | st.sampled_from(["https://a.example", "http://[::1", "https://a.example:99999", "Asia", "en"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


def toml(value: object) -> str:
    """Any value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(
            c if c.isalnum() or 0xD800 <= ord(c) < 0xE000 else f"\\U{ord(c):08x}" for c in value
        ) + '"'  # fmt: skip
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else f"{'-' if value < 0 else ''}inf"
    return value.isoformat() if isinstance(value, datetime) else repr(value)


@ANY_MACHINE
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
def test_any_toml_gives_a_configuration_or_its_problems(content: dict[str, object]) -> None:
    text = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in content.items())
    outcome(text)


@ANY_MACHINE
@given(st.text())
def test_any_text_gives_a_configuration_or_its_problems(text: str) -> None:
    outcome(text)


@pytest.mark.parametrize(
    "text", ["\ud800", "a = " + "[" * 5000, "a = " + "9" * 5000, "a = 2026-99-99", "\0"]
)
def test_an_odd_text_gives_its_problems(text: str) -> None:
    assert isinstance(outcome(text), SettingsError)


def outcome(text: str) -> Configuration | SettingsError:
    try:
        found = read(text)
    except SettingsError as error:
        failed = error
    else:
        assert read(write(found)) == found
        return found
    assert failed.problems
    assert all("\n" not in line for line in failed.problems)
    return failed


@pytest.mark.parametrize("value", ["hunter2", "arn:aws:secretsmanager:x", "ssm:wireroom/ptn", "/x"])
def test_a_secret_is_named_under_our_prefix_and_never_shown(value: str) -> None:
    feed = '[[feeds]]\nid = "top"\nurl = "https://wire.example/top"\nprovider = "ptn"\n'
    site = '[site]\nname = "Post"\nurl = "https://post.example"\n'
    for good in ("wireroom/ptn", "ssm:/wireroom/ptn"):
        (read_feed,) = read(f'{site}{feed}secret = "{good}"\n').feeds
        assert read_feed.secret == good
    with pytest.raises(SettingsError) as error:
        read(f'{site}{feed}secret = "{value}"\n')
    assert "feeds[0].secret (line 8): is not the name of a secret" in str(error.value)
    assert value not in str(error.value).replace("wireroom/ptn", "")


def test_a_feed_that_is_pushed_needs_a_secret_and_no_url() -> None:
    site = '[site]\nname = "Post"\nurl = "https://post.example"\n'
    feeds = "".join(
        f'[[feeds]]\nid = "{name}"\nprovider = "ptn"\npush = true\nsecret = "wireroom/{name}"\n'
        for name in ("one", "two")
    )
    found = read(site + feeds)
    assert [(feed.id, feed.url, feed.push) for feed in found.feeds] == [
        ("one", "", True), ("two", "", True)
    ]  # fmt: skip
    assert read(write(found)) == found
    with pytest.raises(SettingsError) as error:
        read(f'{site}[[feeds]]\nid = "one"\nprovider = "ptn"\npush = true\n')
    assert str(error.value).startswith("feeds[0].push (line 7): needs the `secret`")
    with pytest.raises(SettingsError) as error:
        read(f'{site}[[feeds]]\nid = "one"\nprovider = "ptn"\nsecret = "wireroom/a"\n')
    assert "feeds[0].url (line 4): is missing" in str(error.value)


def test_a_former_slug_or_id_is_one_that_is_gone_and_has_one_heir() -> None:
    head = '[site]\nname = "T"\nurl = "https://t.example"\n'
    names = (
        '[[categories]]\nname = "Nation"\nwas = [{}]\n[[categories]]\nname = "World"\nwas = [{}]\n'
    )
    found = read(head + names.format('"politics"', "")).settings.categories[0]
    assert (found.slug, found.was) == ("nation", ("politics",))
    for first, second, problem in (
        ('"world"', "", '"world" is the slug of categories[1]'),
        ('"old"', '"old"', '"old" is already in `was` of categories[0]'),
        ('"No slug"', "", 'has "No slug"'),
    ):
        with pytest.raises(SettingsError) as refused:
            read(head + names.format(first, second))
        assert problem in str(refused.value)


def test_a_feed_that_comes_as_files_needs_no_url_and_has_no_interval_without_one() -> None:
    site = '[site]\nname = "S"\nurl = "https://s.example"\n'
    feed = '[[feeds]]\nid = "files"\nprovider = "ptn"\ndrop = true\n'
    (found,) = read(site + feed).feeds
    assert (found.url, found.drop) == ("", True)
    assert read(write(read(site + feed))) == read(site + feed)
    polled = f'{site}{feed}url = "https://wire.example/a.xml"\ninterval = "10m"\n'
    assert read(polled).feeds[0].interval == 600
    with pytest.raises(SettingsError) as error:
        read(f'{site}{feed}interval = "5m"\n')
    assert str(error.value) == (
        "feeds[0].interval (line 8): is for feeds that are polled; expected a `url`,"
        " or no `interval`"
    )
    with pytest.raises(SettingsError) as error:
        read(site + feed.replace("true", "false"))
    assert "feeds[0].url (line 4): is missing" in str(error.value)
