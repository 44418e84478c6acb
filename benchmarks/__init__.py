"""How fast: every figure is a ratio to a bare, hand-written equivalent in the same run."""
