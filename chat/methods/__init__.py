"""Chat's methods, all of them."""

from chat.methods import direct, live, moderation, talk

METHODS = {**talk.METHODS, **direct.METHODS, **moderation.METHODS, **live.METHODS}
