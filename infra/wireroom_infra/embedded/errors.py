"""What can go wrong with the embedded AWS itself, as against what a handler raises.

EmbeddedError
├── DeployError    the template can't be translated or deployed, or names what does not exist
├── NotAllowed     AWS itself (an event source, a schedule) lacks a permission it needs
├── TimedOut       a handler took longer than its function's timeout
└── StillMoving    `drain` reached its limit; says what still moves
"""

from __future__ import annotations


class EmbeddedError(Exception):
    """Base of all the others; never raised itself."""


class DeployError(EmbeddedError):
    pass


class NotAllowed(EmbeddedError):
    """`principal` is a role's or queue's name, `action` such as `sqs:ReceiveMessage`."""

    def __init__(self, principal: str, action: str, resource: str) -> None:
        super().__init__(f"{principal} may not {action} on {resource}")
        self.principal = principal
        self.action = action
        self.resource = resource


class TimedOut(EmbeddedError):
    pass


class StillMoving(EmbeddedError):
    pass
