"""Twilio: the Messages resource of its 2010-04-01 API, and its signed status callbacks.

What Twilio's library does not do for us was found by trial, and each guard here has its test:
it has no timeout of its own, logs phone numbers, forgets Retry-After, and its validator raises
on a missing signature.
"""

import json
import logging
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Any, Final, Self
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from requests import Session
from requests.adapters import HTTPAdapter
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notifications.gateways import (
    Listed,
    Message,
    NoAnswer,
    NotBegun,
    Outcome,
    Refused,
    Report,
    Sent,
    Unknown,
)

E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
LONGEST_BODY: Final = 1600
LONGEST_VALIDITY: Final = timedelta(hours=10)

INVALID_TO: Final = 21211
BODY_REQUIRED: Final = 21602
BODY_TOO_LONG: Final = 21617
VALIDITY_EXPIRED: Final = 30036
PAGE: Final = 100

# Bounds on what a 429 may ask of us: at once would hammer, an hour would outlive the reminder.
SHORTEST_WAIT: Final = timedelta(seconds=1)
USUAL_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=10)

# The words Twilio uses for a message's state, and every one we would believe. No word is the
# beginning of another; `verify_signature` leans on that.
STATUSES: Final = frozenset(
    {
        *("accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered"),
        *("failed", "canceled", "read", "partially_delivered", "receiving", "received"),
    }
)
STATUS_FIELDS: Final = ("MessageSid", "MessageStatus", "ErrorCode")
INBOUND_FIELDS: Final = ("From", "Body")
# Twilio also sends FromCity, FromCountry and the like, so From is known by the number after it.
BEGINNINGS: Final = {"From": "+"}

_send_by: ContextVar[float] = ContextVar("send_by", default=float("inf"))
"""Looked at when the request is about to leave, for a worker may be stopped anywhere before."""


@dataclass(frozen=True)
class Config:
    """What the gateway needs to know. `base_url` replaces Twilio's scheme and host, for a local
    contract server. `timeout` is in seconds and bounds connecting and each wait for an answer,
    so one attempt may take up to twice as long.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    public_url: str
    sender: str = ""
    messaging_service_sid: str = ""
    base_url: str = ""
    timeout: float = 10.0

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
            public_url=settings.PUBLIC_URL,
            sender=settings.TWILIO_FROM,
            messaging_service_sid=settings.TWILIO_MESSAGING_SERVICE_SID,
            base_url=settings.TWILIO_BASE_URL,
            timeout=settings.TWILIO_TIMEOUT,
        )

    def __post_init__(self) -> None:
        if not (self.account_sid and self.auth_token):
            raise ValueError("Twilio needs an account SID and an auth token.")
        if not (self.sender or self.messaging_service_sid):
            raise ValueError("Twilio needs a sender or a messaging service.")
        if not 0 < self.timeout < float("inf"):
            raise ValueError("A Twilio timeout is a positive, finite number of seconds.")
        if self.base_url and not self.base_url.startswith(("https://", "http://")):
            raise ValueError("A Twilio base URL begins with https:// or http://.")


class TwilioGateway:
    """One process keeps one, for its connections; its `send` may be called from many threads."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._client = Client(
            config.account_sid,
            config.auth_token,
            http_client=_HttpClient(base_url=config.base_url, timeout=config.timeout),
        )

    @property
    def name(self) -> str:
        """What the messages come from shares an allowance at Twilio."""
        return self._config.messaging_service_sid or self._config.sender

    def send(self, message: Message) -> Outcome:
        """One POST, never repeated here (D33)."""
        flaw = _flaw(message)
        if flaw is not None:
            return Refused(code=flaw, retry_after=None)
        begun = _send_by.set(message.send_by)
        try:
            status, sid = self._create(message)
        except _TooLate:
            return NotBegun()
        except _NotAccepted as answer:
            return answer.outcome()
        except Exception as error:
            # Timeout, reset, TLS, garbage in the answer: the request may have got through, so
            # all of them are one case. A refused connection or an unknown host is counted in:
            # a proxy on the way can fail like that after passing the request on, and
            # mistaking "sent" for "not sent" costs a second text, the other way only a delay.
            # The class alone is told: messages of these exceptions quote addresses.
            return Unknown(cause=type(error).__name__)
        finally:
            _send_by.reset(begun)
        return _accepted(status, sid)

    def listed(self, to: str, *, since: datetime) -> list[Listed]:
        """By To alone: a message that has not left yet has no date of sending to ask by. The
        newest come first, so older ones than asked for end the reading."""
        with _answering():
            found = self._client.messages.stream(to=to, page_size=PAGE)
            recent = takewhile(lambda one: not one.date_created or one.date_created >= since, found)
            return [Listed(one.sid, one.body or "") for one in recent]

    def report(self, sid: str) -> Report | None:
        with _answering():
            try:
                one = self._client.messages(sid).fetch()
            except _NotAccepted as answer:
                if answer.status == 404:
                    return None
                raise
            return Report(one.sid, str(one.status), int(one.error_code or 0) or None)

    def redact(self, sid: str) -> bool:
        """A message that is gone has no text either; one on its way refuses (20009)."""
        with _answering():
            try:
                self._client.messages(sid).update(body="")
            except _NotAccepted as answer:
                if answer.status in {400, 404, 409}:
                    return answer.status == 404
                raise
            return True

    def _create(self, message: Message) -> tuple[int, object]:
        config = self._config
        sender = (
            {"messaging_service_sid": config.messaging_service_sid}
            if config.messaging_service_sid
            else {"from_": config.sender}
        )
        answer = self._client.messages.create_with_http_info(
            to=message.to,
            body=message.body,
            status_callback=status_url(config.public_url, message.attempt),
            validity_period=_validity(message.valid_for),
            **sender,
        )
        return answer.status_code, answer.data.sid


