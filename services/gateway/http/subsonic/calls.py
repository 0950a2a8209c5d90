"""Calls by music apps: how they are told apart, let in, and answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl

from fastapi import Request, Response

from libs.common.faults import Fault, InvalidInput, Unauthenticated
from services.gateway.adapters.windows import Allowance, TooManyRequests, Window
from services.gateway.domain.apps.faults import ClientTooOld, ServerTooOld, number_of
from services.gateway.domain.apps.parameters import Parameters
from services.gateway.domain.principals import Policy, Principal, admit
from services.gateway.http.entrance import address_of, take_in_hand
from services.gateway.http.linking import here
from services.gateway.http.parts import Parts, parts_of
from services.gateway.http.problems import of_fault
from services.gateway.http.subsonic.proving import principal_of_app
from services.gateway.wire.subsonic.envelope import Writing
from services.gateway.wire.subsonic.tree import Tree

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50_000
"""Long playlists come as that many ids."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: by whom, with what."""

    request: Request
    parts: Parts
    given: Parameters
    principal: Principal | None

    @property
    def viewer(self) -> Principal:
        """Who calls. Only methods that are open to all are called by nobody."""
        if self.principal is None:
            raise Unauthenticated("say who you are")
        return self.principal

    @property
    def viewer_id(self) -> str:
        """The id of who calls."""
        return self.viewer.user_id

    @property
    def here(self) -> str:
        """How the caller reaches this server, for addresses to be opened elsewhere."""
        return here(self.request, self.parts.settings)

    @property
    def client(self) -> str:
        """What the app calls itself."""
        return self.given.text("c")[:100]


Answerer: TypeAlias = Callable[[Call], Awaitable[Tree | Response]]
"""Answers a call with what the envelope holds besides the state, or with bytes instead of one."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the API, and what it demands of who calls it."""

    answer: Answerer
    policy: Policy = Policy.USER
    window: Window = Window.APPS
    refused_by_status: bool = False
    """Whether it is refused as HTTP has it, without an envelope."""


async def answer_call(
    request: Request, methods: Mapping[str, Method], name: str, writing: Writing
) -> Response:
    """Answer a call of a method, which there may not be."""
    method = methods.get(name)
    if method is None:
        return writing.refusal(0, f"there is no method {name}", HTTPStatus.NOT_FOUND)
    request.scope["tutti.route"] = f"/rest/{name}"
    try:
        answer = await method.answer(await _let_in(request, method))
    except TooManyRequests as fault:
        refusal = writing.refusal(0, str(fault), HTTPStatus.TOO_MANY_REQUESTS)
        refusal.headers["Retry-After"] = str(fault.allowance.reset_s)
        _show(request, fault.allowance)
        return refusal
    except Fault as fault:
        if method.refused_by_status:
            return of_fault(fault)
        return writing.refusal(number_of(fault), str(fault) or fault.code)
    return answer if isinstance(answer, Response) else writing.answer(answer)


async def given_in(request: Request) -> Parameters:
    """What came in the address and, of a form, in the body."""
    query = request.scope["query_string"].decode("latin-1")
    sent = [query]
    if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
        sent.append((await request.body()).decode("latin-1"))
    try:
        pairs = [
            pair
            for text in sent
            for pair in parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        ]
    except ValueError:
        raise InvalidInput(f"a call has at most {MOST_FIELDS} parameters") from None
    return Parameters(pairs)


async def _let_in(request: Request, method: Method) -> Call:
    """Find out who is calling, count the call, and refuse it or let it pass."""
    parts, given = parts_of(request), request.state.given
    principal, refusal = None, None
    if method.policy is not Policy.PUBLIC:
        _check_version(given)
        try:
            principal = await principal_of_app(given, parts)
        except Unauthenticated as fault:
            refusal = fault
    who = principal.user_id if principal else address_of(request, parts)
    if allowance := await parts.windows.enter(method.window, who):
        _show(request, allowance)
    if refusal:
        raise refusal
    admit(method.policy, principal)
    if principal:
        take_in_hand(request, principal.user_id)
    return Call(request, parts, given, principal)


def _show(request: Request, allowance: Allowance) -> None:
    request.scope["tutti.headers"].update(allowance.headers)


def _check_version(given: Parameters) -> None:
    """Apps say who they are and what they speak; all that is not 1.x is another protocol."""
    given.text("c")
    major, _, _ = given.text("v").partition(".")
    if not major.isdecimal():
        raise InvalidInput("v must be a version of the API, such as 1.16.1")
    if int(major) < 1:
        raise ClientTooOld("this server speaks version 1 of the API: use a newer app")
    if int(major) > 1:
        raise ServerTooOld("this server speaks version 1 of the API, and the app a later one")
