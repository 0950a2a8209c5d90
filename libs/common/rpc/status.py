"""Faults as gRPC statuses, and back. The fault's own code travels in the trailing metadata."""

from collections.abc import Mapping

import grpc

from libs.common.faults import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    Fault,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    TimedOut,
    Unauthenticated,
    Unavailable,
)

CODE_HEADER = "fault-code"

STATUS: Mapping[type[Fault], grpc.StatusCode] = {
    InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
    PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    FailedPrecondition: grpc.StatusCode.FAILED_PRECONDITION,
    Conflict: grpc.StatusCode.ABORTED,
    ResourceExhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    TimedOut: grpc.StatusCode.DEADLINE_EXCEEDED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
FAULT = {status: kind for kind, status in STATUS.items()}


def status_of(fault: Fault) -> grpc.StatusCode:
    """The status of the nearest class above the fault that has one."""
    kinds = (kind for kind in type(fault).__mro__ if kind in STATUS)
    return next((STATUS[kind] for kind in kinds), grpc.StatusCode.FAILED_PRECONDITION)


def fault_of(error: grpc.aio.AioRpcError, method: str) -> Fault | None:
    """The fault the other side answered with, or None where it has a bug."""
    kind = FAULT.get(error.code())
    if kind is None:
        return None
    trailers = error.trailing_metadata() or ()
    code = next((str(value) for name, value in trailers if name == CODE_HEADER), None)
    if code is None and kind in (Unavailable, TimedOut):
        # gRPC's own words name sockets and addresses; they are for the log, not for the caller.
        service = method.split("/")[1].rpartition(".")[2]
        return kind(f"{service} {'gave no answer in time' if kind is TimedOut else 'is not there'}")
    return kind(error.details() or "", code)
