"""What granian serves: `rempart.config.wsgi:application`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.config.settings")
os.environ.setdefault("REMPART_POOL", "8")

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
call_command("check", fail_level="ERROR")
