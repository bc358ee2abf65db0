"""The key files of an installation: `keys/master.json` (gate) and `keys/index.json` (gate and intake)."""

import os
from pathlib import Path

from rempart.vault import blind_index, master
from rempart.vault.key_files import write_once


def create_keys(data_dir: Path) -> Path:
    """Create the key files that are not there yet; return their folder.

    Safe to run again: a key that exists is never replaced, for what it sealed would be lost.
    The folder is 0700, the files 0600. No master file is written where a KMS holds the master key
    (`REMPART_MASTER_KEY_URI`).
    """
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / blind_index.FILE, blind_index.new_file)
    if not os.environ.get(master.URI_VARIABLE):
        write_once(folder / master.FILE, master.new_file)
    return folder
