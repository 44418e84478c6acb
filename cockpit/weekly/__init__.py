"""The way of a weekly briefing: edited, reviewed, signed, kept and sent."""
