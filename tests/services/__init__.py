"""What tests run on: servers of their own on private ports, and the programs a machine may lack."""
