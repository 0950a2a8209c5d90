"""The only public door.

Owns: who is asking (with the catalog's word for it), how often, over which route; nothing lasting.
Answers: REST under /api/v1, signed media links under /media, the web app, health and metrics.
Announces: tutti.gateway.v1.PlaybackReported.
Listens to: nothing.
"""
