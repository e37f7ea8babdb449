"""Which encoding a text file is in, and the same text as UTF-8 for the database."""

import codecs
import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path

from mmm.sources.problems import SourceProblems

_CHUNK = 1 << 20
_HEAD = 1 << 17
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file whose encoding is known."""

    path: Path
    codec: str
    label: str
    """Name of the encoding for people."""
    head: str
    """Its first lines."""


def unpacked(path: Path, folder: Path) -> Path:
    """Give the file itself, or its content when it is compressed with gzip."""
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            return path
    copy = folder / path.stem
    with gzip.open(path, "rb") as packed, copy.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return copy


def read_text(path: Path, declared: str | None) -> TextFile:
    """Find the encoding of a text file, or check the declared one, over the whole file.

    Without a byte-order mark a file is UTF-8 when all of it is valid UTF-8, else
    Windows-1252, or Latin-1 where it holds bytes that Windows-1252 lacks.
    """
    with path.open("rb") as file:
        start = file.read(_HEAD)
    codec, label = _declared(path, declared) if declared else _detected(path, start)
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    return TextFile(path=path, codec=codec, label=label, head=decoder.decode(start).lstrip("\ufeff"))


def utf8_copy(text: TextFile, folder: Path) -> Path:
    """Give a path that holds the same text in UTF-8 without a mark."""
    if text.codec == "utf-8":
        return text.path
    copy = folder / f"{text.path.name}.utf8"
    with (
        text.path.open(encoding=text.codec, newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        shutil.copyfileobj(source, out, _CHUNK)
    return copy


def _detected(path: Path, start: bytes) -> tuple[str, str]:
    for mark, codec, label in _BOMS:
        if start.startswith(mark):
            return codec, label
    if b"\x00" in start[:200]:
        return ("utf-16-le", "UTF-16") if start[1:2] == b"\x00" else ("utf-16-be", "UTF-16")
    if _first_bad_byte(path, "utf-8") is None:
        return "utf-8", "UTF-8"
    if _first_bad_byte(path, "cp1252") is None:
        return "cp1252", "Windows-1252"
    return "latin-1", "Latin-1"


def _declared(path: Path, declared: str) -> tuple[str, str]:
    try:
        codec = codecs.lookup(declared).name
    except LookupError:
        raise SourceProblems(
            [f"encoding {declared} is not known, expected utf-8, utf-16, cp1252 or latin-1"]
        ) from None
    codec = "utf-8-sig" if codec == "utf-8" else codec
    bad = _first_bad_byte(path, codec)
    if bad is not None:
        with path.open("rb") as file:
            line = file.read(bad).count(b"\n") + 1
            likely = _detected(path, b"")[1]
        raise SourceProblems(
            [
                f"line {line} is not {declared}, which `encoding` declares, found probably {likely}: "
                "leave `encoding` out, or save the file as declared"
            ]
        )
    return codec, declared.upper() if declared.lower().startswith("utf") else declared


def _first_bad_byte(path: Path, codec: str) -> int | None:
    """Give the position of the first byte that the codec refuses."""
    decoder = codecs.getincrementaldecoder(codec)()
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return position - pending + error.start
            position += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return position
    return None
