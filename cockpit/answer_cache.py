"""Answers that need not be computed twice: kept by question, data version, scope and day."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask
from flask_caching import Cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metrics.answer import Answer
    from metrics.question import Question, Viewer
    from metrics.service import Service

MOST_ANSWERS = 20_000
Made = TypeVar("Made")
Ask = Callable[[Sequence["Question"]], tuple["Answer", ...]]


class AnswerCache:
    """Asks the service only for what it has not answered since the data last changed.

    Many screens tick at the same instant: while one of them computes a set of answers, the
    others that want the same set wait for it instead of computing it again.
    """

    def __init__(self, service: Service, *, seconds: int) -> None:
        """Keep answers in this process; the age of feeds moves on, so not for ever."""
        self._service = service
        self._seconds = seconds
        kind = "SimpleCache" if seconds else "NullCache"
        self._cache = Cache(config={"CACHE_TYPE": kind, "CACHE_THRESHOLD": MOST_ANSWERS,
                                    "CACHE_DEFAULT_TIMEOUT": seconds,
                                    "CACHE_NO_NULL_WARNING": True})  # fmt: skip
        self._home = Flask(__name__)  # a cache belongs to a Flask application; ours to none of them
        self._cache.init_app(self._home)
        self._flights: dict[str, tuple[threading.Lock, int]] = {}
        self._guard = threading.Lock()

    def answer(self, question: Question) -> Answer:
        """Return the answer to one question, with its trace.

        Raises:
            CockpitError: it cannot be answered.
        """
        return self._kept([question], "traced", lambda few: (self._service.answer(few[0]),))[0]

    def answer_many(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Return the answers in the order of the questions.

        Raises:
            CockpitError: one of them cannot be answered.
        """
        return self._kept(questions, "plain", self._service.answer_many)

    def latest_events(self, viewer: Viewer, limit: int) -> tuple[dict[str, Any], ...]:
        """Return the newest events; asked once a minute and data version, for all screens."""
        return self.once_a_minute(
            f"events {limit}",
            viewer,
            lambda: self._service.latest_events(viewer=viewer, limit=limit),
        )

    def once_a_minute(self, name: str, viewer: Viewer, make: Callable[[], Made]) -> Made:
        """Return what is made alike for every screen of one scope, minute and data version."""
        if not self._seconds:
            return make()
        minute = self._service.clock.now().replace(second=0, microsecond=0)
        key = f"{name} {self._service.version} {minute} {viewer.scope}"
        with self._only_one(key), self._home.app_context():
            found: Made | None = self._cache.get(key)
            if found is None:
                found = make()
                self._cache.set(key, found)
        return found

    def _kept(self, questions: Sequence[Question], form: str, ask: Ask) -> tuple[Answer, ...]:
        if not self._seconds:
            return ask(questions)
        keys = [self._key(question, form) for question in questions]
        with self._only_one("|".join(keys)), self._home.app_context():
            found = self._cache.get_dict(*set(keys))
            missing = {
                key: question
                for key, question in zip(keys, questions, strict=True)
                if found.get(key) is None
            }
            if missing:
                fresh = dict(zip(missing, ask(list(missing.values())), strict=True))
                self._cache.set_many(fresh)
                found |= fresh
        return tuple(found[key] for key in keys)

    def clear(self) -> None:
        """Forget everything."""
        with self._home.app_context():
            self._cache.clear()

    def _key(self, question: Question, form: str) -> str:
        version = question.as_of or self._service.version
        today = self._service.clock.today()
        text = f"{form} {version} {today} {question.viewer.scope} {question!r}"
        return hashlib.sha256(text.encode()).hexdigest()

    @contextmanager
    def _only_one(self, key: str) -> Iterator[None]:
        with self._guard:
            lock, waiting = self._flights.get(key, (threading.Lock(), 0))
            self._flights[key] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, waiting = self._flights[key]
                if waiting == 1:
                    del self._flights[key]
                else:
                    self._flights[key] = (lock, waiting - 1)
