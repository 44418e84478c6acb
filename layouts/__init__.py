"""Drawing: answers in, components and documents out. Nothing here asks a question."""
