"""The screen "Trouble": dead letters, sent again or discarded, and the jobs that run."""

from __future__ import annotations

import json
import re
from html import unescape
from io import StringIO

import msgspec
import pytest

from desk.alarms import WORDS
from tests.desk.browser import Browser
from tests.desk.test_stories import Element, packed, parsed
from tests.pipeline.test_private_feeds import logged  # noqa: F401 (a fixture)
from tests.pipeline.world import FEED, entry
from tests.xss.payloads import PAYLOADS
from wireroom import clock
from wireroom.model import Arrival, Job, Page
from wireroom.pipeline.dead_letters import FailedPage, Rejected, RejectedEntry
from wireroom.store.alarms import Alarms

OUTPUTS = {
    "wire": "WireDeadLettersUrl",
    "edits": "EditDeadLettersUrl",
    "render": "RenderDeadLettersUrl",
    "pictures": "PicturesDeadLettersUrl",
}


@pytest.fixture
def chief(browser: Browser) -> Browser:
    assert browser.sign_in("chief@harbour.example").status == 303
    return browser


def fail(browser: Browser, queue: str, body: object, reason: str = "once bad") -> None:
    text = body if isinstance(body, str) else json.dumps(msgspec.to_builtins(body))
    browser.world.aws.client("sqs").send_message(
        QueueUrl=browser.world.aws.outputs[OUTPUTS[queue]],
        MessageBody=text,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
    )


def letters(browser: Browser, queue: str) -> list[str]:
    text = browser.get(f"/trouble?queue={queue}").text
    return list(dict.fromkeys(re.findall(r'name="letter" value="([^"]+)"', text)))


def press(browser: Browser, queue: str, action: str, letter: str = ""):
    fields = {"letter": letter} if letter else {}
    return browser.post(f"/trouble/{queue}/{action}", token=browser.token, **fields)


def arrival(number: int) -> Arrival:
    return Arrival(feed=FEED, seen=clock.now(), entry=entry(number))


def test_no_trouble_is_said(editor: Browser) -> None:
    text = editor.get("/trouble").text
    assert "There is none." in text
    assert "No job runs." in text


def test_a_dead_letter_says_feed_entry_and_reason_and_stays(editor: Browser) -> None:
    fail(editor, "wire", RejectedEntry(Rejected(feed="ptn-top", entry="e-1", title="A title")))
    for _ in range(2):
        text = editor.get("/trouble").text
        for shown in ("Entries: 1", "A title", "ptn-top", "e-1", "once bad"):
            assert shown in text


def sound(browser: Browser, alarm: str, state: str = "ALARM") -> None:
    aws = browser.world.aws
    aws.client("cloudwatch").set_alarm_state(
        AlarmName=aws.stack.ids[alarm], StateValue=state, StateReason="a test"
    )


def test_alarms_are_told_with_what_to_do_and_those_that_sound_come_first(editor: Browser) -> None:
    assert '<p role="status">None.</p>' in editor.get("/trouble").text
    sound(editor, "RenderLagAlarm")
    sound(editor, "ThemeAlarm", "INSUFFICIENT_DATA")
    text = unescape(editor.get("/trouble").text)
    before, quiet, after = text.partition("<summary>")
    assert quiet
    for shown in WORDS["RenderLagAlarm"]:
        assert shown in before
    assert "since <time" in before
    assert WORDS["ThemeAlarm"].title in after
    assert "nothing measured yet" in after
    assert WORDS["RenderLagAlarm"].title not in after
    assert f"{len(WORDS) - 1} that are quiet" in after


def test_every_alarm_of_the_template_has_its_words(editor: Browser) -> None:
    ids = editor.world.aws.stack.ids
    assert {name for name in ids if name.endswith("Alarm")} == set(WORDS)


def test_alarms_of_a_stack_whose_name_begins_alike_are_not_told(editor: Browser) -> None:
    sound(editor, "RenderLagAlarm")
    aws = editor.world.aws
    ours = Alarms(aws.client, aws.stack_name)
    assert [each.name for each in ours.all() if each.state == "ALARM"] == ["RenderLagAlarm"]
    begun = Alarms(aws.client, aws.stack.ids["RenderLagAlarm"].rsplit("-", 1)[0])
    assert begun.all() == []


