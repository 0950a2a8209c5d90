"""The OpenAPI document: what FastAPI finds, with what it cannot know."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from services.gateway.domain.principals import Policy
from services.gateway.http.entrance import guard_of
from services.gateway.wire.operating import Problem

# An OpenAPI document, and the pieces FastAPI takes, are nested JSON without a narrower type.
Json = dict[str, Any]
Responses = dict[int | str, Json]

DESCRIPTION = """
Music that people serve themselves. Everything lies under `/api/v1`, speaks JSON, and answers
failures as `application/problem+json` (RFC 9457) whose `code` programs can rely on.

Lists come in pages: send the `next_cursor` of one as `cursor` to get the next. Answers to GET carry
an `ETag`; send it back in `If-None-Match`. POSTs may carry an `Idempotency-Key`: sent again within
a day, they are answered again and not done again.
"""
PROBLEM_TYPE = "application/problem+json"
PROBLEM_REF = "#/components/schemas/Problem"
BINARY = {"schema": {"type": "string", "format": "binary"}}
AUDIO_TYPES = ("audio/mpeg", "audio/flac", "audio/ogg", "audio/mp4", "audio/wav", "audio/*")

SCHEMES: Json = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token from sign-in, or an API key.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tutti_access",
        "description": "For the web app; unsafe methods need the header X-Tutti-Client as well.",
    },
}
SECURITY: list[Json] = [{name: []} for name in SCHEMES]
IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again within a day, the request is answered again and not done again.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,200}$"},
}

NOT_MODIFIED: Responses = {304: {"description": "The client has it already."}}
PREPARING: Responses = {
    409: {"description": "The track is being prepared.", "content": {PROBLEM_TYPE: {}}}
}
BYTES: Responses = {
    **PREPARING,
    200: {"description": "All of it.", "content": dict.fromkeys(AUDIO_TYPES, BINARY)},
    206: {"description": "The range asked for.", "content": dict.fromkeys(AUDIO_TYPES, BINARY)},
    307: {"description": "The object store has it."},
    416: {"description": "There are no such bytes.", "content": {PROBLEM_TYPE: {}}},
    **NOT_MODIFIED,
}
PLAYLIST: Responses = {
    **PREPARING,
    200: {
        "description": "A playlist or a segment.",
        "content": {
            "application/vnd.apple.mpegurl": BINARY,
            "audio/mp4": BINARY,
            "video/*": BINARY,
        },
    },
    206: BYTES[206],
    416: BYTES[416],
    **NOT_MODIFIED,
}
PICTURE: Responses = {
    200: {"description": "The cover.", "content": {"image/webp": BINARY}},
    206: {"description": "The range asked for.", "content": {"image/webp": BINARY}},
    416: BYTES[416],
    **NOT_MODIFIED,
}
WAVEFORM_SCHEMA: Json = {
    "title": "Waveform",
    "type": "object",
    "required": ["data"],
    "properties": {
        "version": {"type": "integer"},
        "channels": {"type": "integer"},
        "sample_rate": {"type": "integer"},
        "samples_per_pixel": {"type": "integer"},
        "bits": {"type": "integer"},
        "length": {"type": "integer"},
        "data": {
            "type": "array",
            "items": {"type": "integer"},
            "description": "Minimum and maximum in turn, from -128 to 127.",
        },
    },
}
WAVEFORM: Responses = {
    200: {
        "description": "Peaks, as BBC audiowaveform writes them, version 2.",
        "content": {"application/json": {"schema": WAVEFORM_SCHEMA}},
    },
    **NOT_MODIFIED,
}
EVENTS: Responses = {
    200: {
        "description": "Events `item` and `batch`, whose data is an Item or a Batch in JSON.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
PLAYLIST_FILE_TYPES = ("audio/x-mpegurl", "application/jspf+json")
PLAYLIST_FILE: Responses = {
    200: {"description": "The file.", "content": dict.fromkeys(PLAYLIST_FILE_TYPES, BINARY)}
}
PLAYLIST_FILE_BODY: Json = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys((*PLAYLIST_FILE_TYPES, "application/octet-stream"), BINARY),
    }
}
LIVE_SOUND: Responses = {
    200: {
        "description": "Sound, for as long as one listens.",
        "content": dict.fromkeys(("audio/mpeg", "audio/ogg", "audio/flac", "audio/aac"), BINARY),
    }
}
LIVE_PLAYLIST: Responses = {
    200: {
        "description": "The playlist as it is now.",
        "content": {"application/vnd.apple.mpegurl": BINARY},
    }
}
LIVE_SEGMENT: Responses = {
    200: {"description": "Two seconds of sound.", "content": {"audio/aac": BINARY}}
}
RAW_BODY: Json = {
    "requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}
}


def document(app: FastAPI) -> Json:
    """Describe the whole API."""
    made = get_openapi(
        title="Tutti", version="1", description=DESCRIPTION, routes=app.routes, tags=TAGS
    )
    components: Json = made["components"]
    components["securitySchemes"] = SCHEMES
    problem = Problem.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    components["schemas"] |= problem.pop("$defs", {}) | {"Problem": problem}
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    for route in guarded(app):
        for method in route.methods or ():
            operation = made["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, method)
    return made


def guarded(app: FastAPI) -> Iterator[APIRoute]:
    """Every route of the API."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield route


