"""Why files end in quarantine besides what is wrong with their sound."""

from dataclasses import dataclass
from typing import Self

from services.ingest.domain.reasons import Reason, Refused


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A stable code, a sentence for the person, and what exactly was seen, for the operator."""

    code: str
    reason: str
    detail: str

    @classmethod
    def of(cls, refusal: Refused) -> Self:
        """What the media said."""
        return cls(refusal.reason, refusal.reason.sentence, refusal.detail)

    @classmethod
    def gave_up(cls, detail: str) -> Self:
        """The step ended its worker, or ran out of time, every time it was tried."""
        return cls(Reason.RESOURCE_LIMIT, Reason.RESOURCE_LIMIT.sentence, detail)

    @classmethod
    def fault_of_ours(cls, detail: str) -> Self:
        """A bug: the same error every time."""
        sentence = (
            "Something went wrong on this server, not with the file. "
            "Whoever runs it can look into it and try again."
        )
        return cls("internal", sentence, detail)

    @classmethod
    def refused(cls, reason: str) -> Self:
        """The catalog did not take the recording."""
        return cls("refused", f"The library did not take it: {reason}.", reason)

    @classmethod
    def damaged(cls, detail: str) -> Self:
        """The file as it was given is not in the store as it was any more."""
        sentence = "The copy kept on this server is damaged. Bring the file again."
        return cls("original_damaged", sentence, detail)

    @classmethod
    def gone(cls, detail: str) -> Self:
        """The file in the mounted folder is not there any more, or cannot be read."""
        sentence = "The file is gone from its folder or cannot be read. Put it back and scan again."
        return cls("source_gone", sentence, detail)


class Unusable(Exception):
    """A file whose way ends here, for a reason that is not in its sound."""

    def __init__(self, quarantine: Quarantine) -> None:
        super().__init__(quarantine.detail)
        self.quarantine = quarantine
