"""Divides copy into what is for readers and what its agency wrote for editors only.

    marks after which nothing is copy   a notebook (`# dpa-Notizblock`), "The following information
                                        is not for publication", a heading over notes to editors,
                                        a heading over nothing but contacts
    notes by themselves, at the         `Eds: …`, `Note to editors: …`, contacts for the press, the
    beginning or the end                agency's contact line, and trailers (`-30-`, `ends`)

In doubt it is copy. A form counts only if it is a whole paragraph, heading or line as agencies
write it: a story that quotes such a sentence keeps it. So do `EDITOR'S NOTE`, which agencies write
to readers, and credits (`Reporting by …; Editing by …`). A mark counts wherever it stands, as
telephone numbers of reporters have gone live that way; a quoted block is no mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from msgspec import Struct

from wireroom.errors import EntryRejected
from wireroom.markup.characters import one_line
from wireroom.markup.elements import BLOCKS, HEADINGS, VOIDS
from wireroom.markup.opening import LABEL, SENTENCE_END, is_furniture
from wireroom.markup.plain import blocks
from wireroom.markup.sanitise import sanitise

_ROUNDS = 5  # what is taken may uncover something else
_BESIDE = 6  # lines before the story, or credits after it, that a note may stand behind
_REPEATED = 8  # characters of a line for editors that no summary may have

# --- the forms ---

# Sentences that head a part which is not for publication. Each stands for a whole line; what
# follows after a colon or a stop belongs to that part.
_SENTENCES = (
    r"(?:the )?following(?: (?:information|text|lines?|details?|contacts?|notes?|section))?"
    r" (?:is|are) (?:strictly )?not (?:intended |meant )?"
    r"(?:for publication(?: or broadcast)?|to be published)",
    r"(?:the )?(?:information|text|details|contacts|notes) below (?:is|are)"
    r" not (?:intended |meant )?(?:for publication|to be published)",
    r"(?:die )?(?:nach)?(?:folgenden?|stehenden?) (?:informationen|angaben|hinweise|kontakte"
    r"|kontaktdaten|zeilen) sind (?:ausdrücklich )?nicht (?:zur|für die) veröffentlichung"
    r"(?: bestimmt| gedacht| vorgesehen)?",
    r"(?:les )?informations (?:suivantes|ci-dessous|ci-après|qui suivent) ne sont pas"
    r" (?:destinées à (?:la |être )?publi(?:cation|ées)|à publier|pour publication)",
    r"(?:la siguiente información|la información (?:siguiente|que sigue|a continuación)) no"
    r" (?:está destinada a|está pensada para|es para|debe) "
    r"(?:su |la |ser )?(?:publicación|publicad[ao]|publicar(?:se|la)?|difusión)",
    r"(?:los siguientes datos|las siguientes informaciones) no (?:están destinad[oa]s a|son para)"
    r" (?:su |la |ser )?(?:publicación|publicad[oa]s|difusión)",
    r"(?:le )?(?:seguenti informazioni|informazioni (?:seguenti|che seguono)) non sono"
    r" (?:destinate alla|per la|da) pubblica(?:zione|re)",
    r"as (?:seguintes informações|informações (?:seguintes|a seguir|abaixo)) não"
    r" (?:são|se destinam) (?:destinadas )?(?:à|para) publicação",
    r"de(?:ze)? (?:volgende|onderstaande) (?:informatie is|gegevens zijn) niet"
    r" (?:bestemd |bedoeld )?voor publicatie(?: bestemd| bedoeld)?",
)
_LABELS = (
    r"(?:information |strictly )?not (?:intended )?for publication(?: or broadcast)?",
    r"(?:for )?editors only|for guidance(?: only)?[,;: –—-]+not for publication",
    r"(?:angaben |informationen )?nicht (?:zur|für die) veröffentlichung(?: bestimmt)?",
    r"nur für (?:die )?redaktion(?:en)?",
    r"(?:informations )?(?:non|pas) destiné(?:e|es|s)? à (?:la |être )?publi(?:cation|ées?)",
    r"(?:información )?no (?:destinad[oa] a|apt[oa] para|para) (?:su |la )?publicación",
    r"(?:informazioni )?non (?:destinat[oaie] alla|per la) pubblicazione",
    r"não (?:destinad[oa] à|para) publicação|niet (?:bestemd )?voor publicatie(?: bestemd)?",
    r"ikke (?:til|for) (?:offentliggørelse|offentliggjøring|publisering)|ej för publicering",
)
_SENTENCE = re.compile(rf"(?:{'|'.join(_SENTENCES)})(?=\s*+(?:$|[:.;–—-]\s))", re.IGNORECASE)
_NOTICE = re.compile("|".join((*_SENTENCES, *_LABELS)), re.IGNORECASE)
_SHOUTED = re.compile(r"\W*(?:NOT FOR PUBLICATION|NICHT ZUR VERÖFFENTLICHUNG)\s*[:–—-]")

_AGENCY = r"(?:[\w.&]{1,12}(?: ?[-–] ?| ))?"
_NOTEBOOK = re.compile(
    rf"{_AGENCY}(?:notebook|notepad|notizblock|bloc-?notes|bloc de notas|cuaderno de notas"
    r"|taccuino)"
    r"(?: [\w.&]{1,12})?",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"(?:notes? (?:to|for) editors?|editors['’] notes?|attention editors"
    r"|redaktionelle hinweise?|redaktionshinweise?"
    r"|hinweise? (?:an|für) (?:die )?redaktion(?:en)?"
    r"|notes? (?:aux rédactions|aux rédacteurs|à la rédaction)"
    r"|notas? (?:a|para) (?:los )?(?:editores|redactores)|nota (?:a|para) la redacción"
    r"|aviso (?:al editor|a los editores)"
    r"|not[ae] (?:alle redazioni|alla redazione|ai redattori|per (?:le|la) redazion[ei]))",
    re.IGNORECASE,
)
_CONTACTS = re.compile(
    rf"{_AGENCY}(?:(?:editorial|media|press|newsroom) )?contacts?"
    rf"|{_AGENCY}(?:presse|redaktions)?kontakte?"
    r"|contacts? (?:presse|médias|rédaction)|contactos?(?: de prensa)?|contatti(?: stampa)?",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w|\+?\(?\d[\d /().-]{5,20}\d"
    r"|\b(?:tel|phone|fon|mobile?|e-?mail)\b\.?\s*:",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\W*(?:reporting|writing|editing|author|editor|autor(?:/in|in|e)?|auteur|redaktion|rédaction"
    r"|redacción|redazione|desk)\b[^:]{0,40}:",
    re.IGNORECASE,
)

# Notes by themselves. `EDITOR'S NOTE` is none: AP and others write it to readers.
_TO_EDITORS = re.compile(
    r"[(\[]*\s*(?:"
    r"(?:EDS|Eds)\b\.?\s*[:,–—-]"
    r"|(?:EDITORS|Editors)\s*:"
    r"|EDITORS['’] NOTES?\s*[:–—_-]"
    r"|(?i:(?:attention|attn\.?|notes? to|notes? for|advisory to|advisory for) (?:all )?editors?)"
    r"\s*[:–—_-]"
    r"|(?i:(?:hinweise? (?:an|für) die redaktion(?:en)?|redaktionelle[rn]? hinweise?"
    r"|redaktionshinweise?|achtung,? redaktion(?:en)?"
    r"|(?:note|attention|avis) (?:aux rédactions|aux rédacteurs|à la rédaction)"
    r"|(?:notas?|atención|aviso) (?:(?:a|para) (?:los )?(?:editores|redactores)|al editor)"
    r"|not[ae] (?:alle redazioni|alla redazione|ai redattori|per (?:le|la) redazion[ei])))\s*[:–—]"
    r"|ATTENTION\s*[-–—]\s.*///$"  # AFP
    r")"
)
_PRESS = re.compile(
    r"\W*(?:(?:media|press|editorial|newsroom) contacts?|pressekontakte?|contacts? presse"
    r"|contacto de prensa|contatti stampa)\s*:",
    re.IGNORECASE,
)
_DOUBLE = re.compile(r"\(\((?!reporting|writing|editing|by\b)(.*)\)\)\.?", re.IGNORECASE)  # Reuters
_TRAILER = re.compile(
    r"[-–—] ?(?:30|0) ?[-–—]|(?:#\s*){3,}"
    r"|[-–—*.(]*\s*(?:ENDS?|Ends?|ends?)\s*[-–—*.)]*"
    r"|\(Schluss\)(?: [a-z]{2,5}(?:/[a-z]{2,5})*)?"  # APA
    r"|[a-z]{2,5}(?:-[a-z]{2,5})*(?:/[a-z]{2,5})+"  # initials, as AFP and EFE sign
)
_RULE = re.compile(r"(?:[*_=~+–—-]\s*){3,}")
_CREDIT = re.compile(
    r"[(\s]*(?:additional |further )?"
    r"(?:reporting|writing|editing|compiled|written|edited|graphics?)\b[^.]{0,20}\bby\b",
    re.IGNORECASE,
)
# What has a name in each word is a credit, and no note: `Editors: Asha Rao and B. Khan`.
_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*,?[)\].]*|and|und|et|y|e|&")

# A text whose lines were run together, as excerpts are: the row of stars is what makes it a mark.
_RUN_TOGETHER = re.compile(rf"(?:\*\s?){{3,12}}+(?:{'|'.join(_SENTENCES)})", re.IGNORECASE)
_ITS_HEAD = re.compile(r"#{1,6}\s*[\w.&]{0,12}[ -]?(?:NOTEBOOK|Notebook|Notizblock)\b")

_AROUND = " \t#*=_~+|-–—()[]{}<>.:!"  # what may stand around a mark
_NEVER = "\x00"  # no body has it
_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*+>')


class Divided(Struct, frozen=True):
    """`readers`: sanitised HTML. `editors`: text, a line for each paragraph, or ""."""

    readers: str
    editors: str = ""


class _Line(Struct, frozen=True):
    """A line of text and where it stands in the HTML. `quoted`: in a block of somebody's words."""

    text: str
    start: int
    end: int
    heading: bool = False
    quoted: bool = False


