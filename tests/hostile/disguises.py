"""Music that is something else besides: whoever opens it as that gets what was hidden."""

import io
import zipfile

from tests.hostile.parts import Trials, frame, id3, sound


def _zip(comment: bytes = b"") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("evil.html", "<script>alert(1)</script>")
        inside.comment = comment
    return archive.getvalue()


_PDF = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"

DISGUISES: Trials = {
    "zip.mp3": ("polyglot", lambda: sound("mp3") + _zip()),
    "zip-with-words.flac": ("polyglot", lambda: sound("flac") + _zip(b"w" * 60_000)),
    "document.mp3": ("polyglot", lambda: id3(frame(b"COMM", b"\0eng\0" + _PDF)) + sound("mp3")),
}
