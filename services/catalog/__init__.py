"""The catalog: what music exists and who may see it, who listens, and what they keep.

Owns      libraries, artists, albums, tracks, lyrics; users, sessions, API keys; playlists,
          favourites, ratings, plays, queues, bookmarks; live stations; the ledger of AI jobs;
          whom listeners tell what they play, and the histories they bring
Answers   tutti.catalog.v1.CatalogService, AccountsService, ListeningService,
          StationsService, MatchingService, ScrobblingService, HistoriesService;
          tutti.ledger.v1.LedgerService
Announces tutti.catalog.v1.TrackPublished, TrackRefused, TrackEdited, TrackRemoved,
          TracksListed, TrackDelisted
Listens   to tutti.ingest.v1.RecordingsFound, RecordingReady, RecordingReanalysed,
          RecordingWithdrawn;
          tutti.gateway.v1.PlaybackReported; tutti.ledger.v1.JobFinished
"""
