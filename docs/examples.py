"""Run the examples of a Markdown file and compare what they print with what the file shows.

    python docs/examples.py README.md docs/architecture.md             fails where something differs
    python docs/examples.py --update README.md docs/architecture.md    writes what was printed into the files

Blocks fenced as `python` with `>>>` are doctests, other `python` blocks are run; all blocks of a file share their
names, as one session does. In blocks fenced as `console` every `$ symloss ...` is run. Files that examples write go
to a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import doctest
import os
import re
import shlex
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--update", action="store_true", help="write what was printed into the files")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    failed = False
    for path in options.files:
        text = path.read_text(encoding="utf-8")
        with temporary_folder():
            updated = rerun(text, str(path))
        if options.update:
            path.write_text(updated, encoding="utf-8")
        elif updated != text:
            failed = True
            print(*differences(text, updated, str(path)), sep="\n")
    return int(failed)


def differences(shown: str, printed: str, name: str) -> Iterator[str]:
    return unified_diff(shown.splitlines(), printed.splitlines(), f"{name}, shown", f"{name}, printed", lineterm="")


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """Examples write files; they do not write them here."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        yield


def rerun(text: str, name: str) -> str:
    """The text with every output as it is now."""
    names: dict[str, Any] = {"__name__": "__main__"}

    def replaced(block: re.Match[str]) -> str:
        language, body = block.groups()
        line = text.count("\n", 0, block.start()) + 1
        if language == "console":
            body = console(body)
        elif ">>>" in body:
            body = session(body, names, f"{name}:{line}")
        else:
            exec(compile(body, f"{name}:{line}", "exec"), names)
        return f"```{language}\n{body}```"

    return FENCE.sub(replaced, text)


class Recorder(doctest.DocTestRunner):
    """Keeps what each example printed."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        self.printed: list[str] = []

    def report_start(self, out: Any, test: Any, example: Any) -> None:
        pass

    def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
        self.printed.append(example.want if example.exc_msg else got)

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        self.printed.append(shortened(got) if got.startswith("Traceback") else got)

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        trace = "".join(traceback.format_exception(*exc_info))
        raise SystemExit(f"{test.name}: {example.source}{trace}")


def shortened(error: str) -> str:
    """An error as a reader wants to see it: the last line, under the line that doctest needs."""
    return f"Traceback (most recent call last):\n    ...\n{error.strip().splitlines()[-1]}\n"


def session(body: str, names: dict[str, Any], name: str) -> str:
    """A block of prompts with what each statement printed."""
    parts = doctest.DocTestParser().parse(body, name)
    examples = [part for part in parts if isinstance(part, doctest.Example)]
    runner = Recorder()
    test = doctest.DocTest(examples, names, name, name, 0, body)
    test.globs = names  # not the copy that it makes
    runner.run(test, clear_globs=False)
    printed = iter(runner.printed)
    texts = (with_prompts(part.source) + next(printed) if isinstance(part, doctest.Example) else part for part in parts)
    return "".join(texts)


def with_prompts(source: str) -> str:
    first, *others = source.splitlines()
    return "".join([f">>> {first}\n", *(f"... {line}".rstrip() + "\n" for line in others)])


def console(body: str) -> str:
    """A block of commands with what each printed."""
    result = ""
    for line in body.splitlines():
        if line.startswith("$ "):
            result += line + "\n" + command(line.removeprefix("$ "))
    return result


def command(line: str) -> str:
    program, *arguments = shlex.split(line)
    if program != "symloss":
        raise SystemExit(f"{line}: only the command symloss is run")
    done = subprocess.run(
        [sys.executable, "-m", "symloss.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
    )
    return "".join(stripped + "\n" for stripped in map(str.rstrip, (done.stdout + done.stderr).splitlines()))


if __name__ == "__main__":
    sys.exit(main())
