"""Everything there is to learn from one file, in one pass over it. Runs in the cage."""

from pathlib import Path, PurePath

import av

from services.ingest.adapters.media.comments import check_comments
from services.ingest.adapters.media.covers import normalise_cover
from services.ingest.adapters.media.decode import Source, decode, opened, source_of
from services.ingest.adapters.media.raw import RawTags
from services.ingest.adapters.media.sniff import container_of, has_frame_count
from services.ingest.adapters.media.structure import check_structure
from services.ingest.adapters.media.tags import read_tags
from services.ingest.domain.formats import Container, Encoding
from services.ingest.domain.inspection import Cover, Inspection
from services.ingest.domain.pcm import PCM_NAME, PcmShape
from services.ingest.domain.reasons import Reason, Refused
from services.ingest.domain.tags import tags_from, with_file_name

MISSING_S = 0.5
"""How much shorter than declared lossy sound may be: encoder delay and padding, and rounding."""

MISSING_LOSSLESS_S = 0.02


def inspect(path: Path, name: str, folder: Path, longest_s: float) -> Inspection:
    """Read a file to its end, leave its samples and cover in the folder, or refuse it."""
    av.logging.set_level(None)
    notes: list[str] = []
    container, believable = _looked_at(path)
    with opened(path, container) as file:
        source = source_of(file, container)
        if believable and source.declared_s is not None and source.declared_s > longest_s:
            detail = f"{source.declared_s:,.0f} s, at most {longest_s:,.0f} s"
            raise Refused(Reason.TOO_LONG, detail)
        pcm = _whole(decode(file, source, folder / PCM_NAME, longest_s), source, believable)
        other = dict(file.metadata) | dict(file.streams.audio[0].metadata)
    raw = _tags(path, container, other, notes)
    suffix = PurePath(name).suffix.lower().lstrip(".")
    if suffix not in container.extensions:
        notes.append(f"It is named .{suffix} and really is {container}; it was read as that.")
    return Inspection(
        encoding=_encoding(container, source, pcm),
        tags=with_file_name(tags_from(raw.fields, raw.synced), name),
        pcm=pcm,
        cover=_cover(raw, folder, notes),
        notes=tuple(notes),
    )


def decode_only(path: Path, folder: Path, longest_s: float) -> PcmShape:
    """The samples of a file that has been inspected before."""
    av.logging.set_level(None)
    container, _ = _looked_at(path)
    with opened(path, container) as file:
        return decode(file, source_of(file, container), folder / PCM_NAME, longest_s)


def _looked_at(path: Path) -> tuple[Container, bool]:
    """The container, and whether the length it declares can be believed."""
    with path.open("rb") as file:
        container = container_of(file)
        check_structure(file, container)
        check_comments(file, container)
        guessed = container is Container.ADTS or (
            container is Container.MP3 and not has_frame_count(file)
        )
    return container, not guessed


def _whole(pcm: PcmShape, source: Source, believable: bool) -> PcmShape:
    if not believable or source.declared_s is None:
        return pcm
    missing_s = MISSING_LOSSLESS_S if source.codec.lossless else MISSING_S
    if pcm.duration_s < source.declared_s - missing_s:
        detail = f"{pcm.duration_s:.1f} s of the {source.declared_s:.1f} s it declares"
        raise Refused(Reason.TRUNCATED, detail)
    return pcm


def _tags(path: Path, container: Container, other: dict[str, str], notes: list[str]) -> RawTags:
    try:
        return read_tags(path, container, other)
    except Exception:  # noqa: BLE001  mutagen raises anything, RecursionError too, for lying tags
        notes.append("Its tags are damaged and were read only in part.")
        return read_tags(path, Container.MATROSKA, other)


def _cover(raw: RawTags, folder: Path, notes: list[str]) -> Cover | None:
    for picture in raw.pictures[:1]:
        try:
            return normalise_cover(picture, folder)
        except Refused as refusal:
            notes.append(f"Its cover was left out. {refusal.reason.sentence}")
    return None


def _encoding(container: Container, source: Source, pcm: PcmShape) -> Encoding:
    return Encoding(
        container=container,
        codec=source.codec,
        sample_rate_hz=source.sample_rate_hz,
        channels=source.channels,
        bit_depth=source.bit_depth,
        bitrate_bps=round(pcm.coded_bytes * 8 / pcm.duration_s),
        duration_s=round(pcm.duration_s, 6),
        declared_s=None if source.declared_s is None else round(source.declared_s, 6),
    )