def divided(body: str) -> Divided:
    """A sanitised `body` without what is for editors only, and that. Dividing again changes
    nothing."""
    notes: list[str] = []
    for _ in range(_ROUNDS):
        lines = _lines(body)
        cut = _mark(body, lines)
        if cut < len(body):
            notes.append("\n".join(_texts(body[cut:])))
            body = sanitise(body[:cut])
            continue
        found = {line.start: line for line in (*_at_the_beginning(lines), *_at_the_end(lines))}
        taken = [found[start] for start in sorted(found)]
        if not taken:
            break
        notes.append("\n".join(line.text for line in taken if not _RULE.fullmatch(line.text)))
        body = sanitise(_without(body, taken))
    return Divided(body, "\n".join(filter(None, notes)))


def set_apart(text: str) -> str:
    """A plain `text` with a blank line before each line that is a mark, which makes it a
    paragraph."""
    apart: list[str] = []
    before_mark = False
    for line in reversed(text.split("\n")):
        mark = _is_mark(line) or (before_mark and _RULE.fullmatch(line.strip()) is not None)
        apart += [line, ""] if mark else [line]
        before_mark = mark or (before_mark and not line.strip())
    return "\n".join(reversed(apart))


def repeats(summary: str, editors: str) -> bool:
    """Whether a summary has a line of what is for editors."""
    lines = (line.strip() for line in editors.split("\n"))
    return any(len(line) >= _REPEATED and line in summary for line in lines)


