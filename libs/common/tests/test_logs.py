import json
import logging

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_trace_id

from libs.common.logs import JsonFormatter


def rendered(**facts: object) -> dict[str, object]:
    record = logging.makeLogRecord({"msg": "heard %s", "args": ("Ella",), "levelname": "INFO"})
    vars(record).update(facts)
    line: dict[str, object] = json.loads(JsonFormatter().format(record))
    return line


def test_a_log_line_is_an_event_with_its_facts() -> None:
    line = rendered(size_bytes=3, kind=ValueError)
    assert line["event"] == "heard Ella"
    assert line["size_bytes"] == 3
    assert str(line["time"]).endswith("+00:00")
    assert "trace" not in line


def test_a_log_line_names_the_trace_it_belongs_to() -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("tap") as span:
        assert rendered()["trace"] == format_trace_id(span.get_span_context().trace_id)


def test_a_log_line_carries_the_exception() -> None:
    error = ZeroDivisionError("bad math")
    line = rendered(exc_info=(type(error), error, None))
    assert line["exception"] == "ZeroDivisionError: bad math"
