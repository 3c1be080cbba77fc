"""Every error that Wireroom raises on purpose.

    WireroomError
    ├── Retryable            may work if it is tried again: back to the queue
    │   ├── Conflict         somebody else wrote first; read again and decide again
    │   │   ├── PathTaken    the address belongs to another article; decide on another
    │   │   └── EventApplied the editor's event has been applied already
    │   ├── Busy             a host has as many of our requests at a time as it may
    │   ├── TooManyPurges    the CDN has as many purges under way as it takes
    │   └── Unavailable      AWS throttled us, failed or did not answer
    └── Permanent            fails the same way each time: to a dead-letter queue, with its reason
        ├── SettingsError    site.toml is wrong; names the key and what was expected
        ├── NotAFeed         a document that is not a feed, or is unsafe to parse
        ├── FetchError       a failed fetch; fetched again when the feed is next due
        ├── EntryRejected    one entry that can't become an article
        ├── FileRefused      a file of the inbox that no feed takes
        ├── EditRefused      an editor's event that can't be applied; `field` names what is wrong
        ├── PageFailed       one page that can't be built from what the table says
        ├── ReleaseFailed    due articles that could not be published or taken down
        ├── TooMuch          more than AWS takes: a row, a transaction, a message or a key
        ├── Overfiled        a story in more categories than one write can list
        ├── ThemeFailed      a theme that is not there, or a template of it that can't print a page
        ├── PictureRefused   bytes that are not a picture which the site can show
        └── PicturesFailed   pictures that could not be copied or taken off the site

A FetchError is permanent for one check only: it is recorded with the feed, not sent to a
dead-letter queue.

Errors of botocore and urllib3 are translated where the call is made, and nowhere else.
"""

from __future__ import annotations


class WireroomError(Exception):
    """Base of all the others; never raised itself."""


class Retryable(WireroomError):
    pass


class Conflict(Retryable):
    pass


class PathTaken(Conflict):
    pass


class EventApplied(Conflict):
    pass


class Busy(Retryable):
    pass


class TooManyPurges(Retryable):
    pass


class Unavailable(Retryable):
    pass


class Permanent(WireroomError):
    pass


class SettingsError(Permanent):
    """`problems`: one line each, `key: what is wrong, what was expected`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class NotAFeed(Permanent):
    """`state`: a short stable name (`not-xml`, `html`, `entities`, `too-deep` …)."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(f"{state}: {reason}")
        self.state = state


class FetchError(Permanent):
    """A fetch that failed. The feed is tried again at its next due time.

    `state`: a short stable name (`dns`, `tls`, `timeout`, `forbidden`, `gone` …), shown by
    `wireroom feeds list`. `retry_after`: seconds, if the publisher asked for a wait.
    """

    def __init__(self, state: str, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{state}: {reason}")
        self.state = state
        self.retry_after = retry_after


class EntryRejected(Permanent):
    """`field`: the part of the entry that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class FileRefused(Permanent):
    pass


class EditRefused(Permanent):
    """`field`: the field of the event that is wrong, or the article's state that forbids it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class PageFailed(Permanent):
    def __init__(self, page: str, reason: str) -> None:
        super().__init__(f"page {page}: {reason}")
        self.page = page


class ReleaseFailed(Permanent):
    """Names each article. Raised after all other due articles are done, to set off the alarm."""


class TooMuch(Permanent):
    """AWS rejects the call because of its size; a retry would be rejected, too."""


class Overfiled(Permanent):
    """`categories`: how many the story is in."""

    def __init__(self, categories: int, most: int) -> None:
        super().__init__(f"categories: the story is in {categories}, and may be in {most} at most")
        self.categories = categories


class ThemeFailed(Permanent):
    """The page is made with the built-in templates instead."""


class PictureRefused(Permanent):
    """`state`: a short stable name (`empty`, `too-large`, `not-a-picture`, `too-many-pixels`,
    `too-small`, `too-tall`, `broken`)."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(f"{state}: {reason}")
        self.state = state


class PicturesFailed(Permanent):
    """Names each article. Raised after all other work is done, to set off the alarm."""