def _complete(operation: Json, route: APIRoute, method: str) -> None:
    guard = guard_of(route.dependant)
    policy = guard.policy if guard else Policy.PUBLIC
    if policy in (Policy.USER, Policy.OPERATOR):
        operation["security"] = SECURITY
    elif policy is Policy.WELCOME:
        operation["security"] = [*SECURITY, {}]
    if method == "POST" and policy is not Policy.PUBLIC:
        parameters = operation.setdefault("parameters", [])
        if not any(each["name"].lower() == "idempotency-key" for each in parameters):
            parameters.append(IDEMPOTENCY_KEY)
    responses: Json = operation["responses"]
    for status in sorted(_failures(operation, policy, method)):
        responses[str(status.value)] = _failure(status)
    if method == "GET" and "application/json" in responses.get("200", {}).get("content", {}):
        responses["304"] = NOT_MODIFIED[304]
    operation["responses"] = dict(sorted(responses.items()))


def _failures(operation: Json, policy: Policy, method: str) -> set[HTTPStatus]:
    failures = {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS}
    if operation["tags"] == ["vitals"]:
        return {HTTPStatus.TOO_MANY_REQUESTS}
    failures |= {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
    if policy is not Policy.PUBLIC or method == "POST":
        failures |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    in_path = any(each["in"] == "path" for each in operation.get("parameters", ()))
    if policy is not Policy.PUBLIC or in_path:
        failures.add(HTTPStatus.NOT_FOUND)
    if method not in ("GET", "HEAD"):
        failures.add(HTTPStatus.CONFLICT)
    if "requestBody" in operation:
        failures |= {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        }
    return failures


def _failure(status: HTTPStatus) -> Json:
    content = {PROBLEM_TYPE: {"schema": {"$ref": PROBLEM_REF}}}
    return {"description": status.phrase, "content": content}


TAGS = [
    {"name": "auth", "description": "Signing up, in and out."},
    {"name": "account", "description": "One's own account."},
    {"name": "music", "description": "Artists, albums, tracks, words."},
    {"name": "media", "description": "Sound and pictures."},
    {"name": "playlists", "description": "Made by hand or by rule."},
    {"name": "listening", "description": "Favourites, ratings, plays, queue, bookmarks."},
    {"name": "scrobbling", "description": "Telling ListenBrainz and Last.fm what one plays."},
    {"name": "histories", "description": "Bringing what one heard elsewhere."},
    {"name": "libraries", "description": "Bodies of music and who may see them."},
    {"name": "uploads", "description": "Files to come."},
    {"name": "imports", "description": "Files on their way into a library."},
    {"name": "podcasts", "description": "Feeds that are followed, and their episodes."},
    {"name": "live", "description": "Endless music, and the stations that play it."},
    {"name": "operators", "description": "For those who run the server."},
    {"name": "vitals", "description": "Whether the server lives."},
]
