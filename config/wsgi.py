"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What was loaded lives as long as the process: the collector need not look through it again and
# again, nor after every few hundred of the short-lived objects that an answer is made of.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
