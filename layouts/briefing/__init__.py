"""The weekly briefing as documents: drawings of one frozen content, which never ask anything."""
