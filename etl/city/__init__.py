"""The deterministic demo city: a territory, and source files as real systems export them.

Nothing here reads or writes the store. A profile names the place; ``territory`` draws it;
``history`` and ``live`` write the files that the ordinary loader then takes in. The same seed,
last moment and number of days give the same bytes.
"""
