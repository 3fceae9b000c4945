"""Faults and the checker: real server processes are killed while real clients talk, and every history is checked."""
