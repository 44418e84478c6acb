"""The screens on the walls: who they are, what they show, and what they have been told."""
