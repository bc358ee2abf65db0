"""What a caller of the tariffs did wrong, and what it must do instead."""


class TariffUnknownError(LookupError):
    """The tables hold no figure for that name on that day: ask for a later day, or add the row."""


class NotOneBillError(ValueError):
    """The lines are not one bill (two pairs of spectacles, an amount below zero): split them apart."""
