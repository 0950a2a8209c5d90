import asyncio

from libs.common.faults import ResourceExhausted
from services.catalog.adapters.password_hashing import MOST_WAITING, open_hashing
from services.catalog.domain.passwords import LONGEST


async def test_a_password_matches_its_hash_from_every_keyboard() -> None:
    async with open_hashing(64, 1, 1) as hashing:
        kept = await hashing.hash("caf\u00e9 au lait")  # é as one character
        assert await hashing.matches("cafe\u0301 au lait", kept)  # e with an accent after it
        assert not await hashing.matches("cafe au lait", kept)
        assert not hashing.is_outdated(kept)


async def test_nobody_and_what_is_too_long_match_nothing() -> None:
    async with open_hashing(64, 1, 1) as hashing:
        assert not await hashing.matches("a slow train of thought", None)
        kept = await hashing.hash("x" * LONGEST)
        assert await hashing.matches("x" * LONGEST, kept)
        assert not await hashing.matches("x" * (LONGEST + 1), kept)


async def test_only_so_many_wait_for_a_thread() -> None:
    async with open_hashing(64, 1, 1) as hashing:
        attempts = [hashing.hash("a slow train of thought") for _ in range(MOST_WAITING + 5)]
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, ResourceExhausted)]
        assert len(refused) == 5
        assert await hashing.hash("a slow train of thought")
