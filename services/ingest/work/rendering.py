"""The forms a recording is served in, and its outline."""

from dataclasses import dataclass

from services.ingest.adapters.media.encode import render, render_hls
from services.ingest.adapters.media.peaks import waveform_json
from services.ingest.domain.claims import Claim, Engine
from services.ingest.domain.recording import hls_prefix, rendition_key, waveform_key
from services.ingest.domain.renditions import Rendition
from services.ingest.work.bench import Bench, Result
from services.ingest.work.results import Made, remembered
from services.ingest.work.work import NoFollowUp


@dataclass(frozen=True, slots=True)
class Render(NoFollowUp):
    """Makes one rendition and stores it."""

    rendition: Rendition
    engine: Engine

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Encode, read back, store."""
        with bench.sound(claim) as pcm, bench.scratch.folder() as folder:
            made = render(bench.sandbox, self.rendition, pcm, folder)
            key = rendition_key(claim.content_sha256, self.rendition)
            bench.store(key, folder / made.file_name, made.content_type)
        return remembered(Made(made.size_bytes))


@dataclass(frozen=True, slots=True)
class RenderHls(NoFollowUp):
    """Makes the HLS ladder and stores it, the playlists last: they promise the rest."""

    engine: Engine

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Encode, read back, store."""
        with bench.sound(claim) as pcm, bench.scratch.folder() as folder:
            files = render_hls(bench.sandbox, pcm, folder)
            for file in reversed(files):
                key = f"{hls_prefix(claim.content_sha256)}{file.file_name}"
                bench.store(key, folder / file.file_name, file.content_type)
        return remembered(Made(sum(file.size_bytes for file in files)))


class DrawWaveform(NoFollowUp):
    """Draws the outline of the sound and stores it."""

    engine = Engine("waveform", "1")

    def perform(self, bench: Bench, claim: Claim) -> Result:
        """Measure and store."""
        with bench.sound(claim) as pcm, bench.scratch.folder() as folder:
            drawing = folder / "waveform.json"
            drawing.write_text(waveform_json(pcm))
            bench.store(waveform_key(claim.content_sha256), drawing, "application/json")
            return remembered(Made(drawing.stat().st_size))
