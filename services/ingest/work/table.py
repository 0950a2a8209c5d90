"""Who does which step."""

from collections.abc import Mapping

from libs.audio.ffmpeg import version
from services.ingest.domain.analysis import AnalysisEngine
from services.ingest.domain.claims import Engine
from services.ingest.domain.pipeline import RENDITIONS, Step
from services.ingest.work.likeness import TakeFingerprint, TellApart
from services.ingest.work.measuring import Analyse, MeasureLoudness
from services.ingest.work.publishing import Publish
from services.ingest.work.reading import Probe, ReadTags
from services.ingest.work.rendering import DrawWaveform, Render, RenderHls
from services.ingest.work.staging import Stage
from services.ingest.work.work import Work


def works(analyst: AnalysisEngine) -> Mapping[Step, Work]:
    """Every step of the pipeline with its work."""
    ffmpeg = Engine("ffmpeg", version())
    chromaprint = Engine("chromaprint", ffmpeg.version)
    return {
        Step.STAGE: Stage(),
        Step.PROBE: Probe(),
        Step.TAGS: ReadTags(),
        Step.FINGERPRINT: TakeFingerprint(chromaprint),
        Step.DUPLICATES: TellApart(),
        **{step: Render(rendition, ffmpeg) for step, rendition in RENDITIONS.items()},
        Step.HLS: RenderHls(ffmpeg),
        Step.PEAKS: DrawWaveform(),
        Step.LOUDNESS: MeasureLoudness(ffmpeg),
        Step.FEATURES: Analyse(analyst),
        Step.PUBLISH: Publish(),
    }