def test_without_the_alarms_the_rest_is_shown(
    editor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(editor, "wire", arrival(2))
    role = editor.world.aws.functions["DeskFunction"].role
    allows = role.allows

    def but_alarms(action: str, *more: str) -> bool:
        return action != "cloudwatch:DescribeAlarms" and allows(action, *more)

    monkeypatch.setattr(role, "allows", but_alarms)
    page = editor.get("/trouble")
    assert page.status == 200
    assert "They can't be told of now: ClientError" in unescape(page.text)
    assert "Entries: 1" in page.text
    assert "No job runs." in page.text


def test_an_event_that_was_refused_is_told_in_words(editor: Browser) -> None:
    editor.world.edit("hold", article="ptn:2")
    text = editor.get("/trouble?queue=edits").text
    assert "hold of ptn:2, by asha, " in text
    assert "IST" in text


def test_the_first_view_takes_ten_calls_at_most_and_no_scan(editor: Browser) -> None:
    for queue in OUTPUTS:
        for number in range(12):
            fail(editor, queue, arrival(number), "bad " * 250)
    editor.world.table.jobs.put(None, Job(id="a", requested=clock.now(), phase="waiting"))
    editor.world.aws.calls.reset()
    page = editor.get("/trouble")
    assert len(editor.world.aws.calls) <= 10
    assert "dynamodb:Scan" not in editor.world.calls()
    assert len(page.text.encode()) < 60 << 10
    assert "More of about 12" in page.text
    assert len(re.findall("<dt>Reason", editor.get("/trouble?queue=wire&more=1").text)) == 12


def test_an_entry_is_sent_again_and_published(chief: Browser) -> None:
    fail(chief, "wire", arrival(2))
    (letter,) = letters(chief, "wire")
    page = press(chief, "wire", "again", letter)
    assert (page.status, page.location) == (303, "/trouble?queue=wire&again=1")
    assert "1 dead letter sent again" in chief.get(page.location).text
    chief.world.aws.drain()
    assert chief.world.article("2").state == "live"
    assert chief.world.letters() == []


def test_all_of_a_queue_are_sent_again_together(chief: Browser) -> None:
    for number in range(12):
        fail(chief, "wire", arrival(number))
    assert press(chief, "wire", "again").location == "/trouble?queue=wire&again=12"
    chief.world.aws.drain()
    assert chief.world.article("11").state == "live"
    assert chief.world.letters() == []


def test_an_editors_event_is_sent_again_and_applied(chief: Browser) -> None:
    chief.world.edit("hold", article="ptn:2")
    chief.world.publish(entry(2))
    press(chief, "edits", "again", letters(chief, "edits")[0])
    chief.world.aws.drain()
    assert chief.world.article("2").state == "held"


def test_a_feed_whose_entry_was_rejected_is_read_again(chief: Browser) -> None:
    chief.world.apply(chief.world.table.settings(), (FEED,))
    row = chief.world.feeds.take(FEED.id, clock.now(), clock.now())
    later = clock.now().replace(year=2030)
    chief.world.feeds.save(row, msgspec.structs.replace(row.state, due=later), [])
    fail(chief, "wire", RejectedEntry(Rejected(feed=FEED.id, entry="e-1")))
    assert press(chief, "wire", "again", letters(chief, "wire")[0]).status == 303
    assert chief.world.feeds.get(FEED.id).state.due < later


def test_a_page_that_could_not_be_made_is_made(chief: Browser) -> None:
    world = chief.world
    world.aws.client("s3").put_object(
        Bucket=world.aws.outputs["SiteBucket"], Key="index.html", Body=b"spoiled"
    )
    fail(chief, "render", FailedPage(Page(path="/", kind="front", list="home")))
    press(chief, "render", "again", letters(chief, "render")[0])
    world.aws.drain()
    assert world.page("/") != "spoiled"
    assert world.letters() == []


def test_what_can_not_be_sent_again_stays_and_says_why(chief: Browser) -> None:
    fail(chief, "wire", RejectedEntry(Rejected(feed="gone", entry="e-1")))
    fail(chief, "wire", arrival(2))
    page = press(chief, "wire", "again")
    assert page.status == 409
    assert "1 dead letter sent again" in page.text
    assert "feed gone no longer exists" in page.text
    assert letters(chief, "wire") != []
    chief.world.aws.drain()
    assert len(chief.world.letters()) == 1


def test_one_is_discarded_and_the_others_stay(chief: Browser) -> None:
    for number in (1, 2, 3):
        fail(chief, "wire", arrival(number), f"bad {number}")
    first = letters(chief, "wire")[0]
    assert press(chief, "wire", "discard", first).location == "/trouble?queue=wire&discard=1"
    assert first not in letters(chief, "wire")
    assert len(chief.world.letters()) == 2
    assert press(chief, "wire", "discard", first).status == 409  # it is gone
    assert press(chief, "wire", "discard").status == 400  # not all at once
    assert len(chief.world.letters()) == 2


@pytest.mark.parametrize("who", ["asha@harbour.example", "rani@harbour.example"])
@pytest.mark.parametrize("action", ["again", "discard"])
def test_only_a_chief_moves_a_dead_letter(chief: Browser, who: str, action: str) -> None:
    fail(chief, "wire", arrival(2))
    (letter,) = letters(chief, "wire")
    chief.sign_in(who)
    assert letters(chief, "wire") == []  # it is shown without a form
    assert press(chief, "wire", action, letter).status == 403
    chief.world.aws.drain()
    assert chief.world.article("2") is None
    assert len(chief.world.letters()) == 1


def test_a_form_of_another_site_moves_nothing(chief: Browser) -> None:
    fail(chief, "wire", arrival(2))
    token = chief.token
    for origin in ("", "https://evil.example"):
        page = chief.post("/trouble/wire/again", token=token, origin=origin)
        assert page.status == 403
    assert chief.post("/trouble/wire/again", token="").status == 403
    assert press(chief, "nothing", "again").status == 404
    assert press(chief, "wire", "sell").status == 404
    assert len(chief.world.letters()) == 1


def test_jobs_tell_how_far_they_are(editor: Browser) -> None:
    job = Job(id="all", requested=clock.now(), phase="waiting", done=3, total=10, by="rani")
    editor.world.table.jobs.put(None, job)
    text = editor.get("/trouble").text
    assert "republish of everything: 3 of about 10 pages so far (job all, by rani)" in text
    assert '<progress max="10" value="3"' in text


@pytest.mark.parametrize("screen", ["/trouble", "/republish", "/republish?job=" + "0" * 32])
def test_a_job_whose_row_can_not_be_read_is_named_beside_the_others(
    editor: Browser, screen: str
) -> None:
    world = editor.world
    for name in ("a", "0" * 32):
        world.table.jobs.put(None, Job(id=name, requested=clock.now(), phase="waiting"))
    world.aws.client("dynamodb").update_item(
        TableName=world.aws.outputs["TableName"],
        Key={"pk": {"S": f"job#{'0' * 32}"}, "sk": {"S": "job"}},
        UpdateExpression="SET phase = :phase",
        ExpressionAttributeValues={":phase": {"S": "of another release"}},
    )
    page = editor.get(screen)
    assert page.status == 200
    assert f"The row of the job {'0' * 32} can't be read: ValidationError" in unescape(page.text)
    assert "(job a, by -)" in page.text


def test_what_others_wrote_is_shown_as_words(chief: Browser) -> None:
    found: list[set[Element]] = []
    token = chief.token
    for words in ["harmless words", *packed(PAYLOADS, 480)]:
        rejected = Rejected(feed=words, entry=words, title=words)
        plain = words.encode("ascii", "backslashreplace").decode()
        fail(chief, "wire", RejectedEntry(rejected), re.sub(r"[\x00-\x1f]", "?", plain))
        page = chief.get("/trouble?queue=wire")
        found.append(parsed(page.text))
        gone = chief.post("/trouble/wire/discard", token=token, letter=page.field("letter"))
        assert gone.status == 303
    assert "dt" in {tag for tag, _ in found[-1]}
    assert all(each <= found[0] for each in found)


def test_each_is_told_in_the_log(chief: Browser, logged: StringIO) -> None:  # noqa: F811
    fail(chief, "wire", arrival(2), "bad")
    press(chief, "wire", "discard", letters(chief, "wire")[0])
    lines = [json.loads(each) for each in logged.getvalue().splitlines() if each[:1] == "{"]
    (line,) = (each for each in lines if each["message"] == "audit")
    assert (line["by"], line["action"]) == ("chief@harbour.example", "discard")
    assert (line["queue"], line["letters"], line["reasons"]) == ("wire", 1, ["bad"])


def test_pictures_are_counted_when_their_alarm_rings_or_they_are_chosen(chief: Browser) -> None:
    fail(chief, "pictures", "{}")
    assert "Pictures: 1" not in chief.get("/trouble").text
    assert "Pictures: 1" in chief.get("/trouble?queue=pictures").text
    sound(chief, "PicturesDeadLettersAlarm")
    assert "Pictures: 1" in chief.get("/trouble").text
