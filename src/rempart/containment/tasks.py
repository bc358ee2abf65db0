"""What the worker does for containment, by the clock."""

from django.db import connection
from procrastinate.contrib.django import app

from rempart.containment.oncall.calls import make_calls


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="containment.watch", name="containment.watch")
def watch(timestamp: int) -> None:  # noqa: ARG001  # the moment it was due
    """Open an alert when the detectors have been silent for a minute or the breaker trips; close it after."""
    with connection.cursor() as cursor:
        cursor.execute("select containment.check_watch(clock_timestamp())")


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="containment.calls", name="containment.calls")
def calls(timestamp: int) -> None:  # noqa: ARG001
    """Call whom an alert, or a test, calls for."""
    make_calls()
