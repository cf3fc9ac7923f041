"""The headless half of aitr: makes Test Summary Reports, judges them and gates a pipeline.

Nothing in this package imports Qt or ``aitr_desktop``. Importing it loads nothing heavy: each
command imports what it needs when it runs.
"""

__version__ = "0.1.0"
