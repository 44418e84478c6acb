"""Rows set aside, out to a spreadsheet and back, for staff who work in a browser."""

from __future__ import annotations

import base64
import binascii
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from etl.corrections import export_rows, open_rows, put_corrections, read_corrections
from etl.reconcile import reconcile
from layouts.quality.replay import MOST_MB, Recounted, Replayed
from metrics.errors import BadQuestion, UnknownName

if TYPE_CHECKING:
    from cockpit.wiring import Services
    from etl.spec import SourceSpec


def spec_of(source: str, services: Services) -> SourceSpec:
    """Return the spec of a source.

    Raises:
        UnknownName: the source does not exist.
    """
    if source not in services.specs:
        raise UnknownName("source", source, services.specs, where="source")
    return services.specs[source]


def sheet_of(source: str, services: Services) -> bytes:
    """Return a source's rows set aside as a CSV that a spreadsheet opens unharmed.

    Raises:
        UnknownName: the source does not exist.
    """
    spec = spec_of(source, services)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.csv"
        export_rows(open_rows(services.store, spec), spec, path)
        return path.read_bytes()


def take_back(source: str, upload: str, services: Services) -> Replayed:
    """Put the corrected rows of a sheet into the inbox, where they are loaded like any file.

    Args:
        source: id.
        upload: the sheet as a browser hands it over, ``data:<type>;base64,<bytes>``.
        services: of the city.

    Raises:
        CockpitError: the source does not exist, or this is no sheet of its rows.
    """
    spec = spec_of(source, services)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.csv"
        path.write_bytes(_bytes(upload))
        found = read_corrections(path, open_rows(services.store, spec), spec)
    put = None
    if not found.rows.is_empty():
        put = put_corrections(found.rows, spec, services.inbox, services.store.version)
    return Replayed(
        file=put.name if put else "",
        corrected=found.rows.height,
        unchanged=found.unchanged,
        settled=found.settled,
        is_watched=services.background is not None,
    )


def _bytes(upload: str) -> bytes:
    try:
        data = base64.b64decode(upload.partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadQuestion("this is no file", where="upload", hint="Allowed: a CSV") from error
    if len(data) > MOST_MB * 2**20:
        raise BadQuestion("the file is too large", where="upload", hint=f"At most {MOST_MB} MB")
    return data


def recount(services: Services) -> Recounted:
    """Return how the books agree with the tables when everything is counted again."""
    found = reconcile(services.store, list(services.catalogue.indicators.values()))
    return Recounted(
        files=len(found.files),
        compared=found.compared,
        unbalanced=sum(not one.is_balanced for one in found.files),
        odd=found.without_one_version,
        differences=len(found.differences),
        city=found.city_differences,
    )
