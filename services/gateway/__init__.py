"""The only public door.

Owns: who is asking (with the catalog's word for it), how often, over which route; nothing lasting.
Answers: REST under /api/v1, signed media links under /media, live streams at /ws/stream, the web
    app, health and metrics.
Announces: tutti.gateway.v1.PlaybackReported.
Listens to: live frames (tutti.synth.v1.Frame), and what its replicas say of rooms.
"""
