"""The demo library: short pieces of our own, composed, played, mixed, drawn and tagged by code.

Read in the order of a record: ``records`` and ``pieces`` (what is played), ``harmony``, ``melody``
and ``score`` (which notes), ``synthesis``, ``instruments`` and ``percussion`` (how they sound),
``mixing`` and ``mastering``, ``drawings`` and ``covers``, ``tags`` and ``files``.
"""
