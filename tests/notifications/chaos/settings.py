"""The program's own settings for the processes of the rig.

The times of the protocol are shortened by the environment, and Sofia lies where it is noon: texts
leave between nine and twenty o'clock (D30), tests run at any hour. Instants are the true ones
everywhere, so the database's clock, Twilio's and ours agree as they do in production.
"""

import os
from zoneinfo import ZoneInfo

from base import clock

clock.SOFIA = ZoneInfo(os.environ["CHAOS_ZONE"])

from config.settings import *  # noqa: E402, F403
from config.settings import env  # noqa: E402

SMS_LEASE = env.float("CHAOS_LEASE")
SMS_GRACE = env.float("CHAOS_GRACE")
SMS_SETTLES = env.float("CHAOS_SETTLES")
