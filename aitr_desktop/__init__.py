"""The Qt half of aitr: reads, compares and approves what the agent recorded."""
