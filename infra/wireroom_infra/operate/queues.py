"""The queues of a stack, and the outputs that have their addresses."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    """A queue whose dead letters are meant. `render` and `pictures` read the table's stream, which
    is no queue."""

    WIRE = "wire"
    INBOX = "inbox"
    EDITS = "edits"
    RENDER = "render"
    PICTURES = "pictures"


WORK = {Queue.WIRE: "WireQueueUrl", Queue.INBOX: "InboxQueueUrl", Queue.EDITS: "EditQueueUrl"}
DEAD_LETTERS = {
    Queue.WIRE: "WireDeadLettersUrl",
    Queue.INBOX: "InboxDeadLettersUrl",
    Queue.EDITS: "EditDeadLettersUrl",
    Queue.RENDER: "RenderDeadLettersUrl",
    Queue.PICTURES: "PicturesDeadLettersUrl",
}
