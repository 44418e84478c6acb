"""The tests; never shipped."""
