"""People: users, guests, log-ins and quotas. This app does not know rooms."""
