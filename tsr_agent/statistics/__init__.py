"""Statistics that the gate and a comparison show, the same bits on every machine."""
