"""Further kinds of panels, one file each: what it asks, and what its painter is given."""
