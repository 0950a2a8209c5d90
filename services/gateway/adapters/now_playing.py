"""What every player was last known to do, for all replicas to see."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from libs.common.cache import Cache
from services.gateway.domain.apps.playing import Playing, State

NAME = "gateway:playing"
KEPT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Player:
    """An app of somebody's."""

    user_id: str
    user_name: str
    client: str

    @property
    def field(self) -> str:
        """Its place among all players."""
        return json.dumps([self.user_id, self.user_name, self.client])


class NowPlaying:
    """Keeps it in Redis. What is lost there is only not shown."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def of(self, player: Player) -> Playing | None:
        """What one player does."""
        kept = await self._cache.field(NAME, player.field)
        return _playing(kept) if kept else None

    async def keep(self, player: Player, playing: Playing) -> None:
        """Know from now on."""
        await self._cache.set_field(
            NAME, player.field, json.dumps(asdict(playing)).encode(), KEPT_S
        )

    async def all(self, now_ms: int) -> Sequence[tuple[Player, Playing]]:
        """All that play now; those that are over are forgotten."""
        fields = await self._cache.fields(NAME)
        players = [(Player(*json.loads(field)), _playing(kept)) for field, kept in fields.items()]
        over = [player.field for player, playing in players if playing.is_over(now_ms)]
        if over:
            await self._cache.delete_fields(NAME, *over)
        return [(player, playing) for player, playing in players if player.field not in over]


def _playing(kept: bytes) -> Playing:
    fields = json.loads(kept)
    return Playing(**fields | {"state": State(fields["state"])})
