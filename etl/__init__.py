"""Feeds to tables: from a file as a source system exports it to rows the journal can hold.

A source spec (``etl.source``) says what a file is; a reader (``etl.readers``) turns it into a
frame of strings; the contract (``etl.contract``) turns that into typed rows and rows set aside,
each with its reason. Nothing read is dropped.
"""
