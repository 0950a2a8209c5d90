"""A tiny program in place of a service: it answers 200 to everything on the port it is told."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def serve() -> None:
    port = int(os.environ.get("FAKE_HTTP_PORT") or os.environ["FAKE_METRICS_PORT"])
    with ThreadingHTTPServer(("127.0.0.1", port), Answer) as server:
        sys.stdout.write(json.dumps({"level": "WARNING", "event": "early words"}) + "\n")
        server.serve_forever()


if __name__ == "__main__":
    serve()
