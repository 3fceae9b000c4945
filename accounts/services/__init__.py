"""Services: write users, logins and quotas to the database."""
