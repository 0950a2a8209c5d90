"""Album covers: a drawing, paper grain, and the title set over it."""

import unicodedata
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scripts.demo.drawings import DRAWINGS, Colour, disc
from scripts.demo.records import Album

SIZE_PX = 1000


@cache
def cover(album: Album) -> bytes:
    """The sleeve of an album: a JPEG of 1000 by 1000 pixels."""
    drawing, ink = DRAWINGS[album.cover]
    picture = _grained(drawing().resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS))
    _lettered(picture, album.title, album.artist, ink)
    file = BytesIO()
    picture.save(file, "JPEG", quality=90, optimize=True)
    return file.getvalue()


def _grained(picture: Image.Image) -> Image.Image:
    """Break up the gradients with a little paper grain, which also hides their banding."""
    grain = np.random.default_rng(5).normal(0, 2.6, (SIZE_PX, SIZE_PX, 1))
    pixels = np.asarray(picture, dtype=np.float64) + grain
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _lettered(picture: Image.Image, title: str, artist: str, ink: Colour) -> None:
    draw = ImageDraw.Draw(picture)
    _written(draw, (70, 118), title, _font(64), ink, spacing=0)
    _written(draw, (73, 172), artist.upper(), _font(25), ink, spacing=7)


def _written(
    draw: ImageDraw.ImageDraw,
    baseline: tuple[float, float],
    words: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    ink: Colour,
    spacing: float,
) -> None:
    """Set a line letter by letter, and draw the dots of umlauts: the font has none."""
    (x, y), before = baseline, " "
    for letter in unicodedata.normalize("NFD", words):
        if letter == "\N{COMBINING DIAERESIS}":
            left, top, right, _ = draw.textbbox((0, 0), before, font, anchor="ls")
            dot = 0.072 * draw.textlength("m", font)
            middle, height = x - spacing - (right - left) / 2 - left, y + top - 2.4 * dot
            for side in (-1, 1):
                disc(draw, (middle + side * 2.1 * dot, height), dot, ink)
            continue
        draw.text((x, y), letter, ink, font, anchor="ls")
        x += draw.textlength(letter, font) + spacing
        before = letter


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