# --- marks after which nothing is copy ---


def _mark(body: str, lines: Sequence[_Line]) -> int:
    """Where in `body` the part begins that is for editors; its length if there is none."""
    quoting = not all(line.quoted for line in lines)
    around = _Around.of(lines)
    for number, line in enumerate(lines):
        # Nobody quotes `# dpa-Notizblock`; a quotation that was left open goes on over it.
        quoted = quoting and line.quoted and not line.text.startswith("#")
        if not quoted and _heads(line, number, around):
            first = number
            while first and _RULE.fullmatch(lines[first - 1].text):
                first -= 1
            return min(lines[first].start, _run_together(body, lines))
    return _run_together(body, lines)


class _Around(Struct, frozen=True):
    """What all lines of a body show about a heading among them. `copy`: the first line that may be
    of the story; `shown`: the last that only editors get; `contacts`: from where on all lines are
    of contacts; `reached`: the last with a number or address."""

    copy: int
    shown: int
    contacts: int
    reached: int

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> _Around:
        numbers = range(len(lines))
        back = numbers[::-1]
        return cls(
            next((n for n in numbers if _may_be_copy(lines[n])), len(lines)),
            next((n for n in back if _is_for_editors(lines[n])), -1),
            next((n + 1 for n in back if not _is_contact(lines[n])), 0),
            next((n for n in back if _CONTACT.search(lines[n].text)), -1),
        )


