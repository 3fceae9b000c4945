"""Background tasks: Django's Tasks interface, rows written in the batch that causes them, and a worker."""
