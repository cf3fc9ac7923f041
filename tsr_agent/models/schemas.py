"""JSON Schemas of the documents, generated from the models themselves."""

from __future__ import annotations

from typing import Any

import msgspec

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(document_type: type[Any], title: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that the model of a document enforces."""
    (schema,), components = msgspec.json.schema_components((document_type,), ref_template="#/$defs/{name}")
    return {"$schema": DIALECT, "title": title, **schema, "$defs": components}
