"""How a step is done, whichever it is."""

from typing import Protocol

from libs.common.postgres import Connection
from services.ingest.domain.claims import Claim, Engine, Outcome
from services.ingest.domain.pipeline import StepState
from services.ingest.work.bench import Bench, Result


class Work(Protocol):
    """One kind of step. Done twice, by anybody, it leaves the same."""

    @property
    def engine(self) -> Engine | None:
        """What does it. The same content gets the same result from it; None where it does not."""

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Do what takes long. The result is kept for every file with the same content."""

    async def settle(self, connection: Connection, claim: Claim, outcome: Outcome, /) -> StepState:
        """Write down what follows for this item, in the transaction that ends the step."""


class NoFollowUp:
    """Part of a work that only leaves a result."""

    async def settle(
        self, _connection: Connection, _claim: Claim, _outcome: Outcome, /
    ) -> StepState:
        """Nothing follows for the item."""
        return StepState.DONE
