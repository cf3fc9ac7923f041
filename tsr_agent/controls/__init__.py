"""Controls of published frameworks, as data that can be replaced: what evidence each asks for."""
