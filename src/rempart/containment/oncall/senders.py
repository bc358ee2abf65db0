"""The four ways to call somebody. Each raises NotReachedError when the other side did not take it."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from smtplib import SMTPException
from urllib.parse import quote

from django.core.mail import EmailMessage

from rempart.access.notice_mail import host_of_mail
from rempart.access.post import NotReachedError, Request, send
from rempart.containment.oncall.words import Call, Told

_JSON = {"Content-Type": "application/json", "User-Agent": "rempart"}


def by_mail(call: Call, told: Told) -> str:
    """A plain mail. The same call tried again carries the same Message-ID."""
    headers = {"Message-ID": f"<call-{call.number}@{host_of_mail()}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(told.title, told.text, to=[call.address], headers=headers)
    try:
        mail.send()
    except (SMTPException, OSError) as fault:
        raise NotReachedError(type(fault).__name__) from None
    return "mailed"


def by_webhook(call: Call, told: Told) -> str:
    """JSON, signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature v1)."""
    body = json.dumps(told.as_json()).encode()
    number, moment = f"call_{call.number}", str(int(time.time()))
    signed = hmac.digest(webhook_key(call.secret or ""), f"{number}.{moment}.".encode() + body, "sha256")
    headers = {
        "webhook-id": number,
        "webhook-timestamp": moment,
        "webhook-signature": "v1," + b64encode(signed).decode(),
    }
    return send(Request(call.address, body, _JSON | headers, is_private=call.is_private))


def webhook_key(secret: str) -> bytes:
    """The bytes that `whsec_…` stands for; another secret stands for itself."""
    return b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()


def by_matrix(call: Call, told: Told) -> str:
    """A message in a room: PUT …/send/m.room.message/TXN (Matrix client-server API v3); TXN makes it once."""
    room = quote(call.room or "", safe="")
    path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/rempart-{call.number}"
    body = json.dumps({"msgtype": "m.text", "body": f"{told.title}\n{told.text}"}).encode()
    headers = _JSON | {"Authorization": f"Bearer {call.secret}"}
    return send(Request(call.address.rstrip("/") + path, body, headers, "PUT", call.is_private))


def by_mattermost(call: Call, told: Told) -> str:
    """An incoming webhook of Mattermost: its address is the secret."""
    body = json.dumps({"text": f"**{told.title}**\n{told.text}", "username": "Rempart"}).encode()
    return send(Request(call.address, body, _JSON, is_private=call.is_private))


SENDERS: dict[str, Callable[[Call, Told], str]] = {
    "email": by_mail,
    "webhook": by_webhook,
    "matrix": by_matrix,
    "mattermost": by_mattermost,
}
