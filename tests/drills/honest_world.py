"""One small honest world, made once for the tests that only read it."""

from functools import cache

import numpy as np

from rempart.drills.honest import plan as plans
from rempart.drills.honest.days import days

SEED, PROFESSIONALS, DAYS = 7, 400, 14


@cache
def world():
    return plans.make(SEED, PROFESSIONALS, DAYS)


@cache
def stream():
    return np.concatenate(list(days(world())))
