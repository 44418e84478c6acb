"""Sending a briefing: to a mail server and a webhook that really listen, once and never twice."""

import base64
import datetime as dt
import email
import email.policy
import hashlib
import hmac
import json
import shutil
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cockpit.briefings import issued, kept
from cockpit.weekly.delivery import MOST_TRIES, attend
from cockpit.weekly.desk import go, stands
from cockpit.weekly.rhythm import read_addresses, read_smtp, read_weekly
from cockpit.weekly.webhook import message, signed
from metrics.calendar import parse_period
from tests.support.briefing_city import Town
from tests.support.weekly_home import NOW, WeeklyHome

W46 = "2026-W46"
HOOK = "COCKPIT_BRIEFING_WEBHOOK"


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given; ``says`` is its answer to the letter."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.letters: list[email.message.EmailMessage] = []
        self.refuses_receiver = False
        self.says = b"250 taken\r\n"

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Postman(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.split()[0].upper() if line.strip() else b""
            if word == b"QUIT":
                return
            if word == b"RCPT" and self.server.refuses_receiver:
                self.wfile.write(b"451 later\r\n")
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.take()
                if not self.server.says:
                    return
                self.wfile.write(self.server.says)
            else:
                self.wfile.write(b"250 well\r\n")

    def take(self) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        made = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.letters.append(made)


class Chat(ThreadingHTTPServer):
    """A webhook that keeps what is posted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.posts: list[tuple[str, dict]] = []
        self.answers: list[tuple[int, bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=abc"


class Listener(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append((self.path, body))
        status, said = self.server.answers.pop(0) if self.server.answers else (200, b"{}")
        if status == 0:  # breaks off without an answer
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    yield from running(Mailbox())


@pytest.fixture
def chat() -> Iterator[Chat]:
    yield from running(Chat())


def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module", autouse=True)
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the issue once: what is in the archive already is taken from there."""
    home = WeeklyHome(tmp_path_factory.mktemp("drawn"))
    sign(home)
    go(home, W46, stands(home, W46).revision, "赵", "archive")
    DRAWN.append(home.home / "briefings")
    return home.home


DRAWN: list[Path] = []


def sending_home(tmp_path: Path, **said: object) -> WeeklyHome:
    shutil.copytree(DRAWN[0] / "archive", tmp_path / "briefings/archive")
    base = {"briefing_cutoff": read_weekly("Mon 06:00"), "briefing_at": read_weekly("Mon 09:00")}
    return WeeklyHome(tmp_path, said={**base, **said})


def sign(home: WeeklyHome) -> None:
    now = go(home, W46, stands(home, W46).revision, "李", "review")
    go(home, W46, now.revision, "张", "sign")


def states(home: WeeklyHome) -> list[tuple[str, int]]:
    return [(one.state, one.tries) for one in home.weekly.deliveries(W46)]


def test_it_is_frozen_at_the_cut_off_and_not_before(tmp_path: Path) -> None:
    home = sending_home(tmp_path)
    home.now = NOW.replace(hour=5, minute=59)
    attend(home)
    assert issued(tmp_path / "briefings") == set()
    home.now = NOW.replace(hour=6)
    attend(home)
    assert issued(tmp_path / "briefings") == {W46}
    first = kept(home, parse_period(W46, home.clock.today()))
    home.service = Town(seed=9)
    attend(home)
    assert kept(home, parse_period(W46, home.clock.today())) == first


def test_a_signed_issue_is_mailed_once_to_everybody(tmp_path: Path, mailbox: Mailbox) -> None:
    home = sending_home(tmp_path, smtp=mailbox.address, mail_from=("cockpit@city.test",),
        briefing_mail=("a@city.test", "b@city.test"))  # fmt: skip
    attend(home)
    assert mailbox.letters == []  # nobody has signed
    sign(home)
    attend(home)
    attend(home)
    assert sorted(letter["To"] for letter in mailbox.letters) == ["a@city.test", "b@city.test"]
    letter = mailbox.letters[0]
    assert "城市运行周报〔2026〕第46期" in letter["Subject"]
    assert "群众诉求3560件" in letter.get_body().get_content()
    files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    assert sorted(name.rpartition(".")[2] for name in files) == ["docx", "pdf", "pptx", "xlsx"]
    (folder,) = (tmp_path / "briefings/archive").iterdir()
    for name, data in files.items():
        assert data == (folder / name).read_bytes()
    assert states(home) == [("sent", 1)] * 2


def test_what_is_not_signed_goes_out_where_that_is_wanted(tmp_path: Path, mailbox: Mailbox) -> None:
    home = sending_home(tmp_path, smtp=mailbox.address, mail_from=("c@city.test",),
        briefing_mail=("a@city.test",), briefing_unsigned="send")  # fmt: skip
    home.now = NOW.replace(hour=8, minute=59)
    attend(home)
    assert mailbox.letters == []
    home.now = NOW
    attend(home)
    assert len(mailbox.letters) == 1


def test_a_refusal_is_tried_again_later_and_not_for_ever(tmp_path: Path, mailbox: Mailbox) -> None:
    home = sending_home(tmp_path, smtp=mailbox.address, mail_from=("c@city.test",),
        briefing_mail=("a@city.test",))  # fmt: skip
    sign(home)
    mailbox.refuses_receiver = True
    attend(home)
    attend(home)  # at the same minute: too soon
    assert states(home) == [("failed", 1)]
    assert "451 later" in home.weekly.deliveries()[0].note
    mailbox.refuses_receiver = False
    home.now += dt.timedelta(minutes=2)
    attend(home)
    assert states(home) == [("sent", 2)]
    assert len(mailbox.letters) == 1


def test_nobody_there_is_given_up_at_last(tmp_path: Path) -> None:
    home = sending_home(tmp_path, smtp="smtp://127.0.0.1:1", mail_from=("c@city.test",),
        briefing_mail=("a@city.test",))  # fmt: skip
    sign(home)
    for _ in range(MOST_TRIES + 3):
        attend(home)
        home.now += dt.timedelta(hours=3)
    assert states(home) == [("failed", MOST_TRIES)]


def test_what_may_have_arrived_is_not_sent_again(tmp_path: Path, mailbox: Mailbox) -> None:
    home = sending_home(tmp_path, smtp=mailbox.address, mail_from=("c@city.test",),
        briefing_mail=("a@city.test",))  # fmt: skip
    sign(home)
    mailbox.says = b""  # takes the letter, then breaks off
    attend(home)
    home.now += dt.timedelta(days=1)
    attend(home)
    assert states(home) == [("sending", 1)]
    assert home.weekly.deliveries()[0].note.startswith("unsure")
    assert len(mailbox.letters) == 1


def test_a_killed_sender_does_not_send_again(tmp_path: Path, mailbox: Mailbox) -> None:
    home = sending_home(tmp_path, smtp=mailbox.address, mail_from=("c@city.test",),
        briefing_mail=("a@city.test",))  # fmt: skip
    sign(home)
    attend(home)
    home.weekly._rows("UPDATE delivery SET state = 'sending'")  # as the kill leaves it
    home.now += dt.timedelta(days=1)
    attend(home)
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("form", ["wecom", "dingtalk", "json"])
def test_a_chat_gets_the_sentences_in_its_form(
    tmp_path: Path, chat: Chat, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    prefix = "" if form == "json" else f"{form}+"
    monkeypatch.setenv(HOOK, prefix + chat.address)
    monkeypatch.setenv("COCKPIT_DINGTALK_SECRET", "SEC1")
    home = sending_home(tmp_path)
    sign(home)
    chat.answers = [(200, b'{"errcode": 45009, "errmsg": "too often"}')]
    attend(home)
    assert states(home) == [("failed", 1)]
    assert "45009 too often" in home.weekly.deliveries()[0].note
    home.now += dt.timedelta(minutes=5)
    attend(home)
    attend(home)
    assert states(home) == [("sent", 2)]
    assert len(chat.posts) == 2
    path, body = chat.posts[1]
    text = {
        "wecom": lambda: body["markdown"]["content"],
        "dingtalk": lambda: body["markdown"]["text"],
        "json": lambda: body["text"],
    }[form]()
    assert "群众诉求3560件" in text
    assert "演示数据" in text
    query = parse_qs(urlsplit(path).query)
    assert query["key"] == ["abc"]
    if form == "dingtalk":
        said = f"{query['timestamp'][0]}\nSEC1".encode()
        expected = base64.b64encode(hmac.new(b"SEC1", said, hashlib.sha256).digest()).decode()
        assert query["sign"] == [expected]
    assert "abc" not in home.weekly.deliveries()[0].target


def test_a_chat_that_breaks_off_is_not_told_twice(
    tmp_path: Path, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOOK, chat.address)
    home = sending_home(tmp_path)
    sign(home)
    chat.answers = [(0, b"")]
    attend(home)
    home.now += dt.timedelta(days=1)
    attend(home)
    assert states(home) == [("sending", 1)]
    assert len(chat.posts) == 1


def test_a_long_message_keeps_to_what_a_chat_takes() -> None:
    content = message("wecom", "周报", "长" * 5000)["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert signed("https://x/y", "", 1) == "https://x/y"


@pytest.mark.parametrize("text", ["Monday 06:00", "Mon 6:00", "Mon 24:00", "06:00", "Mon"])
def test_a_time_of_the_week_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="Mon 06:00"):
        read_weekly(text)


def test_addresses_and_servers_have_a_form() -> None:
    assert read_addresses("a@b.c, d@e.f,a@b.c") == ("a@b.c", "d@e.f")
    for wrong in ("a", "a@b\nBcc: x@y", "<a@b>"):
        with pytest.raises(ValueError, match="mail addresses"):
            read_addresses(wrong)
    assert read_smtp("smtps://u%40x@h:465") == "smtps://u%40x@h:465"
    for wrong in ("http://h", "smtp://u:secret@h", "smtp://", "smtp://h:x"):
        with pytest.raises(ValueError, match="COCKPIT_SMTP_PASSWORD"):
            read_smtp(wrong)
