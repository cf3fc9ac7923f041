"""The Qt half of aitr: reads, compares and approves what the agent recorded."""

from aitr_desktop import qt_names

qt_names.resolve_on_demand()
