"""The catalog, which acknowledges news of finished jobs before it has written them down.

Only this news: recordings are announced until they are answered, so that they survive even this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from libs.common.events import bus
from libs.common.events.listener import Listener
from libs.common.service import run
from services.catalog.__main__ import catalog
from services.catalog.settings import CatalogSettings
from tests.chaos.controls.dying import die_once
from tutti.ledger.v1 import events_pb2

if TYPE_CHECKING:
    from nats.aio.msg import Msg

NEWS = events_pb2.JobFinished.DESCRIPTOR.full_name


class Hasty(Listener):
    """Settles first and handles then."""

    async def _settle(self, message: Msg) -> None:
        if message.subject == NEWS:
            await message.ack_sync()
            die_once()
        await super()._settle(message)


if __name__ == "__main__":
    bus.Listener = Hasty  # type: ignore[attr-defined]  # taken from where it is used
    run(catalog, CatalogSettings())
