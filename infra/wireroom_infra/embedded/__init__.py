"""AWS on a laptop: the stack of template.yaml, deployed into moto, with its real handlers driven.

    translated = sam_translate(template.yaml)               # deploy.py
    stack      = moto.cloudformation.create(translated)     # moto_gaps/ mends what moto lacks
    sources    = lambda.list_event_source_mappings()        # wiring.py: from what was deployed,
    schedules  = scheduler.list_schedules()                 # never from the template

    tick:  for each schedule that is due by the clock:      # schedules.py
               invoke its target with the event that EventBridge Scheduler sends
    poll:  for each queue that a function reads:            # queues.py
               receive a batch, invoke, delete what did not fail; SQS redrives the rest
           for the table's stream:                          # stream.py
               read on from the checkpoint, filter, invoke; on failure bisect, retry, give up to
               the on-failure destination
    drain: poll until nothing moves, with a virtual clock also past the time of invisible messages

    invoke: load functions/<name>/app.py once per container, # functions.py
            call handler(event, context);
            each AWS call that it makes is recorded, and     # calls.py
            refused unless the function's own role grants it # permissions.py

There is no second description of the stack: a wrong ARN, a missing permission or a filter that
matches nothing fails here as it would in AWS.
"""

from wireroom_infra.embedded.aws import DeadLetter, EmbeddedAWS
from wireroom_infra.embedded.calls import Call, Calls
from wireroom_infra.embedded.clock import RealClock, VirtualClock
from wireroom_infra.embedded.errors import (
    DeployError,
    EmbeddedError,
    NotAllowed,
    StillMoving,
    TimedOut,
)
from wireroom_infra.embedded.invoker import Failure

__all__ = [
    "Call",
    "Calls",
    "DeadLetter",
    "DeployError",
    "EmbeddedAWS",
    "EmbeddedError",
    "Failure",
    "NotAllowed",
    "RealClock",
    "StillMoving",
    "TimedOut",
    "VirtualClock",
]
