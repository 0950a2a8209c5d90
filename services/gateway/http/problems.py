"""Everything that goes wrong, as RFC 9457 has it."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match

from libs.common.faults import (
    AlreadyExists,
    FailedPrecondition,
    Fault,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TimedOut,
    Unauthenticated,
    Unavailable,
)
from services.gateway.adapters.windows import TooManyRequests
from services.gateway.domain.in_hand import TooManyAtOnce
from services.gateway.wire.operating import FieldProblem, Problem

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

STATUS: Mapping[type[Fault], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    AlreadyExists: HTTPStatus.CONFLICT,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    PermissionDenied: HTTPStatus.FORBIDDEN,
    FailedPrecondition: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    TooManyAtOnce: HTTPStatus.TOO_MANY_REQUESTS,
    TimedOut: HTTPStatus.GATEWAY_TIMEOUT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""A share used up is a conflict, unless it is the share of requests, which comes back by itself."""

PASSING = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
CODES = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}


def answer_problems(app: FastAPI) -> None:
    """Answer every failure of the application with a problem."""

    @app.exception_handler(Fault)
    async def _fault(_: Request, fault: Fault) -> Response:
        return of_fault(fault)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        return of_validation(error)

    @app.exception_handler(HTTPException)
    async def _refused(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:  # Starlette names those of one route alone
            error.headers = {"Allow": ", ".join(sorted(allowed_methods(request)))}
        code = CODES.get(status, status.name.lower())
        detail = error.detail if error.detail != status.phrase else status.description
        return problem(status, detail or status.phrase, code, error.headers)


def allowed_methods(request: Request) -> set[str]:
    """What may be done at the address, by any of the routes that share it."""
    matching = [
        route
        for route in request.app.routes
        if isinstance(route, APIRoute) and route.matches(request.scope)[0] is not Match.NONE
    ]
    ours = [route for route in matching if route.tags != ["pages"]]
    named = [route for route in ours if not route.param_convertors]
    return {method for route in named or ours or matching for method in route.methods or ()}


def problem(
    status: HTTPStatus,
    detail: str,
    code: str,
    headers: Mapping[str, str] | None = None,
    errors: list[FieldProblem] | None = None,
) -> Response:
    """A problem as a response."""
    body = Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=detail,
        code=code,
        errors=errors or [],
    )
    return Response(body.model_dump_json(), status, dict(headers or {}), CONTENT_TYPE)


def of_fault(fault: Fault) -> Response:
    """A fault of ours, or of a service behind, told to the client."""
    status = status_of(fault)
    headers: dict[str, str] = {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="tutti"'
    elif status in PASSING:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(fault, TooManyRequests):
        headers |= {"Retry-After": str(fault.allowance.reset_s)} | fault.allowance.headers
    return problem(status, str(fault) or status.phrase, fault.code, headers)


def status_of(fault: Fault) -> HTTPStatus:
    """The status of the nearest class above the fault that has one."""
    kinds = (kind for kind in type(fault).__mro__ if kind in STATUS)
    return next((STATUS[kind] for kind in kinds), HTTPStatus.CONFLICT)


def of_validation(error: RequestValidationError) -> Response:
    """Which fields do not fit, without repeating what was sent: it may be a password."""
    errors = [
        FieldProblem(field=".".join(map(str, each["loc"])), message=each["msg"])
        for each in error.errors()
    ]
    detail = "; ".join(f"{each.field}: {each.message}" for each in errors[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, InvalidInput.code, errors=errors)


def too_large(detail: str, declared: str) -> HTTPException:
    """Refuse a body. One without a declared length is hung up on: it may never end."""
    headers = None if declared else {"Connection": "close"}
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, headers)


def too_slow(detail: str) -> HTTPException:
    """Wait no longer for a body, and hang up: what still comes of it is no new request."""
    return HTTPException(HTTPStatus.REQUEST_TIMEOUT, detail, {"Connection": "close"})


def of_bug() -> Response:
    """Something that is our fault and none of the client's business."""
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong here; it was logged", "internal"
    )
