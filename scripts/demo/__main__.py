"""``python -m scripts.demo --into DIR`` writes the demo library as files."""

from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from scripts.demo.files import library


def main(
    into: Annotated[Path, typer.Option(file_okay=False, help="The folder to fill.")],
) -> None:
    """Write the demo library; what is already there stays as it is."""
    began = perf_counter()
    paths = list(library(into))
    size_mib = sum(path.stat().st_size for path in paths) / 2**20
    typer.echo(f"{len(paths)} pieces, {size_mib:.0f} MiB, {perf_counter() - began:.1f} s: {into}")


if __name__ == "__main__":
    typer.run(main)
