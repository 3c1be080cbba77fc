"""A story at the desk: what is shown, what can be done with it, and what becomes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from urllib.parse import quote, urlencode

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from tests.desk.browser import HOST, ORIGIN, Browser
from tests.pipeline.test_private_feeds import logged  # noqa: F401 (a fixture)
from tests.pipeline.world import FEED, SETTINGS, entry
from tests.xss.payloads import PAYLOADS
from wireroom.newsroom.identity import article_id

STORY = article_id("ptn", "1")
HEADERS = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
ACTIONS = {
    "headline": {"headline": "Another headline"},
    "hold": {},
    "release": {},
    "kill": {"reason": "legal"},
    "reinstate": {},
}


@pytest.fixture
def desk(editor: Browser) -> Browser:
    """An editor is signed in, and there is a story."""
    editor.world.publish(entry(1))
    editor.world.aws.calls.reset()
    return editor


def follow(browser: Browser) -> str:
    """What became of what was sent, as one line of text."""
    page = browser.get("/sent?part=1")
    assert page.status == 200
    return " ".join(re.sub(r"<[^>]*>", "", page.text).split())


def test_a_story_shows_both_layers_its_words_and_its_history(desk: Browser) -> None:
    desk.world.edit("headline", article="ptn:1", headline="Ours", why="shorter")
    page = desk.get(f"/story/{STORY}")
    assert page.status == 200
    for shown in (
        '<h1 dir="auto">Ours</h1>',
        "Body of story 1, version 1.",
        "Story 1 version 1",
        "shorter",
        "asha",
        "Live",
        "https://harbour.example/2026/02/11/story-1-version-1/",
    ):
        assert shown in page.text


def test_a_story_costs_three_calls(desk: Browser) -> None:
    desk.get(f"/story/{STORY}")
    calls = [f"{c.service}:{c.operation}" for c in desk.world.aws.calls]
    assert calls == ["dynamodb:BatchGetItem", "s3:GetObject", "dynamodb:Query"]


@pytest.mark.parametrize(
    "words",
    [
        STORY,
        "ptn:1",
        "/2026/02/11/story-1-version-1/",
        "https://harbour.example/2026/02/11/story-1-version-1/?utm_source=mail",
    ],
)
def test_a_story_is_found_by_what_names_it(desk: Browser, words: str) -> None:
    page = desk.send("GET", f"/?find={words.replace('&', '%26').replace('?', '%3F')}")
    assert (page.status, page.location) == (303, f"/story/{STORY}")


@pytest.mark.parametrize("words", ["nothing", "https://elsewhere.example/x", "ptn:2", "/x/"])
def test_what_names_no_story_is_said(desk: Browser, words: str) -> None:
    page = desk.get(f"/?find={words}")
    assert page.status == 200
    assert "No story fits" in page.text


def test_a_headline_is_changed_and_followed_until_its_pages_are_written(desk: Browser) -> None:
    page = desk.act(STORY, "headline", headline="Gates <opened>", why="clearer")
    assert (page.status, page.location) == (303, f"/story/{STORY}")
    assert follow(desk).endswith("sent, not applied yet.")
    desk.world.aws.clock.advance(1)
    desk.world.aws.drain()
    article = desk.world.article()
    assert article.desk.headline.value == "Gates <opened>"
    assert article.desk.headline.by == "asha@harbour.example"
    assert "Gates &lt;opened&gt;" in desk.world.page(article.path)
    told = follow(desk)
    found = re.search(r"applied as revision 2 → (\d+) of (\d+) pages written within 2 s", told)
    assert found, told
    assert found[1] == found[2] != "0"


def test_pages_count_as_written_only_when_they_are(desk: Browser) -> None:
    desk.act(STORY, "headline", headline="Another")
    desk.world.aws.clock.advance(1)
    for source in desk.world.aws.queues:
        source.poll()
    assert "applied as revision 2 → 0 of " in follow(desk)
    desk.world.aws.drain()
    assert "pages written within 2 s" in follow(desk)


def test_what_was_sent_stays_in_reach_on_other_pages(desk: Browser) -> None:
    desk.act(STORY, "hold")
    assert "<b>hold</b> of" in desk.get("/").text


def test_an_event_that_the_pipeline_refuses_is_told_with_its_reason(desk: Browser) -> None:
    desk.act(STORY, "headline", headline="Too late")
    desk.world.say("note", article="ptn:1", note="in between")  # it is applied first
    queue = desk.world.aws.client("sqs")
    url = desk.world.aws.outputs["EditQueueUrl"]
    first = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"][0]
    desk.world.aws.drain()  # the other, and then this one again
    assert json.loads(first["Body"])["detail"]["headline"] == "Too late"
    desk.world.aws.clock.advance(4)
    assert "refused: expected_revision: the article is at revision 2, not 1" in follow(desk)
    assert len(desk.world.letters()) == 1  # it was put back


def test_a_story_is_held_released_killed_and_put_back(desk: Browser) -> None:
    for action, state in (
        ("hold", "held"),
        ("release", "live"),
        ("hold", "held"),  # once more
        ("release", "live"),
        ("kill", "killed"),
        ("reinstate", "live"),
    ):
        fields = {"reason": "legal"} if action == "kill" else {}
        desk.act(STORY, action, why=f"because of {action}", **fields)
        desk.world.aws.clock.advance(1)
        desk.world.aws.drain()
        assert desk.world.article().state == state
        assert f"because of {action}" in desk.get(f"/story/{STORY}").text
    row = desk.world.table.articles.history(STORY)[-1]
    assert (row.who, row.what) == ("asha@harbour.example", "reinstate")


def test_what_was_left_alone_is_no_decision(desk: Browser) -> None:
    desk.act(STORY, "headline", headline="Ours", standfirst="", slug="")
    desk.world.aws.drain()
    article = desk.world.article()
    assert article.desk.headline.value == "Ours"
    assert article.desk.standfirst is None
    assert article.desk.slug is None


def test_an_emptied_headline_is_the_agencys_again(desk: Browser) -> None:
    desk.world.edit("headline", article="ptn:1", headline="Ours")
    desk.world.aws.clock.advance(1)
    desk.act(STORY, "headline", headline="")
    desk.world.aws.drain()
    assert desk.world.article().desk.headline.value is None


def test_a_form_that_is_sent_twice_is_one_event(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")}
    for _ in range(2):
        desk.post(f"/story/{STORY}/hold", **form)
    desk.world.aws.drain()
    assert desk.world.article().revision == 2
    assert desk.world.letters() == []


def test_who_saves_over_anothers_change_is_told_and_loses_no_word(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")}
    desk.world.edit("headline", article="ptn:1", headline="Theirs", by="rani")
    page = desk.post(f"/story/{STORY}/headline", headline="Mine, long thought about", **form)
    assert page.status == 409
    assert "rani has changed the story since you loaded it (headline, revision 2)" in page.text
    assert ">Mine, long thought about</textarea>" in page.text
    assert "Theirs" in page.text
    desk.world.aws.drain()
    assert desk.world.article().desk.headline.value == "Theirs"


def test_an_editors_own_change_is_no_surprise_to_them(desk: Browser) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")}
    for headline in ("Ours", "Ours, better"):  # on one page, without loading it again
        assert desk.post(f"/story/{STORY}/headline", headline=headline, **form).status == 303
        desk.world.aws.clock.advance(1)
        desk.world.aws.drain()
    assert desk.world.article().desk.headline.value == "Ours, better"


@pytest.mark.parametrize("action", ["hold", "kill"])
def test_a_story_is_taken_down_whatever_has_happened_to_it(desk: Browser, action: str) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")} | ACTIONS[action]
    desk.world.edit("headline", article="ptn:1", headline="Theirs", by="rani")
    desk.world.aws.clock.advance(1)
    assert desk.post(f"/story/{STORY}/{action}", **form).status == 303
    desk.world.say("note", article="ptn:1", note="in between")
    desk.world.aws.drain()
    assert desk.world.article().state == {"hold": "held", "kill": "killed"}[action]


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        ("kill", {"reason": "dull"}, "reason: "),
        ("kill", {}, "reason: "),
        ("headline", {"headline": "x" * 501}, "headline: is longer than 500 characters"),
        ("headline", {}, "headline: none of headline, standfirst and slug is given"),
        ("headline", {"slug": "???"}, "slug: "),
        ("hold", {"why": "x" * 1001}, "why: is longer than 1000 characters"),
    ],
)
def test_what_the_pipeline_would_refuse_is_refused_at_once(
    desk: Browser, action: str, fields: dict[str, str], reason: str
) -> None:
    page = desk.act(STORY, action, **fields)
    assert page.status == 409
    assert f"Not sent: {reason}" in page.text
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
def test_a_reader_changes_nothing(desk: Browser, action: str) -> None:
    desk.sign_in("rani@harbour.example")
    page = desk.get(f"/story/{STORY}")
    assert page.status == 200
    assert f"/story/{STORY}/{action}" not in page.text
    token = page.field("token")  # of the form that signs out
    assert desk.post(f"/story/{STORY}/{action}", token=token, **ACTIONS[action]).status == 403
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_no_request_puts_anothers_name_into_the_history(desk: Browser) -> None:
    names = {"by": "chief@harbour.example", "who": "chief", "email": "chief@harbour.example"}
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")} | names
    form |= {"at": "2020-01-01T00:00:00Z", "article": "ptn:2"}
    assert desk.send("POST", f"/story/{STORY}/hold", urlencode(form), HEADERS).status == 303
    desk.world.aws.drain()
    row = desk.world.table.articles.history(STORY)[-1]
    assert (row.what, row.who) == ("hold", "asha@harbour.example")


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://evil.example", f"http://{HOST}", f"https://{HOST}.evil.example"],
)
@pytest.mark.parametrize("path", [*(f"/story/{STORY}/{each}" for each in ACTIONS), "/sign-out"])
def test_a_form_of_another_site_is_refused(desk: Browser, path: str, origin: str) -> None:
    page = desk.get(f"/story/{STORY}")
    form = {name: page.field(name) for name in ("token", "revision")}
    assert desk.post(path, origin=origin, reason="legal", **form).status == 403
    desk.world.aws.drain()
    assert desk.world.article().revision == 1
    assert desk.get("/").status == 200  # nor signed out


def test_a_form_without_the_sessions_token_is_refused(desk: Browser) -> None:
    other = Browser(desk.world, desk.issuer)
    other.sign_in("chief@harbour.example")
    for token in ("", "x", other.token):
        assert desk.post(f"/story/{STORY}/hold", token=token).status == 403
    desk.world.aws.drain()
    assert desk.world.article().revision == 1


def test_who_is_signed_out_changes_nothing_and_sees_nothing(desk: Browser) -> None:
    token = desk.token
    desk.cookies.clear()
    assert desk.post(f"/story/{STORY}/kill", token=token, reason="legal").status == 401
    for path in ("/", f"/story/{STORY}", "/sent"):
        page = desk.get(path)
        assert page.status == 303
        assert page.location.startswith("/sign-in?")
        assert "Story 1" not in page.text
    assert desk.get("/sent?part=1").status == 401


@pytest.mark.parametrize(
    "body",
    [
        "token=" + "x" * 70_000,
        "&".join(f"a{number}=1" for number in range(60)),
        "token=%ff%fe",
    ],
    ids=["large", "many fields", "not text"],
)
def test_what_is_no_form_of_the_desk_is_refused(desk: Browser, body: str) -> None:
    page = desk.send("POST", f"/story/{STORY}/hold", body, {"origin": f"https://{HOST}"})
    assert page.status in (400, 413)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_after_an_action_the_desk_leads_to_no_other_site(desk: Browser, back: str) -> None:
    assert desk.act(STORY, "hold", back=back).location == "/"


def test_what_is_not_there_is_said(desk: Browser) -> None:
    assert desk.get("/story/nobody").status == 404
    assert desk.get("/nothing").status == 404
    assert desk.get("/assets/app.py").status == 404
    assert desk.post(f"/story/{STORY}/delete", token=desk.token).status == 404
    assert desk.post("/story/nobody/hold", token=desk.token).status == 404


# --- every answer -------------------------------------------------------------------------------


def test_every_answer_forbids_frames_inline_scripts_and_keeping(desk: Browser) -> None:
    paths = ["/", f"/story/{STORY}", "/sent", "/sign-in", "/signed-in", "/nothing"]
    for page in [*map(desk.get, paths), desk.post("/sign-out")]:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"
        assert "style=" not in page.text
        assert not re.search(r"<script(?! src=\"/assets/)", page.text)
        assert not re.search(r"\son\w+=", page.text)


def test_the_style_sheet_and_the_script_may_be_kept_for_ever(desk: Browser) -> None:
    page = desk.get("/")
    for kind, path in re.findall(r'(href|src)="(/assets/[^"]+)"', page.text):
        found = desk.get(path)
        assert found.status == 200, kind
        assert "immutable" in found.headers["cache-control"]
        assert found.headers["x-content-type-options"] == "nosniff"


def test_hostile_words_are_shown_as_words(desk: Browser) -> None:
    """From an agency, whose headlines are text already, and from an editor, who is not scrubbed.

    Every page has the same elements, with the same attributes, as for words that are harmless.
    """
    harmless = told(desk, ["harmless words"])
    several = [*packed(PAYLOADS, 480)]
    found = told(desk, several)
    assert found <= harmless
    listed = desk.world.table.desk.newest(60).entries
    assert len(listed) > 20  # the others have no words that readers would see


def told(desk: Browser, several: list[str]) -> set[Element]:
    """What is on the pages of stories of whose texts each is one of `several`."""
    held, world = replace(FEED, hold=True), desk.world
    found: set[Element] = set()
    for words in several:  # before there is much to look through
        query = quote(words, errors="replace")
        for path in (f"/?find={query}", f"/fronts?pin={query}"):
            found |= parsed(desk.get(path).text)
    texts = {f"{len(several)}-{number}": words for number, words in enumerate(several)}
    for name, words in texts.items():
        world.send(entry(name, title=words, byline=words, body=words), feed=held)
    world.aws.drain()
    stories = {name: each for name in texts if (each := world.article(name))}
    for name, article in stories.items():
        words = texts[name]
        fields = {"headline": words, "standfirst": words, "why": words}
        assert desk.act(article.id, "headline", **fields).status == 303
        found |= parsed(desk.get("/sent").text)
    world.aws.clock.advance(1)
    world.aws.drain()
    for article in stories.values():
        found |= parsed(desk.get(f"/story/{article.id}").text)
    return found | parsed(desk.get("/").text)


Element = tuple[str, tuple[str, ...]]


def packed(payloads: Iterable[str], room: int) -> Iterator[str]:
    """The payloads, several in each text of at most `room` characters."""
    text = ""
    for payload in (each[:room] for each in payloads):
        if len(text) + len(payload) >= room:
            yield text
            text = ""
        text += f"{payload} "
    yield text


def parsed(page: str) -> set[Element]:
    """Each element with the names of its attributes, as a browser reads the page."""
    root = LexborHTMLParser(page).root
    assert root
    found = set()
    for node in root.traverse():
        for name in ("href", "src", "action"):
            address = node.attributes.get(name) or "/"
            assert address.startswith(("/", "#", f"{SETTINGS.site.url}/")), address
        found.add((str(node.tag), tuple(sorted(node.attributes))))
    return found


def test_each_action_and_each_refusal_leaves_a_line_in_the_log(
    desk: Browser,
    logged: StringIO,  # noqa: F811
) -> None:
    desk.act(STORY, "hold")
    desk.post(f"/story/{STORY}/hold", token="")
    lines = [json.loads(each) for each in logged.getvalue().splitlines() if each[:1] == "{"]
    sent, refused = (each for each in lines if each["message"] == "audit")
    assert (sent["by"], sent["action"], sent["article"]) == ("asha@harbour.example", "hold", STORY)
    assert sent["outcome"] == "sent"
    assert (refused["by"], refused["reason"]) == ("asha@harbour.example", "no token")
    assert (refused["outcome"], refused["path"]) == ("refused", f"/story/{STORY}/hold")
