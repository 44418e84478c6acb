"""Plotly figures of answers: pure functions, never a map (no geo trace can fetch anything)."""
