"""Everything that can be asked has a measure, read from the description of the whole API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel, SecretBytes

from services.gateway.domain.principals import Policy
from services.gateway.http.app import create_app
from services.gateway.http.rooms import SocketRoute
from services.gateway.http.subsonic.route import AppsRoute
from services.gateway.settings import GatewaySettings
from services.gateway.tests.conftest import SECRET
from services.gateway.wire.live import SocketQuery, Steer, TimeAsked

APP = create_app(GatewaySettings(secret=SecretBytes(SECRET)))
DOCUMENT = APP.openapi()
Schema = dict[str, Any]  # JSON has no narrower type
PROOFS = ("token", "password", "secret", "key", "authorization", "credential")


def operations() -> Iterator[tuple[str, Schema]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def asked() -> Iterator[tuple[str, Schema]]:
    """Every value that a client can send, by where it stands."""
    for name, operation in operations():
        for parameter in operation.get("parameters", ()):
            yield from values(f"{name} {parameter['name']}", parameter["schema"])
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from values(f"{name} body", content["schema"])


def values(where: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield where, schema
    for branch in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(branch, ()):
            yield from values(where, each)
    for field, each in schema.get("properties", {}).items():
        yield from values(f"{where}.{field}", each)
    for each in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(each, dict):
            yield from values(f"{where}[]", each)


def test_every_number_has_a_smallest_and_a_largest() -> None:
    numbers = [(where, each) for where, each in asked() if each.get("type") in NUMBERS]
    assert len(numbers) > 10
    unbounded = [
        where
        for where, each in numbers
        if not {"minimum", "exclusiveMinimum"} & {*each}
        or not {"maximum", "exclusiveMaximum"} & {*each}
    ]
    assert not unbounded


NUMBERS = ("integer", "number")
BOUNDED_TEXT = ("maxLength", "enum", "const", "pattern")
UNBOUNDED_PATTERNS = ("*$", "+$")


def test_every_text_and_every_list_has_a_largest() -> None:
    unbounded = []
    for where, each in asked():
        if each.get("type") == "string" and each.get("format") not in ("binary", "date-time"):
            bounded = any(bound in each for bound in BOUNDED_TEXT)
            by_pattern_alone = "maxLength" not in each and "pattern" in each
            endless = by_pattern_alone and each["pattern"].endswith(UNBOUNDED_PATTERNS)
            if not bounded or endless:
                unbounded.append(where)
        if each.get("type") == "array" and "maxItems" not in each:
            unbounded.append(where)
    assert not unbounded


def test_every_body_forbids_what_it_does_not_know() -> None:
    objects = [(where, each) for where, each in asked() if each.get("type") == "object"]
    assert len(objects) > 15
    assert not [where for where, each in objects if each.get("additionalProperties") is not False]


def test_every_model_that_a_route_reads_forbids_what_it_does_not_know() -> None:
    read: set[type[BaseModel]] = {SocketQuery, Steer, TimeAsked}
    for route in APP.routes:
        if isinstance(route, SocketRoute | AppsRoute):
            continue
        assert isinstance(route, APIRoute)
        dependant = route.dependant
        for field in (*dependant.body_params, *dependant.query_params):
            kind = field.field_info.annotation
            for each in (kind, *getattr(kind, "__args__", ())):
                if isinstance(each, type) and issubclass(each, BaseModel):
                    read.add(each)
    assert len(read) > 15
    assert not [each for each in read if each.model_config.get("extra") != "forbid"]


def test_no_proof_travels_in_an_address() -> None:
    """Addresses end in logs and histories. Signed links are proofs made for that."""
    named = {
        f"{name} {parameter['name']}"
        for name, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] in ("query", "path")
        and any(proof in parameter["name"].lower() for proof in PROOFS)
    }
    assert named <= {
        "DELETE /api/v1/me/api-keys/{key_id} key_id",
        "DELETE /api/v1/me/app-passwords/{app_password_id} app_password_id",
        # Sharing is to give such an address to others.
        "GET /api/v1/shared/{secret} secret",
        "GET /api/v1/shared/{secret}/cover secret",
    }
    schemes = DOCUMENT["components"]["securitySchemes"].values()
    assert not [scheme for scheme in schemes if scheme.get("in") == "query"]


def test_there_is_one_socket_and_it_says_who_may_open_it() -> None:
    """Another would need an Origin check, tickets and frames of a largest size as well."""
    others = [route for route in APP.routes if not isinstance(route, APIRoute | AppsRoute)]
    assert [type(route) for route in others] == [SocketRoute]
    assert [route.path for route in others if isinstance(route, SocketRoute)] == ["/ws/stream"]
    assert SocketRoute.guard.policy is Policy.WELCOME
