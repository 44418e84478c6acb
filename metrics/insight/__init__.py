"""Why a number moved: exact splits of a change, and what of them is worth a word."""
