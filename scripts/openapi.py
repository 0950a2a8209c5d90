"""Write docs/openapi.json from the gateway's routes: ``python -m scripts.openapi [--check]``."""

import argparse
import json
import sys
from pathlib import Path

from services.gateway.http.app import create_app
from services.gateway.settings import GatewaySettings

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


def written() -> str:
    """The document as it should be."""
    settings = GatewaySettings.model_validate({"secret": b"for describing routes, not for running"})
    return json.dumps(create_app(settings).openapi(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document, or fail when it is not as the routes are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if it is old")
    if not parser.parse_args().check:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(written())
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != written():
        sys.exit("docs/openapi.json is not as the routes are: run python -m scripts.openapi")


if __name__ == "__main__":
    main()
