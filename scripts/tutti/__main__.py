"""The commands. ``tutti --help`` lists them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts.tutti import importing, playlists, session
from scripts.tutti.session import Refused, Server, Session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

app = typer.Typer(
    help="Tutti from the command line: sign in, import music, look after the server.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
playlist = typer.Typer(help="Take playlists to other programs, and bring them from there.")
app.add_typer(playlist, name="playlist", no_args_is_help=True)
console = Console()
complaints = Console(stderr=True)

Name = Annotated[str, typer.Option(prompt="User name", help="Your user name.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True, hide_input=True, envvar="TUTTI_PASSWORD", help="Asked for when left out."
    ),
]
Address = Annotated[str, typer.Argument(help="The address of the server.", envvar="TUTTI_SERVER")]
ItemId = Annotated[str, typer.Argument(help="The item, as `tutti status` shows it.")]
Everyone = Annotated[bool, typer.Option("--everyone", help="Of all users. Operators only.")]


def main() -> None:
    """Run the command line; a refusal is one line on the standard error and exit status 1."""
    try:
        app()
    except Refused as refusal:
        complaints.print(f"[red]tutti:[/red] {escape(str(refusal))}")
        raise SystemExit(1) from None


# What a command learns from the server is whatever JSON the API gave.
def _signed_in(work: Callable[[Server], Awaitable[Any]]) -> Any:  # noqa: ANN401
    async def connected() -> Any:  # noqa: ANN401
        async with session.connect(session.kept_session()) as server:
            return await work(server)

    return asyncio.run(connected())


@app.command("sign-up")
def sign_up(name: Name, password: Password, server: Address = session.DEFAULT_SERVER) -> None:
    """Make an account and sign this device in. The first account looks after the server."""
    asyncio.run(_enter("/auth/sign-up", server, name, password))


@app.command("sign-in")
def sign_in(name: Name, password: Password, server: Address = session.DEFAULT_SERVER) -> None:
    """Sign this device in; it keeps an API key of its own, never the password."""
    asyncio.run(_enter("/auth/sign-in", server, name, password))


async def _enter(door: str, address: str, name: str, password: str) -> None:
    address = address.rstrip("/")
    async with session.connect(Session(address, name, "", "")) as server:
        tokens = await server.ask("POST", door, json={"name": name, "password": password})
        signed_in = {"Authorization": f"Bearer {tokens['access_token']}"}
        body = {"name": session.device_name()}
        key = await server.ask("POST", "/me/api-keys", json=body, headers=signed_in)
        await server.ask("POST", "/auth/sign-out", headers=signed_in)
    session.keep(Session(address, tokens["user"]["name"], key["key"]["id"], key["secret"]))
    console.print(f"Signed in to {address} as [bold]{escape(tokens['user']['name'])}[/bold].")


@app.command("sign-out")
def sign_out() -> None:
    """Revoke this device's API key and forget it."""
    kept = session.kept_session()
    _signed_in(lambda server: server.ask("DELETE", f"/me/api-keys/{kept.key_id}"))
    session.forget()
    console.print("Signed out.")


@app.command("import")
def import_music(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    library: Annotated[
        str | None, typer.Option(help="Name or id of the library; your own when left out.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until every file can be heard.")] = True,
) -> None:
    """Send music to the server. Given again after a stop, it goes on where it was."""
    outcome = _signed_in(
        lambda server: importing.bring(server, paths, library, wait=wait, console=console)
    )
    _report(outcome)
    if outcome.failed:
        raise typer.Exit(1)


def _report(outcome: importing.Outcome) -> None:
    states = [item["state"] for item in outcome.items]
    for state in sorted(set(states)):
        console.print(f"{states.count(state):6} {state}")
    for path, why in outcome.refused:
        complaints.print(f"[red]not sent[/red] {escape(path)}: {escape(why)}")
    for item in outcome.items:
        if item["reason"]:
            name = escape(item["file_name"])
            complaints.print(f"[yellow]{item['state']}[/yellow] {name}: {escape(item['reason'])}")


@playlist.command("export")
def export_playlist(
    name: Annotated[str, typer.Argument(help="Name or id of the playlist.")],
    form: Annotated[playlists.Form, typer.Option("--format")] = playlists.Form.M3U8,
) -> None:
    """Write a playlist to the standard output: tutti playlist export Tides > tides.m3u8."""
    content = _signed_in(lambda server: playlists.exported(server, name, form))
    sys.stdout.buffer.write(content)


@playlist.command("import")
def import_playlist(
    file: Annotated[Path, typer.Argument(help="M3U, M3U8 or JSPF.", exists=True, dir_okay=False)],
    name: Annotated[str | None, typer.Option(help="As the file says when left out.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is there.")] = False,
) -> None:
    """Make a playlist of a file, and tell which of its songs are not on the server."""
    told = _signed_in(lambda server: playlists.imported(server, file, name, dry_run=dry_run))
    verb = "made" if told["playlist"] else "not made"
    console.print(f"{escape(told['name'])}: {told['matched_count']} tracks found, {verb}.")
    if told["unmatched"]:
        columns = ("position", "artist", "title", "album", "path")
        _print(columns, [[song[column] for column in columns] for song in told["unmatched"]])
        raise typer.Exit(1)


