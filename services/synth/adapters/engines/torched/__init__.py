"""The engine in torch: all decks and all their notes are dimensions of one tensor.

What is steered and where notes lie is worked out on the host, for it depends on no sample:
``moods``, ``book``. The rest happens on the device, a quantum at a time, and nothing is asked
back before the span is over.

A sample depends on its own deck alone, and on no other size: whatever is added up is added in
a fixed order (``sums``), recursions go by doubling (``recursions``), and curves are read from
tables (``curves``). So there is nothing in it that a library may compute one way for eight
numbers and another way for nine. Formulas and units are those of ``kernels``.
"""
