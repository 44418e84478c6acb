"""Signed links that open a wall without a login: name, scope and end are under the signature."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

from cockpit.walls.ledger import Ledger, Link
from metrics.errors import BadQuestion, CockpitError, UnknownName
from metrics.question import Viewer

Reason = Literal["forged", "expired", "revoked", "outside"]
DAY = 86_400
LONGEST_DAYS = 3650
LONGEST_NAME = 40
LONGEST_TOKEN = 2000
_SENTENCES: dict[Reason, tuple[str, str]] = {
    "forged": ("this kiosk link was not made here, or was changed", "Ask for a new one (/walls)"),
    "expired": ("this kiosk link has ended", "Ask for a new one (/walls)"),
    "revoked": ("this kiosk link was taken back", "Ask for a new one (/walls)"),
    "outside": ("a kiosk link opens the wall and nothing else", "Go back to the wall: /"),
}


class KioskRefused(CockpitError):
    """A kiosk link that does not hold, or not for what was asked."""

    status = 403

    def __init__(self, reason: Reason, *, where: str = "?kiosk=") -> None:
        self.reason = reason
        what, next_step = _SENTENCES[reason]
        super().__init__(what, where=where, next_step=next_step)


@dataclass(frozen=True)
class KioskPass:
    """What a kiosk link that holds says.

    Attributes:
        id: of the link.
        name: of the screen.
        roots: area ids it may see; none for the whole city.
        expires: in Unix seconds; 0 for never.
    """

    id: str
    name: str
    roots: tuple[str, ...]
    expires: int

    @property
    def viewer(self) -> Viewer:
        """Whose scope applies to everything this screen asks."""
        return Viewer(f"kiosk {self.name}", self.roots)

    @property
    def wall(self) -> str:
        """Id of the wall that the link opens."""
        return f"k-{self.id}"


class Kiosk:
    """Makes kiosk links and tells whether one holds."""

    def __init__(
        self, secret: bytes, ledger: Ledger, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Sign with the application's secret; ``clock`` gives real Unix seconds."""
        self._ledger, self._clock = ledger, clock
        self._signer = URLSafeSerializer(
            secret, salt="cockpit.kiosk", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._known: dict[str, Link] = {}
        self._stamp = -1

    def make(self, name: str, roots: Sequence[str] = (), *, days: int = 0) -> tuple[Link, str]:
        """Return a new link and its token.

        Args:
            name: of the screen, 1 to 40 characters.
            roots: area ids it may see; none for the whole city.
            days: after which it ends; 0 for never.

        Raises:
            BadQuestion: the name is empty or too long, or the days are out of range.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            hint = f"A name of 1 to {LONGEST_NAME} characters, such as 大厅"
            raise BadQuestion(f"'{name}' is no name for a wall", where="--name", hint=hint)
        if not 0 <= days <= LONGEST_DAYS:
            hint = f"A whole number from 0 (never ends) to {LONGEST_DAYS}"
            raise BadQuestion(f"a link cannot hold {days} days", where="--days", hint=hint)
        now = int(self._clock())
        expires = now + days * DAY if days else 0
        link = Link(secrets.token_hex(4), name, tuple(roots), now, expires)
        self._ledger.add_link(link)
        self._stamp = -1
        said = {"i": link.id, "n": link.name, "r": list(link.roots), "e": link.expires}
        return link, str(self._signer.dumps(said))

    def admit(self, token: str) -> KioskPass:
        """Return what a token says, if it holds now.

        Raises:
            KioskRefused: it is forged, has ended, or was taken back.
        """
        try:
            said = self._signer.loads(token[:LONGEST_TOKEN])
            found = KioskPass(said["i"], said["n"], tuple(said["r"]), int(said["e"]))
        except (BadData, KeyError, TypeError, ValueError):
            raise KioskRefused("forged") from None
        if found.expires and found.expires <= self._clock():
            raise KioskRefused("expired")
        link = self._links().get(found.id)
        if link is None or link.revoked:
            raise KioskRefused("revoked")
        return found

    def links(self) -> list[Link]:
        """Return every link that was given out, the newest first."""
        return list(self._links().values())

    def revoke(self, link: str) -> None:
        """Take a link back: its wall goes dark with its next beat.

        Raises:
            UnknownName: no link of this id holds.
        """
        if not self._ledger.revoke(link, int(self._clock())):
            known = [one.id for one in self.links() if not one.revoked]
            raise UnknownName("kiosk link", link, known, where="cockpit wall revoke")
        self._stamp = -1

    def _links(self) -> dict[str, Link]:
        """The links, read again only when somebody has written: asked for with every beat."""
        stamp = self._ledger.stamp
        if stamp != self._stamp:
            self._known = {one.id: one for one in self._ledger.links()}
            self._stamp = stamp
        return self._known
