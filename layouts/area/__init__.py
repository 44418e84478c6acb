"""All indicators of one area beside those of the area above."""
