"""Faults of the gate. Refusals are values, never exceptions."""


class UncertainError(Exception):
    """Durability is not certain: open nothing, answer `unavailable`, let the caller retry."""


class GateUnavailableError(Exception):
    """The gate does not answer: show that nothing was disclosed, and try again later."""
