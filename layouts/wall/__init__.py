"""The wall: scenes as written, the page as drawn, the payload that fills it."""
