"""What granian serves: `rempart.config.wsgi:application`. It does not start while a setting is wrong."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.config.settings")
os.environ.setdefault("REMPART_POOL", "8")

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from rempart.database.spawn import end_with_parent

end_with_parent()  # granian's worker outlives a granian that is killed before it is ready to pass that on
application = get_wsgi_application()
BaseCommand().check()
