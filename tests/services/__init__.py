"""Servers for tests on private ports, and the programs that a machine may lack."""
