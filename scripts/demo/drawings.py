"""The pictures on the album covers: gradients and a few shapes, at twice the size of a cover."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_DRAWN_PX = 2000

Colour = tuple[int, int, int]


def _gradient(stops: Sequence[Colour]) -> Image.Image:
    """A vertical blend through evenly spaced colours."""
    rows = np.linspace(0, len(stops) - 1, _DRAWN_PX)
    column = np.stack(
        [np.interp(rows, range(len(stops)), [s[i] for s in stops]) for i in range(3)], 1
    )
    pixels = np.repeat(column[:, None, :], _DRAWN_PX, axis=1)
    return Image.fromarray(pixels.astype(np.uint8))


def _glow(
    picture: Image.Image, centre: tuple[int, int], radius: int, colour: Colour, strength: int
) -> None:
    light = Image.new("L", picture.size, 0)
    x, y = centre
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), strength)
    light = light.filter(ImageFilter.GaussianBlur(radius / 2.2))
    picture.paste(Image.new("RGB", picture.size, colour), (0, 0), light)


def disc(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: Colour
) -> None:
    """A filled circle."""
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _between(first: Colour, last: Colour, share: float) -> Colour:
    mixed = [round(a + (b - a) * share) for a, b in zip(first, last, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _hill(
    draw: ImageDraw.ImageDraw,
    level: float,
    waves: Sequence[tuple[float, float, float]],
    colour: Colour,
) -> None:
    """A band from a sum of waves (height in pixels, count, phase) down to the lower edge."""
    x = np.arange(0, _DRAWN_PX + 8, 8)
    y = np.full(len(x), level, dtype=np.float64)
    for height, count, phase in waves:
        y += height * np.sin(2 * np.pi * count * x / _DRAWN_PX + phase)
    line = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    draw.polygon([*line, (_DRAWN_PX, _DRAWN_PX), (0, _DRAWN_PX)], colour)


def _sea() -> Image.Image:
    """A pale sun over bands of water."""
    picture = _gradient(((247, 226, 205), (244, 200, 176), (222, 160, 150)))
    _glow(picture, (1330, 930), 520, (255, 244, 226), 190)
    draw = ImageDraw.Draw(picture)
    disc(draw, (1330, 930), 265, (255, 247, 232))
    for band in range(8):
        colour = _between((203, 150, 148), (25, 60, 84), (band / 7) ** 0.8)
        waves = ((20 + 5 * band, 1.1 + 0.13 * band, 0.9 * band), (9 + 2 * band, 2.7, 2.1 * band))
        _hill(draw, 1030 + 118 * band, waves, colour)
    return picture


def _tiles() -> Image.Image:
    """Quarter circles and discs on a grid, as on an old album of studies."""
    paper, warm = (241, 229, 207), ((217, 93, 57), (236, 170, 64), (38, 70, 83), (124, 150, 132))
    picture = Image.new("RGB", (_DRAWN_PX, _DRAWN_PX), paper)
    draw = ImageDraw.Draw(picture)
    rng = np.random.default_rng(8)
    side = 286
    for row in range(4):
        for column in range(6):
            x, y = 140 + column * side, 640 + row * side
            ground, shape = (warm[i] for i in rng.choice(4, 2, replace=False))
            kind, turn = int(rng.integers(4)), int(rng.integers(4))
            draw.rectangle((x, y, x + side, y + side), paper if kind == 0 else ground)
            if kind < 3:  # noqa: PLR2004 - a quarter circle in one of four corners
                cx, cy = x + side * (turn % 2), y + side * (turn // 2)
                start = {0: 0, 1: 90, 2: 270, 3: 180}[turn]
                draw.pieslice(
                    (cx - side, cy - side, cx + side, cy + side), start, start + 90, shape
                )
            else:
                disc(draw, (x + side / 2, y + side / 2), side * 0.34, shape)
    return picture


def _moon() -> Image.Image:
    """A garden under the moon: hills, stems and lit flowers."""
    picture = _gradient(((18, 22, 48), (36, 44, 84), (84, 84, 128)))
    _glow(picture, (1420, 760), 480, (214, 214, 240), 130)
    draw = ImageDraw.Draw(picture)
    rng = np.random.default_rng(3)
    for _ in range(90):
        disc(
            draw,
            (rng.uniform(0, 2000), rng.uniform(380, 1200)),
            rng.uniform(1.5, 4.5),
            (226, 226, 244),
        )
    disc(draw, (1420, 760), 230, (246, 240, 220))
    _hill(draw, 1290, ((80, 0.8, 1.0), (24, 2.3, 0.0)), (52, 62, 104))
    _hill(draw, 1450, ((90, 0.7, 3.4), (20, 2.9, 1.0)), (34, 44, 80))
    for x in np.linspace(90, 1910, 17) + rng.normal(0, 30, 17):
        top = rng.uniform(1250, 1610)
        lean = rng.normal(0, 50)
        draw.line((x - lean, 2000, x, top), (20, 32, 56), 9)
        petal = _between((236, 190, 170), (176, 190, 240), rng.uniform())
        for angle in np.arange(6) * np.pi / 3:
            disc(draw, (x + 34 * np.cos(angle), top + 34 * np.sin(angle)), 27, petal)
        disc(draw, (x, top), 24, (250, 226, 160))
    _hill(draw, 1830, ((36, 1.4, 0.4), (14, 4.1, 2.0)), (17, 26, 48))
    return picture


def _arches() -> Image.Image:
    """Doorways within doorways, the light in the last."""
    picture = _gradient(((233, 216, 222), (222, 203, 216)))
    draw = ImageDraw.Draw(picture)
    for centre, deep, pale in (
        (430, (60, 72, 112), (250, 214, 176)),
        (1000, (150, 74, 82), (252, 226, 190)),
        (1570, (52, 98, 98), (250, 220, 170)),
    ):
        for ring in range(5):
            half, top = 250 - 46 * ring, 760 + 110 * ring
            colour = _between(deep, pale, (ring / 4) ** 1.3)
            disc(draw, (centre, top + half), half, colour)
            draw.rectangle((centre - half, top + half, centre + half, 1750), colour)
    draw.rectangle((0, 1750, 2000, 2000), (196, 170, 186))
    draw.rectangle((0, 1750, 2000, 1762), (150, 124, 148))
    return picture


DRAWINGS: dict[str, tuple[Callable[[], Image.Image], Colour]] = {
    "sea": (_sea, (88, 52, 60)),
    "tiles": (_tiles, (38, 70, 83)),
    "moon": (_moon, (238, 234, 224)),
    "arches": (_arches, (74, 58, 88)),
}
