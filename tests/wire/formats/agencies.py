"""A story, and the documents in which agencies would send it: one writer for each format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

from msgspec import Struct

ISSUED = datetime(2026, 2, 11, 8, tzinfo=UTC)
WIDTHS = (6000, 1200, 160)  # of a picture's renditions


class Shot(Struct, frozen=True):
    """A picture: its address is `url` and a width."""

    url: str
    caption: str
    credit: str


class Sent(Struct, frozen=True, kw_only=True):
    """A story as an agency has it. `body`: paragraphs, each of pieces; every second piece is in an
    inline element."""

    guid: str = "ptn-17"
    version: int = 1
    headline: str = "Ferry sails again"
    byline: str = "Asha Rao"
    dateline: str = "PARIS, Feb 11 (PTN)"
    body: tuple[tuple[str, ...], ...] = (("The ferry sailed ", "on Tuesday", ", at last."),)
    issued: datetime = ISSUED
    revised: datetime | None = None
    embargo: datetime | None = None
    status: str = "usable"
    subjects: tuple[str, ...] = ("Economy",)
    shots: tuple[Shot, ...] = ()
    note: str = ""
    slug: str = "FERRY"
    urgency: int = 3
    language: str = "en"


def nitf(sent: Sent) -> bytes:
    revised = f'<revision-history norm="{_basic(sent.revised)}"/>' if sent.revised else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE nitf SYSTEM "nitf-3-4.dtd">'
        f"<nitf><head><title>x</title><tobject>{''.join(map(_tobject, sent.subjects))}</tobject>"
        f"<docdata management-status={_quoted(sent.status)}>"
        f'<doc-id regsrc="PTN" id-string={_quoted(sent.guid)}/><urgency ed-urg="{sent.urgency}"/>'
        f'<date.issue norm="{_basic(sent.issued)}"/>'
        f'<date.release norm="{_basic(sent.embargo or sent.issued)}"/>'
        + (f"<ed-msg info={_quoted(sent.note)}/>" if sent.note else "")
        + f'<du-key version="{sent.version}" key={_quoted(sent.slug)}/></docdata>{revised}</head>'
        f'<body xml:lang="{sent.language}"><body.head><hedline><hl1>{escape(sent.headline)}</hl1>'
        f"</hedline><byline>By <person>{escape(sent.byline)}</person></byline>"
        f"<dateline>{escape(sent.dateline)} -</dateline></body.head>"
        f"<body.content>{nitf_copy(sent)}</body.content></body></nitf>"
    ).encode()


def nitf_copy(sent: Sent) -> str:
    return _paragraphs(sent, "person") + "".join(
        '<media media-type="image">'
        + "".join(
            f'<media-reference mime-type="image/jpeg" source="{shot.url}{width}.jpg" '
            f'width="{width}" height="{width // 2}"/>'
            for width in WIDTHS
        )
        + f"<media-caption>{escape(shot.caption)}</media-caption>"
        f"<media-producer>{escape(shot.credit)}</media-producer></media>"
        for shot in sent.shots
    )


def newsml_g2(sent: Sent, content: str = "", beside: str = "") -> bytes:
    """A message with the story and its pictures. `content`: what its contentSet has instead of
    XHTML; `beside`: further items."""
    links = "".join(f'<link rel="irel:seeAlso" residref="{shot.url}"/>' for shot in sent.shots)
    embargoed = f"<embargoed>{sent.embargo.isoformat()}</embargoed>" if sent.embargo else ""
    status = "usable" if sent.status == "embargoed" else sent.status
    return (
        '<?xml version="1.0" encoding="utf-8"?><newsMessage '
        'xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sender>ptn</sender></header><itemSet>'
        f'<newsItem guid={_quoted(sent.guid)} version="{sent.version}" xml:lang="{sent.language}" '
        'standard="NewsML-G2" standardversion="2.34" conformance="power">'
        '<catalogRef href="https://catalog.example/never-fetched.xml"/>'
        '<itemMeta><itemClass qcode="ninat:text"/><provider literal="PTN"/>'
        f"<versionCreated>{(sent.revised or sent.issued).isoformat()}</versionCreated>"
        f"<firstCreated>{sent.issued.isoformat()}</firstCreated>{embargoed}"
        f'<pubStatus qcode="stat:{status}"/>'
        + (f"<edNote>{escape(sent.note)}</edNote>" if sent.note else "")
        + f"{links}</itemMeta><contentMeta><urgency>{sent.urgency}</urgency>"
        f"<by>{escape(sent.byline)}</by><dateline>{escape(sent.dateline)} -</dateline>"
        f'<language tag="{sent.language}"/>{"".join(map(_subject, sent.subjects))}'
        f"<slugline>{escape(sent.slug)}</slugline><headline>{escape(sent.headline)}</headline>"
        f"</contentMeta><contentSet>{content or xhtml(sent)}</contentSet></newsItem>"
        + "".join(map(_picture_item, sent.shots))
        + f"{beside}</itemSet></newsMessage>"
    ).encode()


def newsml_g2_of_nitf(sent: Sent) -> bytes:
    """With the copy in NITF."""
    body = f"<body><body.content>{_paragraphs(sent, 'person')}</body.content></body>"
    inline = '<inlineXML contenttype="application/nitf+xml">'
    return newsml_g2(sent, f'{inline}<nitf xmlns="">{body}</nitf></inlineXML>')


def xhtml(sent: Sent) -> str:
    return (
        '<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>x</title></head><body>{_paragraphs(sent, 'em')}</body></html></inlineXML>"
    )


def newsml_1(sent: Sent) -> bytes:
    status = sent.status.capitalize()
    change = (
        '<StatusWillChange><FutureStatus FormalName="Usable"/><DateAndTime>'
        f"{_basic(sent.embargo)}</DateAndTime></StatusWillChange>"
        if sent.embargo
        else ""
    )
    subjects = "".join(
        f'<SubjectCode><Subject FormalName="04"><Comment>{escape(each)}</Comment></Subject>'
        "</SubjectCode>"
        for each in sent.subjects
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE NewsML SYSTEM "NewsML_1.2.dtd">'
        '<NewsML Version="1.2"><NewsEnvelope><DateAndTime>20260211T080000Z</DateAndTime>'
        "</NewsEnvelope><NewsItem><Identification><NewsIdentifier><ProviderId>ptn.example"
        f"</ProviderId><NewsItemId>{escape(sent.guid)}</NewsItemId>"
        f'<RevisionId PreviousRevision="0" Update="N">{sent.version}</RevisionId>'
        f"<PublicIdentifier>{escape(sent.guid)}</PublicIdentifier></NewsIdentifier>"
        '</Identification><NewsManagement><NewsItemType FormalName="News"/>'
        f"<FirstCreated>{_basic(sent.issued)}</FirstCreated><ThisRevisionCreated>"
        f"{_basic(sent.revised or sent.issued)}</ThisRevisionCreated>"
        f'<Status FormalName="{status}"/>{change}<Urgency FormalName="{sent.urgency}"/>'
        + (f"<Instruction>{escape(sent.note)}</Instruction>" if sent.note else "")
        + f"</NewsManagement><NewsComponent><NewsLines><HeadLine>{escape(sent.headline)}</HeadLine>"
        f"<ByLine>{escape(sent.byline)}</ByLine><DateLine>{escape(sent.dateline)} -</DateLine>"
        f"<SlugLine>{escape(sent.slug)}</SlugLine></NewsLines><DescriptiveMetadata>"
        f'<Language FormalName="{sent.language}"/>{subjects}</DescriptiveMetadata><NewsComponent>'
        '<Role FormalName="Main"/><ContentItem><MediaType FormalName="Text"/><DataContent>'
        f"{_paragraphs(sent, 'em')}</DataContent></ContentItem></NewsComponent>"
        + "".join(map(_picture_component, sent.shots))
        + "</NewsComponent></NewsItem></NewsML>"
    ).encode()


def _picture_component(shot: Shot) -> str:
    renditions = "".join(
        f'<NewsComponent><ContentItem Href="{shot.url}{width}.jpg"><MediaType FormalName="Photo"/>'
        f'<MimeType FormalName="image/jpeg"/><Characteristics><Property FormalName="Width" '
        f'Value="{width}"/></Characteristics></ContentItem></NewsComponent>'
        for width in WIDTHS
    )
    return (
        f"<NewsComponent><NewsLines><CreditLine>{escape(shot.credit)}</CreditLine></NewsLines>"
        f'{renditions}<NewsComponent><Role FormalName="Caption"/><ContentItem><MediaType '
        f'FormalName="Text"/><DataContent><p>{escape(shot.caption)}</p></DataContent>'
        "</ContentItem></NewsComponent></NewsComponent>"
    )


def _subject(subject: str) -> str:
    return (
        f'<subject qcode="medtop:1"><name xml:lang="xx">Other</name>'
        f"<name>{escape(subject)}</name></subject>"
    )


def _picture_item(shot: Shot) -> str:
    renditions = "".join(
        f'<remoteContent href="{shot.url}{width}.jpg" contenttype="image/jpeg" width="{width}" '
        f'height="{width // 2}"/>'
        for width in WIDTHS
    )
    return (
        f'<newsItem guid="{shot.url}" version="1"><itemMeta><itemClass qcode="ninat:picture"/>'
        f'</itemMeta><contentMeta><description role="drol:caption">{escape(shot.caption)}'
        f"</description><creditline>{escape(shot.credit)}</creditline></contentMeta>"
        f"<contentSet>{renditions}</contentSet></newsItem>"
    )


def _tobject(subject: str) -> str:
    return f"<tobject.subject tobject.subject.type={_quoted(subject)}/>"


def _paragraphs(sent: Sent, inline: str) -> str:
    return "".join(
        "<p>"
        + "".join(
            f"<{inline}>{escape(piece)}</{inline}>" if number % 2 else escape(piece)
            for number, piece in enumerate(pieces)
        )
        + "</p>"
        for pieces in sent.body
    )


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'


def _basic(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"


WRITERS: dict[str, Callable[[Sent], bytes]] = {
    "NITF": nitf,
    "NewsML-G2": newsml_g2,
    "NewsML 1.2": newsml_1,
    "NewsML-G2 with NITF": newsml_g2_of_nitf,
}
