"""The weekly briefing: from answers to one frozen content, every sentence bound to its numbers."""

from __future__ import annotations

from metrics.briefing.compose import compose
from metrics.briefing.content import BriefingContent

__all__ = ["BriefingContent", "compose"]
