"""A hidden word and the place where it was hidden."""

from django.db import models


class Word(models.Model):
    """The word of a room, until it is shown."""

    room = models.CharField(max_length=16, db_index=True)
    offset = models.BigIntegerField()
    word = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"a word in {self.room}"
