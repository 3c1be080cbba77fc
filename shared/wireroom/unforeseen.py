"""The reason of an error as text, and the log entry of an unforeseen one.

Code that works on several things (entries, messages, changes, pages) catches every Exception that
one of them raises, and goes on with the others. So a bug in Wireroom fails one thing, with a
reason. That includes RecursionError and MemoryError. What is not an Exception (SystemExit, a
timeout) ends the run.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger

from wireroom.errors import WireroomError

logger = Logger(child=True)

LENGTH = 300  # characters kept of such an error's message, which may contain a whole document


def reason_of(error: Exception) -> str:
    """What is wrong, for people: the message of a WireroomError, else the error's type and the
    start of its message. All but a WireroomError is also logged with its traceback."""
    if isinstance(error, WireroomError):
        return str(error)
    reason = f"{type(error).__name__}: {str(error)[:LENGTH]}"
    log(error, reason)
    return reason


def log(error: Exception, reason: str) -> None:
    logger.error("unforeseen error", reason=reason, exc_info=error)
