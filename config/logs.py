"""What may stand in a log line: ids, never what opens a door."""

import logging
import re
import traceback

SECRETS = re.compile(
    r"(?P<path>/(?:feeds|v)/)[^\s/?\"'.]+"
    r"|(?P<header>\bToken\s+)[\w.\-]+"
    r"|(?P<phone>\+?(?<!\w)(?:359|0)[\s\-]?8\d[\d\s\-]{6,9}\d)"
)


def redact(text: str) -> str:
    """`text` with tokens of feeds and links, API tokens and Bulgarian mobile numbers replaced."""
    return SECRETS.sub(lambda m: f"{m['path'] or m['header'] or ''}[redacted]", text)


class RedactSecrets(logging.Filter):
    """Rewrites a record's message. A belt beside the braces: callers pass ids to begin with."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = redact(where_it_broke(record.exc_info[1])), None
        return True


def where_it_broke(error: BaseException | None) -> str:
    """The traceback of an error and of what led to it, by their types alone: a database's
    messages quote the row that broke a rule, names and all."""
    told: list[str] = []
    while error is not None:
        lines = "".join(traceback.format_tb(error.__traceback__))
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        told.insert(0, f"Traceback (most recent call last):\n{lines}{kind}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)
