"""Chat's methods, all of them."""

from chat.methods import moderation

METHODS = moderation.METHODS
