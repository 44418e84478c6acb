"""Made-up names of communities; they stand for no real place."""

from __future__ import annotations

import numpy as np

_FIRST = "永长新东西南北金银双大安和福宁云清龙凤明春秋吉瑞"
_SECOND = ("兴", "桥", "湾", "塘", "河", "山", "埭", "泉", "园", "庄", "峰", "浦", "汇", "里",
           "岭", "坞", "华", "田", "丰", "溪", "泽", "景", "畈", "祥", "港", "溇")  # fmt: skip


def community_names(rng: np.random.Generator, urban: list[bool]) -> list[str]:
    """Return one name per community, unlike any other: 社区 in town, 村 in the country.

    Args:
        rng: source of chance.
        urban: whether each community is an urban one.
    """
    stems = [first + second for first in _FIRST for second in _SECOND]
    order = rng.permutation(len(stems))
    return [stems[order[number]] + ("社区" if town else "村") for number, town in enumerate(urban)]