@app.command()
def libraries() -> None:
    """List the libraries you may see."""
    rows = _signed_in(lambda server: server.ask("GET", "/libraries"))["items"]
    table = [(row["name"], row["id"], row["track_count"], row["folder"]) for row in rows]
    _print(("library", "id", "tracks", "folder"), table)


@app.command()
def scan(library: Annotated[str, typer.Argument(help="Name or id of the library.")]) -> None:
    """Look for new and changed files in the folder of a library. Operators only."""
    found = _signed_in(lambda server: importing.scan(server, library))
    for count in ("new", "changed", "unchanged", "missing"):
        console.print(f"{found[f'{count}_count']:6} {count}")


@app.command()
def status(everyone: Everyone = False) -> None:
    """Show what is on its way and what needs you."""
    of = "admin/imports" if everyone else "imports"
    counts = _signed_in(lambda server: server.ask("GET", f"/{of}/status"))
    _print(("state", "files"), [(name.removesuffix("_count"), n) for name, n in counts.items()])


@app.command()
def quarantine(everyone: Everyone = False) -> None:
    """List the files that could not become music, and why."""
    of = "admin/imports" if everyone else "imports"

    async def quarantined(server: Server) -> list[importing.Answer]:
        return [item async for item in importing.every_item(server, of=of, state="quarantined")]

    rows = _signed_in(quarantined)
    table = [(row["id"], row["file_name"], row["reason_code"], row["reason"]) for row in rows]
    _print(("item", "file", "code", "reason"), table)


@app.command()
def show(item: ItemId, everyone: Everyone = False) -> None:
    """Show one file with its steps."""
    of = "admin/imports" if everyone else "imports"
    answer = _signed_in(lambda server: server.ask("GET", f"/{of}/items/{item}"))
    console.print_json(data=answer["item"])
    columns = ("name", "state", "attempts", "engine", "engine_version", "duration_ms", "error")
    _print(columns, [[step[column] for column in columns] for step in answer["steps"]])


@app.command()
def rerun(
    item: ItemId,
    step: Annotated[str | None, typer.Option(help="The failed one when left out.")] = None,
) -> None:
    """Run a step of a file again, and all that follow from it. Operators only."""
    path = f"/admin/imports/items/{item}/rerun"
    answer = _signed_in(lambda server: server.ask("POST", path, json={"step": step}))
    console.print(f"{escape(answer['file_name'])} is {answer['state']}.")


@app.command()
def scrub(
    look: Annotated[
        bool, typer.Option("--look", help="Begin nothing; show how things are.")
    ] = False,
    remove_orphans: Annotated[
        bool, typer.Option("--remove-orphans", help="Remove what nothing needs.")
    ] = False,
) -> None:
    """Compare every stored object with what it must be, and mend it. Operators only."""
    if not look:
        wish = {"remove_orphans": remove_orphans}
        _signed_in(lambda server: server.ask("POST", "/admin/scrub", json=wish))
    report = _signed_in(importing.scrubbed if not look else importing.scrub_report)
    walk = report["scrub"]
    for count in ("checked_count", "checked_bytes", "damaged_count", "orphan_count"):
        console.print(f"{walk[count]:14} {count.replace('_', ' ')}")
    columns = ("found_at", "healed_at", "original", "title", "file_name", "key", "detail")
    _print(columns, [[damage[column] for column in columns] for damage in report["damages"]])


@app.command()
def dismiss(item: ItemId) -> None:
    """Take a quarantined file out of the list and forget its bytes."""
    _signed_in(lambda server: server.ask("DELETE", f"/imports/items/{item}"))
    console.print("Dismissed.")


@app.command()
def ledger(
    summary: Annotated[bool, typer.Option("--summary", help="Totals by kind and engine.")] = False,
) -> None:
    """List the calls of models and analysis engines, last first. Operators see everyone's."""
    path = "/admin/ledger/summary" if summary else "/admin/ledger/jobs"
    rows = _signed_in(lambda server: server.ask("GET", path))["items"]
    columns = (
        ("kind", "engine", "model", "job_count", "failed_count", "audio_s", "latency_ms_p50")
        if summary
        else ("finished_at", "kind", "engine", "engine_version", "audio_s", "latency_ms", "error")
    )
    _print(columns, [[row[column] for column in columns] for row in rows])


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        console.print("Nothing.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        # What may be typed again stays whole.
        table.add_column(column, no_wrap=column in {"item", "id"})
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def _cell(fact: object) -> str:
    match fact:
        case None:
            return ""
        case float():
            return f"{fact:.1f}"
    return escape(str(fact))


if __name__ == "__main__":
    main()
