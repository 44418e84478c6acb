"""The drill explorer: one indicator, one area, down to the cases."""
