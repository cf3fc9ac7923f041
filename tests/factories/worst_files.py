"""For each reader the files that cost it most and are still within the bounds."""

from __future__ import annotations

from tests.factories.worst_coverage import COVERAGE
from tests.factories.worst_evals import EVALS
from tests.factories.worst_json import JSON
from tests.factories.worst_junit import JUNIT
from tests.factories.worst_requirements import REQUIREMENTS

WORST_FILES = (*JUNIT, *COVERAGE, *JSON, *EVALS, *REQUIREMENTS)
