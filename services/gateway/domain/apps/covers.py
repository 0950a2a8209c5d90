"""Which of the sizes that are kept of a cover serves best."""

KEPT_PX = (96, 300, 600)
"""Longer sides of the small copies that ingest makes."""


def key_of(sha256: str, side_px: int) -> str:
    """The object to make a picture of this size from: the smallest that is no smaller; 0 is all."""
    kept = next((side for side in KEPT_PX if 0 < side_px <= side), None)
    return f"covers/{sha256}{f'-{kept}' if kept else ''}.webp"
