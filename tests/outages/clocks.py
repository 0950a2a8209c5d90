"""The clock of one service is put eleven minutes forward, then as far back, while it runs.

``python -m tests.outages.clocks [SERVICE ...]``. Before the step a person signs
in, gets a link to a track, begins an upload and reports a play; after it, each
of these goes on. It fails when something does not, when an import does not
end as it should, or when a person would have to sign in anew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from scripts.fleet.table import SERVICES
from tests.listener import Answer, Listener, until
from tests.outages.house import everything, house
from tests.outages.person import piece, play

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.outages.house import House

SHIM = Path(__file__).parent / "shim"
STEPS_S = (660, 0, -660, 0)
"""Forward, right again, back, right again; a minute more than an access token is good for."""
NAMES = tuple(row.name for row in SERVICES)


class Clock:
    """What one program takes for the time; how long things take it knows aright."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self.step(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a program go by this clock."""
        path = [str(SHIM), os.environ.get("PYTHONPATH", "")]
        return {"TUTTI_TRIAL_CLOCK": str(self._file), "PYTHONPATH": os.pathsep.join(path)}

    def step(self, offset_s: int) -> None:
        """Put it so far from the right time."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(str(offset_s))
        draft.replace(self._file)


@dataclass(frozen=True, slots=True)
class Before:
    """What a person had when the clock was stepped."""

    link: str
    upload: Answer
    file: Path
    item_id: str
    access_token: str


class Trial:
    """One person, one wrong clock."""

    def __init__(self, listener: Listener, track_id: str, folder: Path) -> None:
        self._listener = listener
        self._track_id = track_id
        self._folder = folder
        self._brought = 20
        self.noted: list[str] = []

    def prepare(self) -> Before:
        """Begin what the step shall interrupt."""
        nadia = self._listener
        under_way, begun = self._piece(), self._piece()
        return Before(
            link=self._link(),
            upload=nadia.announce(begun),
            file=begun,
            item_id=str(nadia.send(under_way)["id"]),
            access_token=str(nadia.tokens["access_token"]),
        )

    def go_on(self, before: Before) -> list[str]:
        """Go on with all of it; answers what went wrong."""
        nadia = self._listener
        wrong = []
        if not self._still_signed_in():
            wrong.append("would have to sign in anew")
        for link, whose in ((before.link, "an older"), (self._link(), "a new")):
            status = httpx.get(
                f"{nadia.address}{link}", headers={"Range": "bytes=0-99"}
            ).status_code
            if status != httpx.codes.PARTIAL_CONTENT:
                wrong.append(f"{whose} link plays with status {status}")
        nadia.send_part(before.upload, before.file, 1)
        begun = nadia.post(f"/uploads/{before.upload['id']}/complete")
        items = [nadia.ended(before.item_id), nadia.ended(str(begun["id"]))]
        items += nadia.bring(self._piece())
        wrong += [f"an import ended as {item}" for item in items if item["state"] != "published"]
        reported = play(self._track_id)
        nadia.post("/plays", json={"plays": [reported]})
        try:
            until(lambda: self._heard(str(reported["id"])), "", patience_s=20)
        except TimeoutError:
            wrong.append("a play is lost")
        return wrong

    def _still_signed_in(self) -> bool:
        """As the apps do it: a refused access token is traded for a new one, once."""
        nadia = self._listener
        if self._me() == httpx.codes.UNAUTHORIZED:
            self.noted.append("the access token had to be refreshed")
            body = {"refresh_token": nadia.tokens["refresh_token"]}
            answer = nadia.client.post("/auth/refresh", json=body)
            if answer.is_error:
                return False
            nadia.tokens = answer.json()
            nadia.carry(str(nadia.tokens["access_token"]))
        return self._me() == httpx.codes.OK

    def _me(self) -> int:
        """The status of a call, once the machine is not too busy to answer it."""

        def status() -> int | None:
            answer = self._listener.client.get("/me")
            return None if answer.is_server_error else answer.status_code

        return until(status, "nobody answers")

    def _link(self) -> str:
        made = self._listener.post(f"/tracks/{self._track_id}/media-url", json={"quality": "low"})
        return str(made["url"])

    def _heard(self, play_id: str) -> bool:
        return any(each["id"] == play_id for each in self._listener.get("/plays")["items"])

    def _piece(self) -> Path:
        self._brought += 1
        return piece(self._folder, self._brought)


async def trial(folder: Path, name: str, steps_s: Sequence[int]) -> list[str]:
    """Step one program's clock and back again; answers what went wrong."""
    clock = Clock(folder / "clock")
    wrong = []
    wrong_clock = {name: clock.environment}
    async with house(folder / "var", environments=wrong_clock) as running:
        await everything(running)
        listener = await asyncio.to_thread(Listener(running.address).__enter__)
        with closing(listener.client):
            [item] = await asyncio.to_thread(listener.bring, piece(folder, 20))
            person = Trial(listener, str(listener.track(item)["id"]), folder)
            for step_s in steps_s:
                before = await asyncio.to_thread(person.prepare)
                clock.step(step_s)
                found = await asyncio.to_thread(person.go_on, before)
                wrong += [f"{name} {step_s:+d} s: {each}" for each in [*found, *_ended(running)]]
                noted = "; ".join(person.noted) or "nothing to be seen"
                print(f"{name} {step_s:+d} s: {'; '.join(found) or noted}", flush=True)
                person.noted.clear()
    return wrong


def _ended(running: House) -> list[str]:
    return [f"{name} ended" for name, part in running.parts.items() if not part.runs]


def main() -> None:
    """Step the clocks that the command line names; the exit status says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.outages.clocks", description=__doc__)
    parser.add_argument("services", nargs="*", choices=[*NAMES, []], metavar="SERVICE")
    parser.add_argument("--steps", nargs="*", type=int, default=STEPS_S, help="seconds off")
    chosen = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="tutti-clocks-") as folder:
        for name in chosen.services or NAMES:
            wrong += asyncio.run(trial(Path(folder) / name, name, chosen.steps))
    print(*wrong, sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
