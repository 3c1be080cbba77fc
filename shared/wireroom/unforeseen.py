"""An error in words, and the log's entry for one that nobody foresaw.

Whoever works on several things (entries, messages, changes, pages) catches whatever is raised of
one, and goes on with the others: a mistake of ours is then that one's failure, with a reason. So
are RecursionError and MemoryError. What is not an Exception (SystemExit, the end of a timeout)
ends the run.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger

from wireroom.errors import WireroomError

logger = Logger(child=True)

LENGTH = 300  # characters of the message of such an error, which may hold a whole document


def reason_of(error: Exception) -> str:
    """What is wrong: our own errors say it; of any other its type and the start of its message,
    and it is logged with its traceback."""
    if isinstance(error, WireroomError):
        return str(error)
    reason = f"{type(error).__name__}: {str(error)[:LENGTH]}"
    log(error, reason)
    return reason


def log(error: Exception, reason: str) -> None:
    logger.error("unforeseen error", reason=reason, exc_info=error)
