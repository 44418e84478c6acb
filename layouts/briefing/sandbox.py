"""Filling a template a person may have edited: misspelt names are told, clever tags refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from metrics.errors import ConfigError, near

FULL_WIDTH = re.compile(r"｛\s*[｛%％]|[%％｝]\s*｝")
_TAGS_STEP = "Correct the tag in Word, or start again from the built-in template"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Names may be printed and looped over; nothing may be reached through or multiplied."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> NoReturn:
        """Refuse: a product of lists or texts may be as large as the machine."""
        del context, left, right
        raise SecurityError(f"operator '{operator}' is not allowed")


def filled(template: bytes | Path, context: Mapping[str, Any]) -> Document:
    """Return the python-docx document of a template with its tags filled.

    Args:
        template: the file or its bytes.
        context: every name a tag may use.

    Raises:
        ConfigError: not a Word file, an unknown name, a broken or forbidden tag.
    """
    where = str(template) if isinstance(template, Path) else "built-in template"
    document = _open(template, where)
    _refuse_full_width(document, where)
    environment = _Sandbox(undefined=jinja2.StrictUndefined, autoescape=True)
    try:
        document.render(dict(context), jinja_env=environment, autoescape=True)
    except jinja2.UndefinedError as error:
        raise _unknown(str(error), context, where) from error
    except jinja2.TemplateSyntaxError as error:
        raise ConfigError(
            f"a template tag is broken: {error.message}", where=where, next_step=_TAGS_STEP
        ) from error
    except SecurityError as error:
        raise ConfigError(
            f"a template tag is not allowed: {error}",
            where=where,
            hint="Tags may print names and loop over lists",
            next_step=_TAGS_STEP,
        ) from error
    except (jinja2.TemplateError, OverflowError, TypeError, ValueError) as error:
        raise ConfigError(
            f"a template tag cannot be filled: {error}", where=where, next_step=_TAGS_STEP
        ) from error
    rendered: Document = document.docx
    return rendered


def _open(template: bytes | Path, where: str) -> DocxTemplate:
    source = io.BytesIO(template) if isinstance(template, bytes) else str(template)
    document = DocxTemplate(source)
    try:
        document.init_docx()
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ConfigError(
            "the template is not a Word document (.docx)",
            where=where,
            next_step="Save it from Word or WPS as .docx",
        ) from error
    return document


def _refuse_full_width(document: DocxTemplate, where: str) -> None:
    """An input method turns {{ into ｛｛, which would be printed as it stands."""
    for paragraph in document.docx.element.body.iter():
        if paragraph.tag.endswith("}p"):
            text = "".join(paragraph.itertext())
            if FULL_WIDTH.search(text):
                raise ConfigError(
                    f"'{text.strip()[:40]}' is written with full-width braces",
                    where=where,
                    hint="Tags are written {{ name }}",
                    next_step="Type the braces with the input method switched to English",
                )


def _unknown(message: str, context: Mapping[str, Any], where: str) -> ConfigError:
    names = re.findall(r"'([^']+)'", message)
    known = _names(context)
    guess = near(names[-1], known) if names else ""
    return ConfigError(
        f"a template tag names something unknown ({message})",
        where=where,
        hint=f"Did you mean '{guess}'?" if guess else f"Allowed: {', '.join(sorted(known))}",
        next_step=_TAGS_STEP,
    )


def _names(context: object) -> set[str]:
    if isinstance(context, Mapping):
        return set(context) | {name for value in context.values() for name in _names(value)}
    if isinstance(context, (list, tuple)):
        return {name for value in context[:1] for name in _names(value)}
    return set()
