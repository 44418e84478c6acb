"""Why this number: everything behind one indicator of one area."""
