"""The one route of all methods."""

import re

from fastapi import Request, Response
from starlette.routing import Route

from libs.common.faults import Fault, InvalidInput
from services.gateway.domain.apps.faults import number_of
from services.gateway.domain.apps.parameters import Parameters
from services.gateway.http.subsonic import METHODS
from services.gateway.http.subsonic.calls import answer_call, given_in
from services.gateway.wire.subsonic.envelope import Format, Writing

CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*){0,9}", re.ASCII)
LONGEST_CALLBACK = 200
VIEW = ".view"


async def answer(request: Request) -> Response:
    """Answer any call."""
    name = request.path_params["method"].removesuffix(VIEW)
    writing = Writing()
    try:
        given = await given_in(request)
        writing = _writing(given)
    except Fault as fault:
        return writing.refusal(number_of(fault), str(fault))
    request.state.given = given
    return await answer_call(request, METHODS, name, writing)


class AppsRoute(Route):
    """The route to all methods, each of which has a policy of its own."""


routes = [AppsRoute("/rest/{method}", answer, methods=["GET", "HEAD", "POST"])]


def _writing(given: Parameters) -> Writing:
    asked = given.text_or("f", Format.XML)
    try:
        format_ = Format(asked)
    except ValueError:
        raise InvalidInput(f"f must be one of {', '.join(Format)}") from None
    if format_ is not Format.JSONP:
        return Writing(format_)
    callback = given.text("callback")
    if len(callback) > LONGEST_CALLBACK or not CALLBACK.fullmatch(callback):
        raise InvalidInput("callback must be the name of a JavaScript function")
    return Writing(format_, callback)
