"""The stack's alarms in words: what each means, and what to do. docs/operating.md says more."""

from __future__ import annotations

from typing import NamedTuple

from botocore.exceptions import ClientError
from msgspec import Struct

from wireroom.errors import Retryable
from wireroom.store.alarms import Alarm, Alarms
from wireroom.unforeseen import reason_of


class Words(NamedTuple):
    title: str
    meaning: str
    to_do: str


# Logical id in the template → its words. One that is missing is told by its description there.
WORDS = {
    "WireDeadLettersAlarm": Words(
        "Entries that could not become stories",
        "An entry of a feed was rejected. Its dead letter names feed, entry and reason.",
        "Look at the dead letters of entries below. Once the cause is fixed, send them again.",
    ),
    "InboxDeadLettersAlarm": Words(
        "Files that could not be taken",
        "A file was put into the inbox for a feed that takes none, or it is no whole document.",
        "Look at the dead letters of files below. Once the cause is fixed, send them again.",
    ),
    "PushesFailedAlarm": Words(
        "Pushes that met a mistake",
        "Something that a feed's sender pushed could not be taken, and the sender was told to try"
        " again. Its text is not wrong: Wireroom is.",
        "Whoever operates the stack looks at the log of PushFunction. If the sender has given up by"
        " then, it has to send the story again.",
    ),
    "EditDeadLettersAlarm": Words(
        "Editors' events that were refused",
        "Something that an editor asked for can't be applied. Its dead letter says what and why.",
        "Do it again as it should be, then discard the dead letter.",
    ),
    "RenderDeadLettersAlarm": Words(
        "Pages that could not be made",
        "A page could not be built or written, or a job could not go on.",
        "Look at the dead letters of pages below. Once the cause is fixed, send them again.",
    ),
    "PicturesDeadLettersAlarm": Words(
        "Pictures are not copied",
        "The function that copies pictures and takes them off the site did not run at all.",
        "Whoever operates the stack looks at the log of PicturesFunction. Its work is done again by"
        " itself; the dead letter may be discarded.",
    ),
    "KillNoticesAlarm": Words(
        "A kill notice that matches no story",
        "An agency has withdrawn a story that is not here under that guid or link.",
        "Waiting shows its headline. If the story is online, kill it.",
    ),
    "PurgesLateAlarm": Words(
        "CloudFront has not forgotten a page",
        "A page that must be gone, such as a killed story's, may still be in CloudFront's caches"
        " for more than five minutes.",
        "Whoever operates the stack runs `wireroom status`: it says which page, and why.",
    ),
    "ThemeAlarm": Words(
        "The theme could not print a page",
        "The page was made with the built-in templates instead.",
        "Whoever makes the theme looks at the log of RenderFunction, mends the theme, and runs"
        " `wireroom apply`.",
    ),
    "RenderLagAlarm": Words(
        "The site is behind",
        "Changes of more than five minutes ago are not on the site yet.",
        "It catches up by itself after a burst of changes. If it goes on, whoever operates the"
        " stack looks at the log of RenderFunction.",
    ),
    "FunctionErrorsAlarm": Words(
        "Functions fail",
        "One of the functions failed in three of the last five minutes.",
        "What failed is tried again by itself. If it goes on, whoever operates the stack looks at"
        " the logs for errors.",
    ),
}


class Told(Struct, frozen=True):
    """`raised`: those in ALARM, with their words; `others`: those that are not. `problem`: why they
    can't be told of, or ""."""

    raised: list[tuple[Alarm, Words]] = []
    others: list[tuple[Alarm, Words]] = []
    problem: str = ""


def told(alarms: Alarms) -> Told:
    try:
        found = [(alarm, _words(alarm)) for alarm in alarms.all()]
    except (Retryable, ClientError) as error:  # the rest of a screen does not need them
        return Told(problem=reason_of(error))
    raised = [each for each in found if each[0].state == "ALARM"]
    return Told(raised, [each for each in found if each not in raised])


def _words(alarm: Alarm) -> Words:
    return WORDS.get(alarm.name, Words(alarm.name, alarm.meaning, ""))
