"""How one file comes to be: cover, contents, sections, then what can be said when all pages are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.pdf.body import Body, CancelledError, anchors
from tsr_agent.pdf.cover import Contents
from tsr_agent.pdf.faces import Faces
from tsr_agent.pdf.flow import Flow
from tsr_agent.pdf.pdf_file import PdfFile
from tsr_agent.pdf.sheets import Sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from tsr_agent.pdf.frame import Frame
    from tsr_agent.pdf.paper import Paper
    from tsr_agent.pdf.properties import Properties
    from tsr_agent.sections.document.tables import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one file is made of."""

    paper: Paper
    documents: Sequence[Document]
    frame: Frame
    cover: Callable[[Flow], None]
    """Draws what stands before the contents."""
    properties: Properties
    progress: Callable[[int, int], None] | None = None
    """Is told how many of how many rows are done."""
    is_cancelled: Callable[[], bool] | None = None
    """Is asked whether anybody still wants the file."""

    def write(self, target: BinaryIO) -> bool:
        """Writes the file; says whether it is whole."""
        file = PdfFile(target)
        sheets = Sheets(file, Faces(), self.paper, anchors(self.documents), self.frame.draw)
        flow = Flow(sheets)
        body = Body(flow, sum(each.size for each in self.documents), self.progress, self.is_cancelled)
        self.cover(flow)
        contents = Contents(flow)
        contents.draw(self.documents)
        try:
            for place, document in enumerate(self.documents):
                sheets.begin_page()
                body.draw(document, is_first=place == 0)
            body.finish()
        except CancelledError:
            return False
        contents.number()
        self.frame.number(sheets)
        sheets.end()
        self.properties.write(file, sheets.finish())
        return True
