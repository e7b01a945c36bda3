"""What may stand in a log line: ids, never what opens a door."""

import logging
import re

SECRETS = re.compile(
    r"(?P<feed>/feeds/)[^\s/?\"'.]+"
    r"|(?P<header>\bToken\s+)[\w.\-]+"
    r"|(?P<phone>\+?(?<!\w)(?:359|0)[\s\-]?8\d[\d\s\-]{6,9}\d)"
)


def redact(text: str) -> str:
    """`text` with feed tokens, API tokens and Bulgarian mobile numbers replaced."""
    return SECRETS.sub(lambda m: f"{m['feed'] or m['header'] or ''}[redacted]", text)


class RedactSecrets(logging.Filter):
    """Rewrites a record's message. A belt beside the braces: callers pass ids to begin with."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