def _heads(line: _Line, number: int, around: _Around) -> bool:
    """Whether line `number` heads a part for editors that goes on to the end."""
    bare = line.text.strip(_AROUND)
    if _is_notice(line.text):
        return True
    if _NOTEBOOK.fullmatch(bare):
        sure = line.text.startswith("#") or "-Notizblock" in bare
        return sure or around.shown > number
    if not (line.heading or _is_label(line.text)):
        return False
    if _NOTES.fullmatch(bare):
        return around.copy < number  # else it heads one paragraph: see `_at_the_beginning`
    return (
        _CONTACTS.fullmatch(bare) is not None
        and around.contacts <= number + 1
        and around.reached > number
    )


def _is_notice(text: str) -> bool:
    bare = text.strip(_AROUND)
    return (
        _NOTICE.fullmatch(bare) is not None
        or _SENTENCE.match(text.lstrip(_AROUND)) is not None
        or _SHOUTED.match(text) is not None
    )


def _is_mark(line: str) -> bool:
    """Whether a line of plain text is a mark, whatever stands around it."""
    line = one_line(unescape(line))
    if _is_notice(line):
        return True
    bare = line.strip(_AROUND)
    head = _NOTEBOOK.fullmatch(bare) or _NOTES.fullmatch(bare) or _CONTACTS.fullmatch(bare)
    return head is not None and (line.startswith("#") or "-Notizblock" in bare)


def _is_for_editors(line: _Line) -> bool:
    """Whether a line shows that the notebook above it is one: sports pages have those, too."""
    bare = line.text.strip(_AROUND)
    return (
        _is_notice(line.text)
        or _NOTES.fullmatch(bare) is not None
        or _TO_EDITORS.match(line.text) is not None
        or (_CONTACTS.fullmatch(bare) is not None)
        or (_ROLE.match(line.text) or _PRESS.match(line.text)) is not None
        or (_CONTACT.search(line.text) is not None and len(line.text) <= LABEL)
    )


def _may_be_copy(line: _Line) -> bool:
    return not (line.heading or is_furniture(line.text) or _is_note(line))


def _is_label(text: str) -> bool:
    """Whether a line is no sentence, such as `Contacts:`."""
    return len(text) <= LABEL and not SENTENCE_END.search(text)


