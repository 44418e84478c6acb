"""The one JSON form of an explanation: ``cockpit why --json`` and ``/api/v1/why``."""

from __future__ import annotations

from dataclasses import asdict

from metrics.answer import Answer
from metrics.insight.explanation import Explanation, Findings


def as_json(answer: Answer, why: Explanation | None) -> dict[str, object]:
    """Return an explanation as plain JSON values.

    ``cuts`` is empty where the number cannot be split; the effects of a cut sum to ``change``.
    """
    body: dict[str, object] = {
        "indicator": answer.indicator.id,
        "area": answer.area,
        "period": {"start": answer.period.start.isoformat(), "end": answer.period.end.isoformat()},
        "value": answer.figure.value,
        "previous": answer.previous.value,
        "data_version": answer.data_version,
        "cuts": [],
    }
    if why is None:
        return body
    return body | {
        "nature": why.nature,
        "change": why.change,
        "z": why.z,
        "windows": why.windows,
        "is_unusual": why.is_unusual,
        "cuts": [_cut(one) for one in why.cuts],
        "crossed": why.crossed,
        "surges": [asdict(one) for one in why.surges],
    }


def _cut(one: Findings) -> dict[str, object]:
    return {
        "by": one.id,
        "surprise": one.surprise,
        "rate": one.rate,
        "mix": one.mix,
        "is_reversed": one.is_reversed,
        "named": [share.key for share in one.named],
        "against": [share.key for share in one.against],
        "parts": [asdict(share) for share in one.shares],
    }
