"""Forms with files, as browsers and other senders post them (RFC 7578)."""

from __future__ import annotations

from io import BytesIO

MULTIPART = "multipart/form-data"


def parts_of(body: bytes, kind: str, most: int) -> tuple[dict[str, str], dict[str, bytes]] | None:
    """The fields of a form and the files in it, at most `most` together, by their names. `kind`:
    its media type, with the boundary. None if it is no such form."""
    from multipart import MultipartError, MultipartParser, parse_options_header  # noqa: PLC0415

    media, options = parse_options_header(kind)
    if media != MULTIPART:
        return None
    fields, files = dict[str, str](), dict[str, bytes]()
    room = max(len(body), 1)  # in memory, where all of it is
    try:
        parser = MultipartParser(
            BytesIO(body),
            options.get("boundary", ""),
            strict=True,
            part_limit=most,
            spool_limit=room,
            memory_limit=room,
        )
        for part in parser:
            if not part.name:
                return None
            if part.filename is not None:
                files[part.name] = part.raw
            else:
                fields[part.name] = part.raw.decode()
    except (MultipartError, UnicodeDecodeError):
        return None
    return fields, files
