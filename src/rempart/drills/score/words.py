"""The report's words in two languages, from `words.toml`."""

import tomllib
from pathlib import Path
from typing import Any

WORDS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
"""Language → name → words; `controls_named`: name of a control → its title."""
