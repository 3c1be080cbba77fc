"""What an agency wrote for editors only, found in its copy; and copy that only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.markup.test_sanitise import assert_safe
from tests.xss.payloads import PAYLOADS
from wireroom.markup.notebook import Divided, divided, set_apart
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise

STORY = (
    "<p>PORT AMRITA (wire) - The ministry will open the gates of the dam on Tuesday, a spokesman"
    " said.</p><p>“The towns below are safe,” he told the agency.</p>"
)
CALL = "Call the desk on +00 00 0000 0000."

# What stands after the story, and is all for editors.
NOTEBOOKS = {
    "a notebook in Markdown": (
        "<p># wire NOTEBOOK</p><p>* * * *</p>"
        "<p>The following information is not for publication</p><p>## wire Contacts</p>"
        f"<p>- Reporting by: A. Reporter<br>{CALL}</p><p>wire ab cd</p>"
    ),
    "in one paragraph with the stars": (
        f"<p>* * * * The following information is not intended for publication</p><p>{CALL}</p>"
    ),
    "with headings and lists": (
        "<h2>Notebook</h2><h3>Note to editors</h3><ul><li>Adds the minister</li></ul><hr>"
        "<p>The following information is not intended for publication</p>"
        f"<h3>Editorial contacts</h3><ul><li>Editing by: B. Khan, {CALL}</li></ul>"
    ),
    "a German notebook": (
        "<h2>dpa-Notizblock</h2><h3>Orte</h3><ul><li>Rathaus, Amrita</li></ul><p>* * * *</p>"
        "<p>Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt</p>"
        f"<h3>dpa-Kontakte</h3><p>- Autor: A. Reporter, {CALL}</p>"
    ),
    "German notes alone": (
        f"<p># Notizblock</p><p>## Redaktionelle Hinweise</p><p>- {CALL}</p><p>dpa ab yy n1 cd</p>"
    ),
    "French": (
        "<p>Les informations suivantes ne sont pas destinées à la publication</p>"
        f"<p>Contact : {CALL}</p>"
    ),
    "Spanish": (
        f"<p>La siguiente información no está destinada a su publicación.</p><p>{CALL}</p>"
    ),
    "Italian": (
        f"<p>Le seguenti informazioni non sono destinate alla pubblicazione:</p><p>{CALL}</p>"
    ),
    "with a colon and more": f"<p>NOT FOR PUBLICATION: {CALL}</p><p>More of it.</p>",
    "a label alone": f"<p><strong>Not for publication</strong></p><p>{CALL}</p>",
    "notes to editors": f"<h3>Notes to editors</h3><p>{CALL}</p><p>About the agency.</p>",
    "contacts": f"<p>Contacts:</p><ul><li>A. Reporter, {CALL}</li><li>desk@wire.example</li></ul>",
    "one line": f"<p>Note to editors: {CALL}</p>",
    "in brackets": f"<p>(EDS: {CALL})</p>",
    "for the press": f"<p>Media contact: {CALL}</p>",
    "a contact line": "<p>((a.reporter@wire.example; +00 00 0000 0000; messaging: a.reporter))</p>",
    "in a table of layout": f"<table><tbody><tr><td><p>Not for publication</p><p>{CALL}</p></td>"
    "</tr></tbody></table>",
    "after a rule": f"<p>___</p><p>Eds: {CALL}</p>",
    "before its trailer": f"<p>Eds: {CALL}</p><p>-30-</p>",
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_after_the_story_is_for_editors(name: str) -> None:
    story = sanitise(STORY)
    found = divided(sanitise(STORY + NOTEBOOKS[name]))
    assert found.readers == story
    assert "+00 00 0000 0000" in found.editors


def test_the_lines_for_editors_are_kept_in_order() -> None:
    found = divided(sanitise(STORY + NOTEBOOKS["a notebook in Markdown"]))
    assert found.editors.split("\n") == [
        "# wire NOTEBOOK",
        "* * * *",
        "The following information is not for publication",
        "## wire Contacts",
        "- Reporting by: A. Reporter",
        CALL,
        "wire ab cd",
    ]


@pytest.mark.parametrize(
    "note",
    [
        f"<p>Eds: UPDATES with quotes. {CALL}</p>",
        f"<p>Editors: please call. {CALL}</p>",
        f"<p>EDITORS’ NOTE: {CALL}</p>",
        f"<p>[Eds: {CALL}]</p>",
        f"<p>Hinweis an die Redaktionen: {CALL}</p>",
        f"<p>Note aux rédactions : {CALL}</p>",
        f"<p>Aviso a los editores: {CALL}</p>",
        f"<p>Nota per le redazioni: {CALL}</p>",
        f"<p>ATTENTION - UPDATES, ADDS {CALL} ///</p>",
        f"<p>NOTE TO EDITORS</p><p>{CALL}</p>",
    ],
)
def test_a_note_before_the_story_is_for_editors(note: str) -> None:
    for above in ("", "<p>By Asha Rao</p>", "<h2>Dam opens</h2>"):
        found = divided(sanitise(above + note + STORY))
        assert found.readers == sanitise(above + STORY)
        assert CALL.split(".", maxsplit=1)[0] in found.editors
    assert CALL.split(".", maxsplit=1)[0] in divided(sanitise(STORY + note)).editors


@pytest.mark.parametrize(
    "trailer", ["ends", "ENDS", "-30-", "###", "# # #", "- END -", "bur-ab/cd"]
)
def test_a_trailer_is_no_copy(trailer: str) -> None:
    assert divided(sanitise(f"{STORY}<p>{trailer}</p>")) == Divided(sanitise(STORY), trailer)


def test_credits_stay_where_they_are() -> None:
    credit = "<p>(Reporting by Asha Rao; Editing by B. Khan)</p>"
    found = divided(sanitise(f"{STORY}<p>Eds: {CALL}</p>{credit}"))
    assert found.readers == sanitise(STORY + credit)
    assert found.editors == f"Eds: {CALL}"


COPY = {
    "a quotation": "<p>“The following information is not for publication,” the letter began.</p>",
    "a quoted block": "<blockquote><p>The following information is not for publication</p>"
    "</blockquote><p>So began the letter.</p>",
    "part of a sentence": "<p>Her notes are not for publication, she said.</p>",
    "a note to readers": "<p>EDITOR’S NOTE: This story has details of violence.</p>",
    "a page of sports": "<h2>NOTEBOOK</h2><p>The Rovers have won ten games in a row.</p>",
    "names of editors": "<p>Editors: Asha Rao and B. Khan</p>",
    "a helpline": "<p>If you need help, call 116 123.</p>",
    "stars between parts": "<p>* * * *</p><p>A year later the gates were shut.</p>",
    "a sentence about editors": "<p>Editors of four papers were there.</p>",
    "a word": "<p>Note to editors of maps everywhere, the river has moved.</p>",
    "a list of figures": "<ul><li>Amrita 12</li><li>Somar 14</li></ul>",
    "an end": "<p>The End</p>",
}


@pytest.mark.parametrize("name", COPY)
def test_in_doubt_it_is_copy(name: str) -> None:
    for body in (STORY + COPY[name], COPY[name] + STORY, STORY + COPY[name] + STORY):
        clean = sanitise(body)
        assert divided(clean) == Divided(clean)


def test_a_note_in_the_middle_of_a_story_is_copy() -> None:
    body = sanitise(f"{STORY}<p>Eds: {CALL}</p>{STORY}")
    assert divided(body).readers == body


def test_what_follows_a_notice_is_never_copy_wherever_it_stands() -> None:
    body = sanitise(f"<p>Not for publication</p><p>{CALL}</p>{STORY}")
    found = divided(body)
    assert found.readers == ""
    assert "The towns below are safe" in found.editors


def test_lines_in_one_paragraph_are_told_apart_by_their_breaks() -> None:
    body = sanitise(
        "<p>The gates open on Tuesday.<br><br># wire NOTEBOOK<br>* * * *<br>"
        f"The following information is not for publication<br>{CALL}</p>"
    )
    assert divided(body).readers == "<p>The gates open on Tuesday.</p>"


def test_preformatted_lines_are_told_apart() -> None:
    body = sanitise(f"<pre>The gates open.\n\n# wire NOTEBOOK\n\n* * * *\n{CALL}</pre>")
    assert CALL not in divided(body).readers
    assert "The gates open." in divided(body).readers


def test_a_text_whose_lines_were_run_together_ends_at_the_stars() -> None:
    body = sanitise(
        "<p>The gates open on Tuesday. # wire NOTEBOOK * * * * The following information is not"
        f" for publication ## wire Contacts {CALL}</p>"
    )
    assert divided(body).readers == "<p>The gates open on Tuesday.</p>"


def test_a_picture_of_the_notebook_goes_with_it() -> None:
    picture = '<p><img src="https://wire.example/desk.jpg" alt=""></p>'
    assert "img" not in divided(sanitise(f"{STORY}<p># NOTEBOOK</p>{picture}")).readers
    assert "img" in divided(sanitise(f"{picture}{STORY}<p># NOTEBOOK</p>")).readers


def test_a_plain_text_gets_a_paragraph_for_each_mark() -> None:
    text = "The gates open.\n# wire NOTEBOOK\n* * * *\nNot for publication\n- A"
    assert set_apart(text).split("\n\n")[0] == "The gates open."
    assert "\n\n# wire NOTEBOOK" in set_apart(text)
    assert set_apart("The gates open\non Tuesday.") == "The gates open\non Tuesday."


LINES = st.sampled_from(
    [
        *(part for part in NOTEBOOKS.values()),
        *COPY.values(),
        STORY,
        "<p>ends</p>",
        "<hr>",
        "<p>___</p>",
        "<p>(Reporting by A)</p>",
        "<p><em>Eds: a<br>b</p>",
        "<p>By Asha Rao</p>",
    ]
)


@given(st.lists(LINES, max_size=8).map("".join))
@example("<p>story.<br>ends</p><p>ends</p>")
def test_dividing_again_changes_nothing_and_loses_no_word(body: str) -> None:
    clean = sanitise(body)
    found = divided(clean)
    assert divided(found.readers).readers == found.readers
    assert sanitise(found.readers) == found.readers
    words = " ".join(blocks(clean)).split()
    kept = " ".join(blocks(found.readers)).split() + found.editors.split()
    assert sorted(word for word in words if any(map(str.isalnum, word))) == sorted(
        word for word in kept if any(map(str.isalnum, word))
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_for_readers_is_safe_whatever_stands_in_either_part(payload: str) -> None:
    body = sanitise(f"<p>Eds: {payload}</p>{STORY}{payload}<p># NOTEBOOK</p>{payload}")
    readers = divided(body).readers
    assert_safe(readers)
    assert sanitise(readers) == readers
