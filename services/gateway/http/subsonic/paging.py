"""Whole lists, page after page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

LARGEST_PAGE = 500


class Page(Protocol):
    """Some rows of a list, and where the next ones begin; empty when these are the last."""

    next_page_token: str


class PageAsked(Protocol):
    """Which page is asked for."""

    page_token: str


Asked = TypeVar("Asked", bound=PageAsked)
Answer = TypeVar("Answer", bound=Page)


async def pages(ask: Callable[[Asked], Awaitable[Answer]], asked: Asked) -> AsyncIterator[Answer]:
    """All pages of a list."""
    while True:
        answer = await ask(asked)
        yield answer
        if not answer.next_page_token:
            return
        asked.page_token = answer.next_page_token
