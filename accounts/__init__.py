"""People: the user model, guests by nickname, the login session of a page. It knows no room."""
