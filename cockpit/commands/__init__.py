"""One file a command. Heavy packages are imported inside the commands that need them."""
