"""The desk of one briefing: its sentences to edit, their evidence, and the way to the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, shell
from layouts import staff_texts as texts
from layouts.shelf import downloads


@dataclass(frozen=True)
class Proof:
    """A line of evidence, and the page of its indicator."""

    text: str
    href: str


@dataclass(frozen=True)
class DeskSentence:
    """A sentence as it stands.

    Attributes:
        typed: what somebody has typed and not saved; the text otherwise.
        author: who changed it last; empty as it was composed.
        edited: number and reason of every number a person wrote.
        is_dropped: it was composed, and somebody took it out.
    """

    id: str
    text: str
    typed: str
    proofs: tuple[Proof, ...]
    author: str = ""
    edited: tuple[tuple[str, str], ...] = ()
    is_dropped: bool = False


@dataclass(frozen=True)
class DeskSection:
    """A section with its sentences, those that were dropped last."""

    id: str
    title: str
    sentences: tuple[DeskSentence, ...]


@dataclass(frozen=True)
class DeskView:
    """Everything the desk shows.

    Attributes:
        ways: the steps that lead on from here.
        steps: time, name, deed and note of everything done so far.
        changes: the numbers restated since; None where that is not known.
        sent: time, place, outcome, tries and note of everything sent.
        file: an edited document that was handed in and not taken over yet: name and content.
        returned: what was changed in it.
    """

    week: str
    href: str
    title: str
    state: str
    revision: int
    number: int
    who: str
    sections: tuple[DeskSection, ...]
    ways: tuple[str, ...]
    steps: tuple[tuple[str, str, str, str], ...] = ()
    changes: tuple[tuple[str, ...], ...] | None = None
    sent: tuple[tuple[str, ...], ...] = ()
    file: str = ""
    returned: tuple[tuple[str, ...], ...] = ()
    said: str = ""
    is_wrong: bool = field(default=False)

    @property
    def is_open(self) -> bool:
        """Whether sentences may be changed."""
        return self.state == "draft"


def draw_desk(view: DeskView) -> Component:
    """Return the desk of a briefing."""
    said = html.P(
        view.said,
        id=ids.BRIEFING_SAID,
        className=f"bd-said{' is-wrong' if view.is_wrong else ''}",
        role="alert" if view.is_wrong else "status",
    )
    parts: list[Component] = [
        shell.breadcrumb(((texts.BRIEFING_BACK, "/briefing"), (view.week, view.href))),
        _head(view),
        said,
        *(_section(view, section) for section in view.sections),
        *([_returned(view)] if view.is_open else []),
        _record(view),
    ]
    if view.sent:
        rows: list[list[shell.Children]] = [list(row) for row in view.sent]
        listed = shell.table(texts.BRIEFING_SENT_HEAD, rows, caption=texts.BRIEFING_SENT)
        parts.append(shell.panel(texts.BRIEFING_SENT, listed))
    if view.changes is not None:
        parts.append(_changes(view.changes))
    return html.Div(parts, className="bd")


def _head(view: DeskView) -> Component:
    name = _field("who", "", texts.BRIEFING_WHO, value=view.who, hint=texts.BRIEFING_WHO_NOTE)
    fields: list[Component] = [name]
    if "sign" in view.ways:
        fields.append(_field("number", "", texts.BRIEFING_NUMBER, value=str(view.number)))
    if view.ways:
        fields.append(_field("note", "", texts.BRIEFING_NOTE))
    buttons: list[Component] = [
        _button("way", way, texts.BRIEFING_STEPS[way], is_quiet=way in ("return", "recall"))
        for way in view.ways
    ]
    body = [
        html.P(
            [
                html.Span(texts.BRIEFING_STATES[view.state], className="bd-state"),
                downloads(view.href),
                html.A(texts.BRIEFING_REVIEW_COPY, href=f"{view.href}.docx?review=1", download=""),
            ],
            className="bd-line",
        ),
        html.Div([*fields, *buttons], className="bd-fields"),
        dcc.Input(id=ids.briefing_field("revision", ""), value=view.revision, type="hidden"),
    ]
    return shell.panel(f"{view.title} {view.week}", body)


def _section(view: DeskView, section: DeskSection) -> Component:
    rows: list[Component] = [_sentence(view, one) for one in section.sentences]
    if view.is_open:
        rows.append(
            html.Div(
                [
                    _text("new", section.id, "", f"{section.title} {texts.BRIEFING_NEW}"),
                    html.Div(
                        [
                            _field("why", section.id, texts.BRIEFING_WHY),
                            _button("add", section.id, texts.BRIEFING_ACTS["add"]),
                        ],
                        className="bd-fields",
                    ),
                ],
                className="bd-row bd-row--new",
            )
        )
    return shell.panel(section.title, rows)


def _sentence(view: DeskView, one: DeskSentence) -> Component:
    if one.is_dropped:
        restore = _button("restore", one.id, texts.BRIEFING_ACTS["restore"], is_quiet=True)
        gone = html.P([html.Strong(f"{texts.BRIEFING_DROPPED} "), html.S(one.text)])
        return html.Div([gone, *([restore] if view.is_open else [])], className="bd-row is-gone")
    notes = [texts.BRIEFING_BY.format(who=one.author)] if one.author else []
    notes += [texts.BRIEFING_NUMBER_BY.format(number=n, reason=r) for n, r in one.edited]
    parts: list[Component] = []
    if view.is_open:
        parts.append(_text("text", one.id, one.typed, texts.BRIEFING_SENTENCE))
        acts = ["save", "up", "down", "drop", *(["restore"] if one.author else [])]
        parts.append(
            html.Div(
                [
                    _field("why", one.id, texts.BRIEFING_WHY),
                    *(
                        _button(act, one.id, texts.BRIEFING_ACTS[act], is_quiet=act != "save")
                        for act in acts
                    ),
                ],
                className="bd-fields",
            )
        )
    else:
        parts.append(html.P(one.text))
    parts += [html.P(note, className="bd-note") for note in notes]
    return html.Div([*parts, _proofs(one.proofs)], className="bd-row")


def _proofs(proofs: Sequence[Proof]) -> Component:
    if not proofs:
        return html.P(texts.BRIEFING_NO_PROOF, className="bd-note")
    lines = [html.Li(shell.go(proof.text, proof.href)) for proof in proofs]
    return html.Details(
        [html.Summary(texts.BRIEFING_PROOF.format(n=len(proofs))), html.Ul(lines)],
        className="bd-proof",
    )


def _returned(view: DeskView) -> Component:
    pick = dcc.Upload(
        html.Button(texts.BRIEFING_RETURN_PICK, className="st-button st-button--quiet",
                    type="button"),
        id=ids.briefing_file(view.week), accept=".docx", className="bd-pick",
    )  # fmt: skip
    named = html.Span(texts.BRIEFING_RETURN, className="st-hidden")
    parts: list[Component] = [html.Label([named, pick], className="bd-label")]
    if view.returned:
        rows: list[list[shell.Children]] = [list(row) for row in view.returned]
        parts += [
            shell.table(texts.BRIEFING_RETURN_HEAD, rows, caption=texts.BRIEFING_RETURN),
            html.Div(_button("import", "", texts.BRIEFING_ACTS["import"]), className="bd-fields"),
            dcc.Input(id=ids.briefing_field("file", ""), value=view.file, type="hidden"),
        ]
    return shell.panel(texts.BRIEFING_RETURN, parts, note=texts.BRIEFING_RETURN_NOTE)


def _record(view: DeskView) -> Component:
    rows: list[list[shell.Children]] = [list(step) for step in view.steps]
    listed = shell.table(texts.BRIEFING_RECORD_HEAD, rows, caption=texts.BRIEFING_RECORD)
    return shell.panel(texts.BRIEFING_RECORD, listed)


def _changes(changes: Sequence[Sequence[str]]) -> Component:
    if not changes:
        return shell.panel(texts.BRIEFING_CHANGED, shell.sentence(texts.BRIEFING_UNCHANGED))
    listed = shell.table(
        texts.BRIEFING_CHANGED_HEAD, [list(row) for row in changes],
        caption=texts.BRIEFING_CHANGED, numeric=(4, 5),
    )  # fmt: skip
    return shell.panel(texts.BRIEFING_CHANGED, listed)


def _text(name: str, of: str, value: str, label: str) -> Component:
    area = dcc.Textarea(
        id=ids.briefing_field(name, of), value=value, className="bd-text", maxLength=600
    )
    return html.Label([html.Span(label, className="st-hidden"), area], className="bd-label")


def _field(name: str, of: str, label: str, *, value: str = "", hint: str = "") -> Component:
    typed = dcc.Input(
        id=ids.briefing_field(name, of), value=value, type="text", className="bd-input",
        placeholder=hint, maxLength=200, debounce=False,
    )  # fmt: skip
    return html.Label([html.Span(label), typed], className="bd-field")


def _button(act: str, of: str, word: str, *, is_quiet: bool = False) -> Component:
    look = "st-button st-button--quiet" if is_quiet else "st-button"
    return html.Button(word, id=ids.briefing_do(act, of), className=look, type="button")
