"""The kernel: what a number means and how it is asked. No web, no files, no feeds."""
