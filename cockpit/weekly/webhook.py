"""Posting to the webhook of a chat: WeCom, DingTalk, or any that takes JSON."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote_plus

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
)

from cockpit.weekly.mail import NotSent, Unsure

FORMS = ("wecom", "dingtalk", "json")
TIMEOUT = 20.0
_LONGEST = 3800
"""Bytes of a WeCom markdown message, with room for its frame."""


def read_webhook(text: str) -> tuple[str, str]:
    """Return form and address of ``wecom+https://…``, ``dingtalk+https://…`` or ``https://…``.

    Raises:
        ValueError: another form.
    """
    form, plus, address = text.partition("+")
    if not plus or form not in FORMS:
        form, address = "json", text
    if not address.startswith(("https://", "http://")):
        msg = "COCKPIT_BRIEFING_WEBHOOK is no wecom+https://…, dingtalk+https://… or https://…"
        raise ValueError(msg)
    return form, address


def message(form: str, title: str, text: str) -> dict[str, Any]:
    r"""Return what a chat takes.

    Example:
        >>> message("wecom", "周报", "一")["markdown"]["content"]
        '### 周报\n一'
    """
    body = f"### {title}\n{text}"
    if form == "wecom":
        cut = body.encode()[:_LONGEST].decode(errors="ignore")
        return {"msgtype": "markdown", "markdown": {"content": cut}}
    if form == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": title, "text": body}}
    return {"title": title, "text": text}


def signed(address: str, secret: str, milliseconds: int) -> str:
    """Return a DingTalk address with its time and signature; as it is without a secret."""
    if not secret:
        return address
    text = f"{milliseconds}\n{secret}".encode()
    sign = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}timestamp={milliseconds}&sign={quote_plus(sign)}"


def post(address: str, data: dict[str, Any]) -> None:
    """Post JSON and read the answer as these chats give it.

    Raises:
        NotSent: nobody was reached, or the answer is a refusal.
        Unsure: the connection broke before the answer.
    """
    text = json.dumps(data, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        with urllib3.PoolManager(timeout=TIMEOUT, retries=False) as pool:
            answer = pool.request("POST", address, body=text, headers=headers, redirect=False)
    except (NewConnectionError, ConnectTimeoutError, LocationValueError) as error:
        raise NotSent(type(error).__name__) from error
    except HTTPError as error:
        raise Unsure(type(error).__name__) from error
    if not 200 <= answer.status < 300:
        raise NotSent(f"HTTP {answer.status}")
    code = _refusal(answer.data)
    if code:
        raise NotSent(code)


def _refusal(body: bytes) -> str:
    """Return what a chat says against a message; these say no with status 200."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    if isinstance(said, dict) and said.get("errcode"):
        return f"{said['errcode']} {said.get('errmsg', '')}"[:200]
    return ""
