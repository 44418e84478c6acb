"""Which faces the documents are set in, and whether they have every character that is needed.

One openly licensed face for text and one for headings come with the cockpit. Those the standard
names belong to their makers; whoever has a licence drops the files into ``fonts/`` in the home.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from pylopdf_fonts_zh_cn import sans_path, serif_path

from layouts.briefing.ink import BODY, HEI, KAI, SONG, TITLE
from metrics.errors import ConfigError

ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
ROLES = {
    "body": ((BODY, "FangSong_GB2312", "仿宋", "FangSong"), SERIF),
    "kai": ((KAI, "KaiTi_GB2312", "楷体", "KaiTi"), SERIF),
    "hei": ((HEI, "SimHei"), SANS),
    "title": ((TITLE, "FZXiaoBiaoSong-B05S", "小标宋", "方正小标宋_GBK"), SERIF),
    "song": ((SONG, "SimSun"), SERIF),
}
"""What a face is for: the names it may have, and what stands in for it."""
_FAMILY, _TYPOGRAPHIC = 1, 16


@dataclass(frozen=True)
class Face:
    """A font file: its families in every language, and the characters it has."""

    path: Path
    families: tuple[str, ...]
    characters: frozenset[int]


@dataclass(frozen=True)
class Faces:
    """The faces of a home.

    Attributes:
        own: what was dropped into its folder.
        built_in: what comes with the cockpit, the one for text first.
    """

    own: tuple[Face, ...]
    built_in: tuple[Face, ...]

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the files lie."""
        return tuple(dict.fromkeys(face.path.parent for face in (*self.own, *self.built_in)))

    def family(self, role: str) -> tuple[str, ...]:
        """Return the families to set a role in, the wanted one first."""
        names, stand_in = ROLES[role]
        found = (name for name in names for face in self.own if name in face.families)
        other = SANS if stand_in == SERIF else SERIF
        return tuple(dict.fromkeys((*found, stand_in, other)))

    def missing(self, texts: Iterable[str]) -> str:
        """Return the characters that no face has, each once, in order."""
        have = frozenset().union(*(face.characters for face in (*self.own, *self.built_in)))
        wanted = {c for text in texts for c in text if not _is_blank(c)}
        return "".join(sorted(c for c in wanted if ord(c) not in have))

    def check(self, texts: Iterable[str], *, where: str) -> None:
        """Refuse texts with a character that no face has: it would be printed as a box.

        Raises:
            ConfigError: names the characters and their code points.
        """
        missing = self.missing(texts)
        if missing:
            points = " ".join(f"U+{ord(c):04X}" for c in missing[:20])
            raise ConfigError(
                f"no font has the characters {'、'.join(missing[:20])} ({points})",
                where=where,
                next_step="Put a font that has them into the folder 'fonts' of the home",
            )


def faces(folder: Path | None = None) -> Faces:
    """Return the built-in faces and those in a folder, where there is one.

    Raises:
        ConfigError: a file in the folder is no font, or one with variable weight.
    """
    own = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS) if (
        folder is not None and folder.is_dir()
    ) else []  # fmt: skip
    return Faces(
        own=tuple(_face(path, path.stat().st_mtime_ns) for path in own),
        built_in=tuple(_face(Path(path), 0) for path in (serif_path(), sans_path())),
    )


@functools.lru_cache(maxsize=32)
def _face(path: Path, _changed: int) -> Face:
    try:
        with path.open("rb") as file:
            fonts = _fonts(file, is_bundle=path.suffix.lower() in (".ttc", ".otc"))
            families = tuple(dict.fromkeys(name for font in fonts for name in _names(font)))
            characters = frozenset(code for font in fonts for code in font.getBestCmap() or ())
            is_variable = any("fvar" in font for font in fonts)
    except (TTLibError, OSError, KeyError, AssertionError) as error:
        raise ConfigError(
            "this is no font file", where=str(path), next_step="Take it out of the folder"
        ) from error
    if is_variable:
        raise ConfigError(
            "a font of variable weight is drawn too thin or blank by many programs",
            where=str(path),
            next_step="Put a font of fixed weight there",
        )
    return Face(path, families, characters)


def _fonts(file: BinaryIO, *, is_bundle: bool) -> Sequence[TTFont]:
    return TTCollection(file, lazy=True).fonts if is_bundle else [TTFont(file, lazy=True)]


def _names(font: TTFont) -> list[str]:
    records = (one for one in font["name"].names if one.nameID in (_FAMILY, _TYPOGRAPHIC))
    return [record.toUnicode() for record in records]


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] in "CZ"
