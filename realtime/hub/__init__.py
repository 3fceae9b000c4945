"""The hub: committed events, signals and presence to the subscribers of this process."""
