"""Starting: what is in the way ends the process with one line that says what to do.

Nothing here reads the figures' library, which must not be imported before a
process with children has said where they share them.
"""

import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

from pydantic import ValidationError

from libs.common.faults import CannotStart
from libs.common.logs import log_as_json
from libs.common.settings import ServiceSettings

logger = logging.getLogger(__name__)
Settings = TypeVar("Settings", bound=ServiceSettings)


def settings_of(kind: type[Settings]) -> Settings:
    """What the environment says; what is wrong there ends the process.

    Values are not repeated: they may be secrets.
    """
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        wrong = {
            f"{prefix}{each['loc'][0] if each['loc'] else '*'}".upper(): each["msg"].removeprefix(
                "Value error, "
            )
            for each in error.errors()
        }
        log_as_json("INFO")
        _end("; ".join(f"{name}: {message}" for name, message in wrong.items()), ", ".join(wrong))


@contextmanager
def ended_if_it_cannot_start(settings: ServiceSettings) -> Generator[None]:
    """End the process when something that it needs is missing."""
    try:
        yield
    except CannotStart as problem:
        _end(str(problem), f"{settings.prefix}{problem.setting}".upper())


def _end(reason: str, setting: str) -> NoReturn:
    logger.error("cannot start", extra={"reason": reason, "remedy": f"set {setting}"})
    sys.exit(1)
