"""The demo library: short pieces of our own, played by the synth, drawn and tagged by code.

Read in the order of a record: ``records`` and ``pieces`` (what is played), ``music`` and
``performing`` (how the synth is led through it), ``drawings`` and ``covers``, ``tags``, ``files``.
"""
