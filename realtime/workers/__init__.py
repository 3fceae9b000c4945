"""The threads and timers that read and write the database."""
