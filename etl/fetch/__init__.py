"""Feeds that must be asked: an interface or a database, brought into the inbox as files.

A fetch writes an ordinary file into the feed's inbox, once and whole; from there on everything
goes the way of files: ledger, checks, quarantine, reconciliation.
"""
