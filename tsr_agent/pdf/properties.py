"""What the file says of itself: title, subject and dates, all of them the document's own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import msgspec

from tsr_agent import __version__
from tsr_agent.pdf.pdf_file import text_string
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from tsr_agent.pdf.pdf_file import PdfFile

LANGUAGE = "en"
_MOST = 300
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{producer}</pdf:Producer>{dates}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


class Properties(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of itself. No machine, no person and no time of printing is among it."""

    title: str
    subject: str
    made: datetime | None
    """When what is printed came to be; None leaves it out."""

    def write(self, file: PdfFile, entries: bytes) -> None:
        """Writes catalogue, properties and the end of the file.

        Args:
            file: Which holds everything else already.
            entries: Of the catalogue: pages, structure, bookmarks.
        """
        title, subject = one_line(self.title, _MOST), one_line(self.subject, _MOST)
        producer = f"aitr {__version__}"
        date = f"{self.made:%Y%m%d%H%M%S}" if self.made is not None else ""
        stamp = b"(D:%bZ)" % date.encode()
        dates = b"/CreationDate%b/ModDate%b" % (stamp, stamp) if date else b""
        info = file.add(
            b"<</Title%b/Subject%b/Producer%b/Creator%b%b>>"
            % (*map(text_string, (title, subject, producer, "aitr")), dates)
        )
        packet = file.add_stream(
            self._packet(title, subject, producer).encode("utf-8", "replace"),
            b"/Type/Metadata/Subtype/XML",
        )
        catalogue = file.add(
            b"<</Type/Catalog/Lang%b/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>"
            b"/Metadata %d 0 R%b>>" % (text_string(LANGUAGE), packet, entries)
        )
        file.finish(catalogue, info)

    def _packet(self, title: str, subject: str, producer: str) -> str:
        stamp = f"{self.made:%Y-%m-%dT%H:%M:%SZ}" if self.made is not None else ""
        dates = f"<xmp:CreateDate>{stamp}</xmp:CreateDate><xmp:ModifyDate>{stamp}</xmp:ModifyDate>"
        return _PACKET.format(
            title=escape(title),
            subject=escape(subject),
            language=LANGUAGE,
            producer=escape(producer),
            dates=dates if stamp else "",
        )
