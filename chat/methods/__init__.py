"""Chat's methods, all of them."""

from chat.methods import moderation, talk

METHODS = {**talk.METHODS, **moderation.METHODS}
