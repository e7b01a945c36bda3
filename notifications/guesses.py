"""How many unknown links one address has asked for lately.

Counted in PostgreSQL, so that all web processes count together. What a guesser might find by 2^76
guesses needs no protection; the limit is there to make guessing dear in our own time. Links that
are known are shown whoever asks: thousands of families share the address of one mobile operator.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.utils.crypto import salted_hmac

from base import clock
from base.rows import fetch
from notifications.models import WrongGuess

MOST: Final = 30
"""In an hour of the clock."""

COUNT = """
    INSERT INTO notifications_wrongguess AS known (address_hash, hour, count)
    VALUES (%(address)s, %(hour)s, 1)
        ON CONFLICT (address_hash) DO UPDATE SET hour = excluded.hour, count =
           CASE WHEN known.hour = excluded.hour THEN known.count + 1 ELSE 1 END
    RETURNING count
"""


def note(address: str) -> bool:
    """Count a wrong guess; whether there have been too many."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    ((count,),) = fetch(COUNT, {"address": hash_of(address), "hour": hour})
    return bool(count > MOST)


def hash_of(address: str) -> str:
    """Keyed, for an address says who asked; of IPv6 the network that one customer has."""
    return salted_hmac("notifications.guesses", network_of(address), algorithm="sha256").hexdigest()


def network_of(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(ip_network((known, 64), strict=False))
    return str(known)


def forget() -> None:
    """Those of past hours count for nothing."""
    WrongGuess.objects.filter(hour__lt=clock.now() - timedelta(hours=1)).delete()
