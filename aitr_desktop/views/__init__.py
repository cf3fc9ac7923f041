"""Widgets: they take data, emit signals and decide nothing."""
