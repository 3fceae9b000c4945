"""The reactions to one message: who has reacted with which emoji, in the order of the first reactions. Pure."""

from typing import Final

import msgspec

from realtime import UserId, conflict, encode

EMOJI_PER_MESSAGE: Final = 20
REACTIONS_PER_MESSAGE: Final = 3_000
"""The reactions of all people together. They take 45 KB, which is about as much as a long text."""

Reactions = dict[str, dict[str, None]]
"""The users by emoji; a user is in each list once, and no list is empty."""


def decoded(stored: str | None) -> Reactions:
    """Return the reactions that a column holds."""
    if stored is None:
        return {}
    pairs = msgspec.json.decode(stored, type=list[tuple[str, list[str]]])
    return {emoji: dict.fromkeys(users) for emoji, users in pairs}


def encoded(reactions: Reactions) -> str | None:
    """Return the reactions as a column holds them, and as they are on the wire."""
    return encode([[emoji, list(users)] for emoji, users in reactions.items()]).decode() if reactions else None


def react(reactions: Reactions, emoji: str, user: UserId, *, on: bool) -> bool:
    """Add or remove a reaction in place, and return whether that changes anything.

    Raise 409 `too_many_reactions` when the message has no place for another one.
    """
    users = reactions.get(emoji, {})
    if (user in users) == on:
        return False
    if on:
        _refuse_full(reactions, emoji)
        reactions.setdefault(emoji, {})[user] = None
    else:
        del users[user]
        if not users:
            del reactions[emoji]
    return True


def _refuse_full(reactions: Reactions, emoji: str) -> None:
    if emoji not in reactions and len(reactions) >= EMOJI_PER_MESSAGE:
        raise conflict("too_many_reactions", f"at most {EMOJI_PER_MESSAGE} different emoji")
    if sum(map(len, reactions.values())) >= REACTIONS_PER_MESSAGE:
        raise conflict("too_many_reactions", f"at most {REACTIONS_PER_MESSAGE} reactions")
