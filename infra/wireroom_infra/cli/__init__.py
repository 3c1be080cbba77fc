"""The command line: `wireroom`. docs/commands.md says what each command does, and is checked.

    app.py       the commands' names, and how a run of one ends (exit codes)
    running.py   up, demo, build
    settings.py  apply
    feeds.py     feeds list, import, export
    check.py     feeds check
    theme.py     theme init, check, preview, catalogue
    status.py    status
    redriving.py redrive
    editing.py   headline, correct, categorise, hold, release, schedule, kill, reinstate, pin,
                 unpin, republish, note; sending.py is what they share, waiting.py their --wait,
                 body_editor.py `correct --edit`
    articles.py  show, history, waiting
    newsroom.py  a stack as editors see it
    reach.py     --stack NAME or --local → clients and outputs
    state.py     where `wireroom up` says that it runs
    output.py    lines, tables, progress

boto3, moto and the templates are imported by the commands that need them, inside.
"""

from wireroom_infra.cli.app import main

__all__ = ["main"]
