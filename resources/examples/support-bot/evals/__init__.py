"""The eval harness: questions, scores, detectors of failure modes, and the history they give."""
