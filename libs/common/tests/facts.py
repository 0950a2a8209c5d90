"""A kind of fact made without a contract: ``tutti.test.v1.SongPlayed``, which has a title."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message


def _song_played() -> type[Message]:
    file = descriptor_pb2.FileDescriptorProto(name="tutti/test/v1/events.proto", syntax="proto3")
    file.package = "tutti.test.v1"
    kind = file.message_type.add(name="SongPlayed")
    kind.field.add(
        name="title",
        number=1,
        type=descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
        label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL,
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    found = pool.FindMessageTypeByName("tutti.test.v1.SongPlayed")
    return message_factory.GetMessageClass(found)


SongPlayed = _song_played()


def song(title: str) -> Message:
    """The fact that this song was played."""
    return SongPlayed(title=title)


def title(fact: Message) -> str:
    """Which song it was."""
    return str(getattr(fact, "title"))  # noqa: B009 the class is made at run time