@lru_cache(maxsize=4)
def gateway(config: Config) -> TwilioGateway:
    """The process's gateway for `config`, so that its connections are kept."""
    return TwilioGateway(config)


def status_url(public_url: str, attempt: UUID) -> str:
    """Where Twilio reports on `attempt`. Also what its signature is checked against (D35): the
    address a request claims to have come in by is in the sender's hands.
    """
    return f"{public_url.rstrip('/')}/hooks/twilio/status/{attempt}/"


def inbound_url(public_url: str) -> str:
    """Where Twilio brings what people answer."""
    return f"{public_url.rstrip('/')}/hooks/twilio/inbound/"


def _flaw(message: Message) -> int | None:
    """Twilio's code for what it would refuse in `message`, or None.

    Said here because a contract server does not notice, and as a refusal rather than an
    exception because it is a fact about a person's card: it takes the same road as Twilio's
    own answer (the number is suspended, staff are told) and stops nobody else's reminder.
    """
    if not E164.fullmatch(message.to):
        return INVALID_TO
    if not message.body.strip():
        return BODY_REQUIRED
    if len(message.body) > LONGEST_BODY:
        return BODY_TOO_LONG
    if message.valid_for < timedelta(seconds=1):
        return VALIDITY_EXPIRED
    return None


def _validity(valid_for: timedelta) -> int:
    """ValidityPeriod in whole seconds, 1 to 36000: rounded down, never later than asked."""
    return int(min(valid_for, LONGEST_VALIDITY).total_seconds())


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever goes wrong is NoAnswer, and of what it was only the kind is told: messages of
    these exceptions quote addresses and numbers."""
    try:
        yield
    except _NotAccepted as answer:
        raise NoAnswer(str(answer)) from None
    except Exception as error:
        raise NoAnswer(type(error).__name__) from None


def _accepted(status: int, sid: object) -> Outcome:
    if status == 201 and isinstance(sid, str) and MESSAGE_SID.fullmatch(sid):
        return Sent(sid=sid)
    return Unknown(cause=f"HTTP {status} without a message id")


class _TooLate(Exception):
    """The claim is about to run out, and nothing has been asked yet."""


class _NotAccepted(Exception):
    """Twilio's answer, when it is not a success.

    Raised before Twilio's client builds its own exception, which forgets Retry-After, takes
    the status from the body when it finds one there, and quotes the phone number.
    """

    def __init__(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.code = _error_code(body)
        self.retry_after = _wait(headers.get("Retry-After", ""))

    def outcome(self) -> Outcome:
        if self.status == 429:
            return Refused(code=self.code, retry_after=self.retry_after)
        if 400 <= self.status < 500:
            return Refused(code=self.code, retry_after=None)
        return Unknown(cause=f"HTTP {self.status}")


def _error_code(body: str) -> int | None:
    try:
        code = json.loads(body)["code"]
    except (ValueError, KeyError, TypeError):
        return None
    # Twilio's codes have five digits; anything else there came from something in between.
    return code if isinstance(code, int) and 10_000 <= code <= 99_999 else None


def _wait(retry_after: str) -> timedelta:
    """Retry-After in seconds (RFC 9110 §10.2.3), within our bounds. Its other form, a date,
    Twilio does not use; it counts as absent.
    """
    if not re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return USUAL_WAIT
    return min(max(timedelta(seconds=int(retry_after)), SHORTEST_WAIT), LONGEST_WAIT)


class _HttpClient(HttpClient):  # type: ignore[misc]  # Twilio ships annotations, but no py.typed
    """Carries the requests of Twilio's client: one try, a finite time, and no log lines, since
    the library's print query strings, phone numbers among them, at INFO.

    Not built on TwilioHttpClient, which would have to be muted, and which hands each answer
    over in an attribute that all threads share.
    """

    def __init__(self, *, base_url: str, timeout: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False, timeout=timeout)
        self._base = urlsplit(base_url) if base_url else None
        self._session = Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=32, max_retries=0))

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        if time.monotonic() > _send_by.get():
            raise _TooLate
        answer = self._session.request(
            method,
            self._rehosted(uri),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self.timeout,
            allow_redirects=allow_redirects,
        )
        if answer.status_code >= 300:
            raise _NotAccepted(answer.status_code, answer.text, answer.headers)
        return Response(answer.status_code, answer.text, answer.headers)

    def _rehosted(self, uri: str) -> str:
        # The client's region and edge only rewrite names within twilio.com.
        if self._base is None:
            return uri
        return urlsplit(uri)._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()


def verify_signature(
    url: str,
    params: Mapping[str, str],
    signature: str | None,
    *,
    token: str,
    read: Collection[str] = STATUS_FIELDS,
) -> bool:
    """Whether Twilio signed this callback, and the fields we `read` can be read in one way only.

    `url` is the one we gave Twilio, `params` the form's fields. Never raises: whatever
    the signature header holds, a stranger sent it. An empty `token` verifies nothing, since
    anyone can sign with it.
    """
    if not token or not signature or not signature.isascii():
        return False
    # A plain dict, so that what is verified is what will be read: of a field given twice
    # Django reads the last, while the validator would sign both.
    fields = dict(params.items())
    try:
        signed: bool = RequestValidator(token).validate(url, fields, signature)
    except UnicodeEncodeError:
        return False
    return signed and _unambiguous(fields, read)


def _unambiguous(fields: Mapping[str, str], read: Collection[str]) -> bool:
    """Whether each field we read stands in the signed text once, under its own name.

    The signature covers names and values run together, so A=1, B=2 has the signature of
    A=1B2: whoever holds one callback could hide a field in its neighbour's value, or cut one
    in two. Twilio adds fields without notice, so unknown names are let be; what counts is
    that none of them holds a name we read. Where our values end is fixed by their shapes, in
    `parse_status` and `parse_inbound`.
    """
    text = "".join(name + fields[name] for name in sorted(fields))
    return all(_times(name, text) == _is_given(name, fields) for name in read)


def _times(name: str, text: str) -> int:
    return text.count(name + BEGINNINGS.get(name, ""))


def _is_given(name: str, fields: Mapping[str, str]) -> bool:
    return name in fields and fields[name].startswith(BEGINNINGS.get(name, ""))


def parse_inbound(params: Mapping[str, str]) -> tuple[str, str]:
    """The number and the words of a verified inbound text. Raises ValueError when it is not one."""
    sender = params.get("From", "")
    if not E164.fullmatch(sender):
        raise ValueError("an inbound text without a number")
    return sender, params.get("Body", "")


def parse_status(params: Mapping[str, str]) -> Report:
    """The report in a verified status callback, its status one of STATUSES. Raises ValueError when
    it is not one."""
    sid, status, code = (params.get(name, "") for name in STATUS_FIELDS)
    if not MESSAGE_SID.fullmatch(sid):
        raise ValueError("a status callback without a message id")
    if status not in STATUSES:
        raise ValueError("a status callback without a known status")
    if not re.fullmatch(r"[0-9]{0,6}", code):
        raise ValueError("a status callback with an unreadable error code")
    return Report(sid=sid, status=status, error_code=int(code or 0) or None)
