"""Services: what writes users, logins and quotas to the database."""
