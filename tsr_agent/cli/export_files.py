"""The files that ``tsr-agent export`` writes, and what it says of them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO, Never

    from tqdm import tqdm

    from tsr_agent.cli.console import Console
    from tsr_agent.export.progress import Watch
    from tsr_agent.export.subject import Subject
    from tsr_agent.sections.comparison import ComparisonSection

STANDARD_OUTPUT = "-"


def write(
    subject: Subject,
    wanted: str,
    arguments: argparse.Namespace,
    console: Console,
    comparison: ComparisonSection | None = None,
) -> ExitCode:
    """Writes the export in the format that is wanted and says where it is.

    Raises:
        UsageError: Something is in the way.
        StoreError: It can't be written.
    """
    from pathlib import Path

    from tsr_agent.cli.export import is_folder
    from tsr_agent.export.tables import write_tables
    from tsr_agent.export.whole_file import whole_file, whole_folder

    to_stream = arguments.output == STANDARD_OUTPUT
    writer = (
        _pdf_writer(subject, arguments, comparison)
        if wanted == "pdf"
        else _writer(subject, wanted, arguments, to_stream=to_stream)
    )
    with _watched(console) as watch:
        if to_stream:
            console.flush()
            _to_standard_output(writer, watch, is_text=wanted == "csv")
            return ExitCode.OK
        target = Path(arguments.output)
        if is_folder(arguments.output):
            with whole_folder(target, replace=arguments.force) as folder:
                write_tables(subject, folder, watch, arguments.timezone, all_tests=arguments.all_tests)
            _tell(subject, "csv", target, console)
            return ExitCode.OK
        with whole_file(target, replace=arguments.force) as stream:
            writer(stream, watch)
    _tell(subject, wanted, target, console)
    return ExitCode.OK


def _writer(
    subject: Subject, wanted: str, arguments: argparse.Namespace, *, to_stream: bool
) -> Callable[[BinaryIO, Watch], None]:
    if wanted == "json":
        from tsr_agent.export.record import write_json

        return lambda stream, watch: write_json(subject, stream, watch, arguments.timezone)
    from tsr_agent.export.tables import write_figures

    # A mark at the beginning of a stream would be the first letters of whatever reads it.
    return lambda stream, watch: write_figures(
        subject, stream, watch, arguments.timezone, marked=not to_stream
    )


def _to_standard_output(writer: Callable[[BinaryIO, Watch], None], watch: Watch, *, is_text: bool) -> None:
    """Writes where a CI system may read along; JSON has nothing that one takes for a command.

    Raises:
        StoreError: The program was started with its standard output closed.
    """
    if sys.__stdout__ is None:
        from tsr_agent.errors import StoreError

        raise StoreError(
            "Standard output is closed, so there is nowhere to write to.",
            kept="the report as it is; nothing was written.",
            next_step="Name a file with --output.",
        )
    if not is_text:
        writer(sys.stdout.buffer, watch)
    else:
        import io

        from tsr_agent.cli.console import harmless

        made = io.BytesIO()
        writer(made, watch)
        sys.stdout.buffer.write(harmless(made.getvalue().decode("utf-8")).encode("utf-8"))
    sys.stdout.buffer.flush()


def _pdf_writer(
    subject: Subject, arguments: argparse.Namespace, comparison: ComparisonSection | None
) -> Callable[[BinaryIO, Watch], None]:
    try:
        from tsr_agent.pdf.paper import Paper
        from tsr_agent.pdf.writing import write_pdf
    except ModuleNotFoundError as error:
        from tsr_agent.errors import StoreError

        raise StoreError(
            f"A PDF needs {error.name}, which is not installed.",
            next_step="pip install 'aitr[pdf]', then run again. CSV and JSON need nothing more.",
        ) from error

    def write_pages(stream: BinaryIO, watch: Watch) -> None:
        write_pdf(
            stream,
            subject.filed,
            paper=Paper[(arguments.paper or "A4").upper()],
            zone=arguments.timezone,
            appendix=arguments.all_tests,
            comparison=comparison,
            progress=lambda done, total: watch.report(done, total, "rows"),
        )

    return write_pages


def _tell(subject: Subject, wanted: str, target: Path, console: Console) -> None:
    from tsr_agent.sections.document.cautions import head_of

    filed = subject.filed
    head = head_of(filed)
    written = _written(target)
    if console.as_json:
        about = {"report_id": filed.report.id, "report_sha256": filed.digest, "basis": subject.basis}
        console.data(
            {"file": str(target), "format": wanted} | written | about | {"verdict": str(head.verdict)}
        )
        return
    from tsr_agent.cli.layout import paragraph
    from tsr_agent.sections.wording import counted, size

    length = size(int(written["size"] or 0))
    what = counted(int(written["files"]), "file") if "files" in written else wanted.upper()
    lines = [
        *paragraph(f"{target}: {what}, {length}", console.width),
        *paragraph(f"{head.verdict}  {head.sentence}", console.width, "  ", "    "),
        *(
            line
            # That there is no decision, the last sentence says.
            for each in (head.cautions if filed.decision is not None else ())
            for line in paragraph(f"{each.mark}: {each.sentence}", console.width, "  ", "    ")
        ),
        *paragraph(subject.basis_sentence, console.width, "  "),
        f"  Report       {filed.report.id}",
        f"  Its SHA-256  {filed.digest}",
    ]
    if "sha256" in written:
        lines.append(f"  The file's   {written['sha256']}")
    console.text(lines)


def _written(target: Path) -> dict[str, str | int]:
    """How large what was written is, and what it is known by."""
    import hashlib

    if target.is_dir():
        sizes = [each.stat().st_size for each in target.iterdir()]
        return {"files": len(sizes), "size": sum(sizes)}
    with target.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"size": target.stat().st_size, "sha256": digest}


class _Bar:
    """A bar on a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None

    def report(self, done: int, total: int, unit: str = "") -> None:
        """Moves the bar."""
        bar = self._bar
        if bar is None:
            from tqdm import tqdm

            bar = tqdm(desc="Exporting", unit=f" {unit}", unit_scale=unit == "bytes", leave=False, delay=0.5)
            self._bar = bar
        bar.total = total or None
        bar.update(done - bar.n)

    def close(self) -> None:
        """Takes it away."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def _watched(console: Console) -> Iterator[Watch]:
    if not console.interactive:
        from tsr_agent.export.progress import Unwatched

        yield Unwatched()
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()