def _is_contact(line: _Line) -> bool:
    text = line.text
    return (
        _CONTACT.search(text) is not None
        or _ROLE.match(text) is not None
        or _TRAILER.fullmatch(text) is not None
        or _RULE.fullmatch(text) is not None
        or (len(text) <= LABEL // 2 and not SENTENCE_END.search(text))
    )


def _run_together(body: str, lines: Sequence[_Line]) -> int:
    """Where a notebook begins that stands in the middle of a paragraph, after a row of stars."""
    for line in lines:
        if not line.quoted and (found := _RUN_TOGETHER.search(body, line.start, line.end)):
            heads = [each.start() for each in _ITS_HEAD.finditer(body, line.start, found.start())]
            return heads[-1] if heads else found.start()
    return len(body)


# --- notes by themselves ---


def _at_the_beginning(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Notes before the story: headings and bylines may stand before them."""
    passed = 0
    noted = headed = False
    for line in lines:
        heads = _NOTES.fullmatch(line.text.strip(_AROUND)) is not None and _is_label(line.text)
        if headed or heads or _is_note(line) or (noted and _RULE.fullmatch(line.text)):
            headed, noted = heads, True  # a heading's note is the next paragraph
            yield line
        elif _is_copy(line) or passed == _BESIDE:
            return
        else:
            passed, noted = passed + 1, False


def _at_the_end(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Notes and trailers after the story; credits, which stay, may stand between them."""
    rules: list[_Line] = []  # taken with the note that stands beside them
    credits = 0
    noted = False
    for line in reversed(lines[1:]):
        if _RULE.fullmatch(line.text):
            rules.append(line)
        elif _is_note(line) or _PRESS.match(line.text) or _is_end(line.text):
            yield from (*rules, line)
            rules, noted = [], True
        elif _CREDIT.match(line.text) and credits < _BESIDE:
            rules, noted = [], False
            credits += 1
        else:
            break
    if noted:
        yield from rules


def _is_note(line: _Line) -> bool:
    text = line.text
    if line.quoted or not _TO_EDITORS.match(text):
        return False
    words = text.partition(":")[2].split()
    if words and all(map(_NAME.fullmatch, words)):
        return False
    return not (text[0] in "([" and text.rstrip(" .")[-1] not in ")]")


def _is_end(text: str) -> bool:
    if _TRAILER.fullmatch(text):
        return True
    double = _DOUBLE.fullmatch(text)
    return double is not None and _CONTACT.search(double[1]) is not None


def _is_copy(line: _Line) -> bool:
    """Whether a line belongs to the story, and is no heading, byline or credit above it."""
    if line.heading or is_furniture(line.text):
        return False
    return len(line.text) > LABEL or SENTENCE_END.search(line.text) is not None


# --- lines ---


def _lines(body: str) -> list[_Line]:
    """The lines of a sanitised `body` that have text: of blocks, and between breaks in them."""
    found: list[_Line] = []
    around: list[str] = []
    pieces: list[str] = []
    start = -1  # where the present line begins, -1 if it has nothing yet

    def add(text: str, at: int) -> None:
        nonlocal start
        start = at if start < 0 else start
        pieces.append(text)

    def end(at: int) -> None:
        nonlocal start
        if text := one_line(unescape("".join(pieces))):
            quoted = "blockquote" in around or "figure" in around
            found.append(_Line(text, start, at, not HEADINGS.isdisjoint(around), quoted))
        start = -1
        pieces.clear()

    at = 0
    for token in _TOKEN.finditer(body):
        *whole, rest = body[at : token.start()].split("\n" if "pre" in around else _NEVER)
        for each in whole:
            add(each, at)
            at += len(each) + 1
            end(at)
        if rest:
            add(rest, at)
        at = token.end()
        close, name = token[1], token[2]
        if name == "br":
            end(at)
        elif name == "hr":
            end(token.start())
            add("* * *", token.start())
            end(at)
        elif name not in BLOCKS:
            add("", token.start())
        elif close:
            end(at)
            around = around[: -1 - around[::-1].index(name)] if name in around else around
        else:
            if "".join(pieces).strip():
                end(token.start())
            add("", token.start())
            around.append(name)
    if at < len(body):
        add(body[at:], at)
    end(len(body))
    return found


def _texts(html: str) -> list[str]:
    try:
        return [text for text in map(one_line, blocks(html)) if text]
    except EntryRejected:  # it was whole before it was cut
        return [one_line(unescape(_TOKEN.sub(" ", html)))]


def _without(body: str, taken: Iterable[_Line]) -> str:
    """`body` without the words of some lines. Their tags stay, but for breaks and pictures: where
    nothing is left in an element, sanitising drops it."""
    kept, at = [], 0
    for line in taken:
        kept.append(body[at : line.start])
        tags = _TOKEN.finditer(body, line.start, line.end)
        kept += [tag[0] for tag in tags if tag[2] not in VOIDS]
        at = line.end
    return "".join((*kept, body[at:]))
