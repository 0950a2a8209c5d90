"""Streams as the contract puts them, and back."""

from services.synth.domain.frames import Rendered
from services.synth.domain.parameters import Change, Mode, Parameters
from services.synth.domain.playing import FRAME
from services.synth.domain.streams import Beat, Claim, Logged, Mark, Snapshot, Stream
from services.synth.domain.styles import Style
from tutti.synth.v1 import replicas_pb2, synth_pb2

SNAPSHOT_VERSION = 1

_MODES = {
    Mode.IONIAN: synth_pb2.MODE_IONIAN,
    Mode.DORIAN: synth_pb2.MODE_DORIAN,
    Mode.PHRYGIAN: synth_pb2.MODE_PHRYGIAN,
    Mode.LYDIAN: synth_pb2.MODE_LYDIAN,
    Mode.MIXOLYDIAN: synth_pb2.MODE_MIXOLYDIAN,
    Mode.AEOLIAN: synth_pb2.MODE_AEOLIAN,
}
_OF_MODES = {number: mode for mode, number in _MODES.items()}
_NUMBERS = ("tempo_bpm", "intensity", "timbre", "percussion")


def encode_parameters(parameters: Parameters) -> synth_pb2.Parameters:
    """Encode all of them."""
    return synth_pb2.Parameters(
        style=parameters.style,
        tonic=parameters.tonic,
        mode=_MODES[parameters.mode],
        seed=parameters.seed,
        **{name: getattr(parameters, name) for name in _NUMBERS},
    )


def decode_parameters(message: synth_pb2.Parameters) -> Parameters:
    """Decode all of them; a mode that is not said is Dorian. Raises InvalidInput."""
    return Parameters(
        style=message.style,
        tonic=message.tonic,
        mode=_OF_MODES.get(message.mode, Mode.DORIAN),
        seed=message.seed,
        **{name: getattr(message, name) for name in _NUMBERS},
    )


def encode_change(change: Change) -> synth_pb2.Change:
    """Encode what is given."""
    given = change.given()
    if "mode" in given:
        given["mode"] = _MODES[given["mode"]]
    return synth_pb2.Change(**given)


def decode_change(message: synth_pb2.Change) -> Change:
    """Decode what is given."""
    given = {field.name: value for field, value in message.ListFields() if field.name != "mode"}
    return Change(mode=_OF_MODES.get(message.mode), **given)


def encode_logged(logged: Logged) -> synth_pb2.LoggedChange:
    """Encode a change as the log has it."""
    return synth_pb2.LoggedChange(
        revision=logged.revision,
        position=logged.position,
        change=None if logged.change is None else encode_change(logged.change),
        epoch=logged.epoch,
        by=logged.by,
        logged_at_unix_ms=logged.logged_at_unix_ms,
    )


def decode_logged(message: synth_pb2.LoggedChange) -> Logged:
    """Decode a change as the log has it."""
    return Logged(
        revision=message.revision,
        position=message.position,
        change=decode_change(message.change) if message.HasField("change") else None,
        epoch=message.epoch,
        by=message.by,
        logged_at_unix_ms=message.logged_at_unix_ms,
    )


def encode_stream(stream: Stream) -> synth_pb2.Stream:
    """Encode how a stream is."""
    return synth_pb2.Stream(
        id=stream.id,
        parameters=encode_parameters(stream.parameters),
        revision=stream.revision,
        position=stream.position,
        epoch=stream.epoch,
        owner=stream.owner,
        listeners=stream.listeners,
        engine=stream.engine,
    )


def encode_frame(frame: Rendered, rendered_at_unix_us: int, *, tells: bool) -> bytes:
    """Encode a frame, with its parameters where it tells them."""
    message = synth_pb2.Frame(
        epoch=frame.epoch,
        sequence=frame.position // FRAME % 2**32,
        revision=frame.revision,
        position=frame.position,
        rendered_at_unix_us=rendered_at_unix_us,
        pcm=frame.pcm,
        notes=(
            synth_pb2.Note(
                onset=note.position - frame.position,
                length=note.length,
                pitch=note.pitch,
                velocity=note.velocity,
                part=note.part,
            )
            for note in frame.notes
        ),
    )
    if tells:
        message.parameters.CopyFrom(encode_parameters(frame.parameters))
    for bar in frame.bars[:1]:  # a bar lasts two seconds or more
        onset = bar.position - frame.position
        message.bar.CopyFrom(synth_pb2.Bar(number=bar.number, onset=onset, chord=bar.chord))
    return message.SerializeToString()


def encode_style(style: Style) -> synth_pb2.Style:
    """Encode a way of making music."""
    return synth_pb2.Style(
        name=style.name,
        description=style.description,
        begins_with=encode_parameters(style.parameters(seed=0)),
    )


def encode_claim(claim: Claim) -> bytes:
    """Encode whose a stream is."""
    return replicas_pb2.Claim(
        owner=claim.owner,
        epoch=claim.epoch,
        rests=claim.rests,
        position=claim.position,
        begins_with=encode_parameters(claim.begins_with),
    ).SerializeToString()


def decode_claim(payload: bytes) -> Claim:
    """Decode whose a stream is."""
    message = replicas_pb2.Claim.FromString(payload)
    return Claim(
        owner=message.owner,
        epoch=message.epoch,
        begins_with=decode_parameters(message.begins_with),
        rests=message.rests,
        position=message.position,
    )


def encode_beat(beat: Beat) -> bytes:
    """Encode a sign of life."""
    marks = (
        replicas_pb2.Mark(stream_id=each.stream_id, epoch=each.epoch, position=each.position)
        for each in beat.marks
    )
    return replicas_pb2.Beat(replica=beat.replica, room=beat.room, marks=marks).SerializeToString()


def decode_beat(payload: bytes) -> Beat:
    """Decode a sign of life."""
    message = replicas_pb2.Beat.FromString(payload)
    marks = tuple(Mark(each.stream_id, each.epoch, each.position) for each in message.marks)
    return Beat(message.replica, message.room, marks)


def encode_snapshot(snapshot: Snapshot, sound: bytes, *, deflated: bool) -> bytes:
    """Encode a moment, with its sound as it is kept."""
    return replicas_pb2.Snapshot(
        version=SNAPSHOT_VERSION,
        position=snapshot.position,
        revision=snapshot.revision,
        epoch=snapshot.epoch,
        log_sequence=snapshot.log_sequence,
        parameters=encode_parameters(snapshot.parameters),
        engine=snapshot.engine,
        music=snapshot.music,
        sound=sound,
        deflated=deflated,
    ).SerializeToString()


def decode_snapshot(message: replicas_pb2.Snapshot, sound: bytes) -> Snapshot:
    """Decode a moment."""
    return Snapshot(
        position=message.position,
        revision=message.revision,
        epoch=message.epoch,
        log_sequence=message.log_sequence,
        parameters=decode_parameters(message.parameters),
        engine=message.engine,
        music=message.music,
        sound=sound,
    )
