"""From a file somebody gave us to a recording that can be played, found and mixed.

Owns       uploads, items with their steps and results, fingerprints; originals and renditions;
           podcasts that are followed, and the files of their episodes
Answers    tutti.ingest.v1.IngestService, PodcastsService
Announces  tutti.ingest.v1.RecordingsFound, RecordingReady, RecordingReanalysed,
           RecordingQuarantined, RecordingWithdrawn;
           tutti.ledger.v1.JobFinished
Listens to tutti.catalog.v1.TrackPublished, TrackRefused, TrackRemoved, TracksListed,
           TrackDelisted
"""
