"""What several tests need: a small made-up city, its files, and looks into the store."""
