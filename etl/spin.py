"""Text that was turned into traditional characters with their pinyin in brackets, turned back.

Some copies of Chinese text come as 區(qū)網(wǎng): a converter wrote each changed character in
its traditional form and its sound behind it.
"""

from __future__ import annotations

from functools import cache

import opencc
import polars as pl

_MARKED = r"\p{Han}[(（][a-zɡ]*[āáǎàēéěèīíǐìńňōóǒòūúǔùǖǘǚǜü][a-zɡāáǎàēéěèīíǐìńňōóǒòūúǔùǖǘǚǜü]*[)）]"
"""A syllable with its tone; the ones without tone are taken for it only beside such a one."""
_SYLLABLE = r"(\p{Han})[(（][a-zɡāáǎàēéěèīíǐìńňōóǒòūúǔùǖǘǚǜü]{1,6}[)）]"


def is_spun(text: pl.Series) -> pl.Series:
    """Tell where pinyin stands in brackets behind characters."""
    return text.str.contains(_MARKED).fill_null(value=False)


def unspun(text: pl.Series, spun: pl.Series) -> pl.Series:
    """Return the texts without the pinyin and in simplified characters, the others as they are."""
    if not spun.any():
        return text
    bare = text.filter(spun)
    for _ in range(2):  # neighbours share the character between their brackets
        bare = bare.str.replace_all(_SYLLABLE, "$1")
    plain = pl.Series([_to_simplified().convert(one) for one in bare.to_list()], dtype=pl.String)
    return text.scatter(spun.arg_true(), plain)


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
