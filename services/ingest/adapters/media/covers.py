"""A cover from any picture: one WebP to show large, and three small ones. Runs in the cage."""

import hashlib
import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from services.ingest.domain.inspection import COVER_SIDES_PX, Cover
from services.ingest.domain.reasons import Reason, Refused

MOST_PIXELS = 50_000_000
LARGEST_SIDE_PX = 1_400
QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def normalise_cover(picture: bytes, folder: Path) -> Cover:
    """Write ``cover.webp`` and its small copies into the folder, turned upright, without EXIF."""
    # The size is checked by us before a pixel is decoded, with a limit of our own.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(picture), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(Reason.IMAGE_TOO_LARGE, f"{image.width} x {image.height} pixels")
            image.draft("RGB", (LARGEST_SIDE_PX, LARGEST_SIDE_PX))  # JPEG decodes smaller, faster
            shown = ImageOps.exif_transpose(image).convert("RGB")
    except UnidentifiedImageError as fault:
        raise Refused(Reason.UNSUPPORTED_FORMAT, "not a picture we know") from fault
    except (OSError, ValueError, SyntaxError) as fault:  # what Pillow raises for broken pictures
        raise Refused(Reason.CORRUPT, f"the picture is damaged: {fault}") from fault
    shown.thumbnail((LARGEST_SIDE_PX, LARGEST_SIDE_PX), Image.Resampling.LANCZOS)
    large = folder / "cover.webp"
    shown.save(large, "WEBP", quality=QUALITY)
    for side_px in COVER_SIDES_PX:
        small = shown.copy()
        small.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        small.save(folder / f"cover-{side_px}.webp", "WEBP", quality=QUALITY)
    sha256 = hashlib.sha256(large.read_bytes()).hexdigest()
    return Cover(sha256, shown.width, shown.height)
