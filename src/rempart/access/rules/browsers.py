"""A browser in words: `Firefox, Windows`. The header itself would be a fingerprint; it is not kept."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python", "Python"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def label(header: str) -> str:
    """The browser and the system that a User-Agent header names; empty when it names neither."""
    found = [next((name for mark, name in names if mark in header), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)
