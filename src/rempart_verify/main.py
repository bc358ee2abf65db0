"""`rempart-verify`: is this journal what was sealed? Needs an export and the public key, and nothing else."""

import argparse
import json
import sys
from pathlib import Path

from rempart_verify.finding import Report
from rempart_verify.layout import KEY
from rempart_verify.note import Checkpoint, NoteError, PublicKey, opened
from rempart_verify.place import Place
from rempart_verify.proof import Consistency, Inclusion, ProofError, parse
from rempart_verify.verify import verify

_SHOWN = 20
"""Findings printed; --json has them all."""
INTACT, NOT_INTACT, UNUSABLE = 0, 1, 2

_EXAMPLES = """
exit status: 0 intact, 1 not intact, 2 nothing could be looked at

  rempart-verify EXPORT --key rempart.key                     everything
  rempart-verify EXPORT --key rempart.key --last checkpoint   and it goes on from a checkpoint kept earlier
  rempart-verify entry.proof --key rempart.key                one entry, or that a journal only grew
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        path = Path(asked.journal)
        return _proof(path, asked) if path.is_file() else _journal(asked)
    except (NoteError, ProofError, OSError, ValueError) as fault:
        print(f"rempart-verify: {fault}", file=sys.stderr)
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rempart-verify",
        description="Is a sealed journal intact? Names the first bad segment and entry where it is not.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("journal", help="an export's folder, s3://bucket/prefix, or a proof's file")
    parser.add_argument("--key", help="the public key, or a file that holds it; have it from elsewhere")
    parser.add_argument("--last", type=Path, help="a signed checkpoint kept from earlier")
    parser.add_argument("--partial", action="store_true", help="the export leaves days out on purpose")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    return parser


def read_key(place: Place, given: str | None) -> PublicKey:
    """The key given as text or as a file, or the one that lies with the journal. Raises NoteError."""
    if given is None:
        text = (place.get(KEY) or b"").decode(errors="replace")
    else:
        text = given if "+" in given and not Path(given).is_file() else Path(given).read_text("utf-8")
    return PublicKey.parse(text)


def _journal(asked: argparse.Namespace) -> int:
    place = Place(asked.journal)
    key = read_key(place, asked.key)
    last: Checkpoint | None = opened(asked.last.read_text("utf-8"), key) if asked.last else None
    shown = _shown if sys.stderr.isatty() else _silent
    report = verify(place, key, last=last, partial=asked.partial, progress=shown)
    if asked.key is None:
        report.remarks.append(
            "The key was the one that lies with the journal: whoever replaced the journal could replace it."
        )
    print(json.dumps(report.as_json(), indent=1) if asked.json else told(report))
    return INTACT if report.intact else NOT_INTACT


def told(report: Report) -> str:
    """A verification in words."""
    lines = [f"{report.size:,} entries, {report.checkpoints:,} checkpoints, {report.segments:,} segments"]
    if report.time:
        lines.append(f"newest checkpoint {report.time}, root {report.root or 'not signed by this key'}")
    lines.append(f"{report.entries:,} entries read and hashed again")
    lines += [f"{report.absent:,} entries are not part of this export"] if report.absent else []
    lines += [f"! {finding}" for finding in report.findings[:_SHOWN]]
    more = len(report.findings) - _SHOWN
    lines += [f"! and {more:,} more: --json has them all"] if more > 0 else []
    lines += [f"note: {remark}" for remark in report.remarks]
    return "\n".join([*lines, "INTACT" if report.intact else "NOT INTACT"])


def _proof(path: Path, asked: argparse.Namespace) -> int:
    proof = parse(path.read_text("utf-8"))
    if asked.key is None:
        raise ValueError("a proof needs --key: the public key, had from elsewhere")
    key = read_key(Place(str(path.parent)), asked.key)
    try:
        said, words = _entry(proof, key) if isinstance(proof, Inclusion) else _growth(proof, key)
    except (NoteError, ProofError) as fault:
        said, words = {"fault": str(fault)}, f"! {fault}"
    intact = "fault" not in said
    print(json.dumps({"intact": intact, **said}, indent=1) if asked.json else words)
    if not asked.json:
        print("INTACT" if intact else "NOT INTACT")
    return INTACT if intact else NOT_INTACT


def _entry(proof: Inclusion, key: PublicKey) -> tuple[dict[str, object], str]:
    made = proof.checked(key)
    words = f"entry {proof.index} of {made.size}, signed {made.time.isoformat(timespec='seconds')}"
    words += "".join(f"\n  {name:<15} {value}" for name, value in proof.columns.items())
    return {"index": proof.index, "size": made.size, "entry": proof.columns}, words


def _growth(proof: Consistency, key: PublicKey) -> tuple[dict[str, object], str]:
    old, new = proof.checked(key)
    words = f"the journal of {new.size} entries begins with that of {old.size}"
    return {"old": old.size, "new": new.size}, words


def _shown(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    print(f"\r{done:,} of {of:,} entries ({done / max(of, 1):.0%})", end=end, file=sys.stderr, flush=True)


def _silent(_done: int, _of: int) -> None:
    """Nobody looks."""


if __name__ == "__main__":
    sys.exit(main())
