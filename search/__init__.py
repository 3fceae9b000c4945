"""Search over all messages that a person may read. The index follows the logs, as any other reader of them."""
