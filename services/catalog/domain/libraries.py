"""Libraries: bodies of music, and who may see and change them."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.common.faults import NotFound, PermissionDenied
from services.catalog.domain.text import line, line_or_nothing

MOST_MEMBERS = 1000
LONGEST_FOLDER = 4096


class UnknownLibrary(NotFound):
    """The viewer can see no such library."""

    code = "unknown_library"


class NotYourLibrary(PermissionDenied):
    """Only the library's owner and operators may change what is in it."""

    code = "not_your_library"


class OperatorsOnly(PermissionDenied):
    """Only operators may do this."""

    code = "operators_only"


@dataclass(frozen=True, slots=True)
class Library:
    """A body of music. Without an owner it belongs to the server, and to its operators."""

    id: str
    number: int
    name: str
    owner_id: str
    shared_with_all: bool
    demo: bool
    folder: str
    track_count: int
    size_bytes: int
    member_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks."""

    id: str
    is_operator: bool

    def may_write(self, library: Library) -> bool:
        """Whether they may add, change and remove what is in the library."""
        return self.is_operator or (library.owner_id == self.id != "")

    def check_may_write(self, library: Library) -> None:
        """Raise NotYourLibrary unless they may."""
        if not self.may_write(library):
            raise NotYourLibrary(f"only its owner and operators may change {library.name!r}")

    def check_operator(self, purpose: str) -> None:
        """Raise OperatorsOnly unless they are one."""
        if not self.is_operator:
            raise OperatorsOnly(f"only operators may {purpose}")


@dataclass(frozen=True, slots=True)
class LibraryPlan:
    """A library to be made."""

    name: str
    shared_with_all: bool
    demo: bool
    folder: str

    def __post_init__(self) -> None:
        line(self.name, "the name of a library")
        line_or_nothing(self.folder, "folder", LONGEST_FOLDER)

    @property
    def of_the_server(self) -> bool:
        """Whether it belongs to the server rather than to who makes it; only operators may."""
        return self.shared_with_all or self.demo or bool(self.folder)


@dataclass(frozen=True, slots=True)
class LibraryEdit:
    """What to change about a library; None stays as it is."""

    name: str | None = None
    shared_with_all: bool | None = None
    member_ids: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            line(self.name, "the name of a library")
