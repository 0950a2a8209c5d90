"""What is around every answer."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from fastapi import Response

from services.gateway.wire.subsonic.tree import Tree, as_json, as_xml

API_VERSION = "1.16.1"
ENVELOPE = "subsonic-response"


def _own_version() -> str:
    try:
        return version("tutti")
    except PackageNotFoundError:  # run from the tree
        return "0.1.0"


AROUND = {
    "version": API_VERSION,
    "type": "tutti",
    "serverVersion": _own_version(),
    "openSubsonic": True,
}
OPEN_TO_PAGES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Pages of any site may read an answer: what proves the caller stands in the address they asked."""


class Format(StrEnum):
    """How an answer is written."""

    XML = "xml"
    JSON = "json"
    JSONP = "jsonp"


@dataclass(frozen=True, slots=True)
class Writing:
    """How an app wants to be answered."""

    format: Format = Format.XML
    callback: str = ""

    def answer(self, tree: Tree) -> Response:
        """An answer to a call that succeeded."""
        return self._written({"status": "ok", **AROUND, **tree})

    def refusal(self, number: int, message: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """An answer to one that did not."""
        error = {"code": number, "message": message}
        return self._written({"status": "failed", **AROUND, "error": error}, status)

    def _written(self, tree: Tree, status: HTTPStatus = HTTPStatus.OK) -> Response:
        if self.format is Format.XML:
            return Response(as_xml(ENVELOPE, tree), status, OPEN_TO_PAGES, "text/xml")
        content = as_json(ENVELOPE, tree)
        if self.format is Format.JSON:
            return Response(content, status, OPEN_TO_PAGES, "application/json")
        # The comment keeps a browser from taking the answer for another kind of file.
        script = b"/**/" + self.callback.encode() + b"(" + content + b");"
        return Response(script, status, OPEN_TO_PAGES, "application/javascript")
