"""Files of strangers into numbers and renditions we trust.

``sandbox`` cages whatever parses such a file. ``child`` is our program in that cage:
``sniff`` looks at the bytes, ``probe`` and ``decode`` ask FFmpeg, ``tags`` asks mutagen,
``covers`` asks Pillow. ``inspection`` is the way in; it leaves the sound as raw samples
(``pcm``), and all later steps read those and never the file itself.
"""
