"""Feeds and their ledger: what came in, what was set aside and why."""
