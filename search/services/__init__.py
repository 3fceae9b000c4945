"""Write the index: follow the logs, erase, build anew."""
