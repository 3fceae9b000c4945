"""Guess the word: an app that only the tests install. It asks of `realtime` and `chat` what a game will ask.

`/word apple` hides a word in the room; who says it, wins, and only they and the hosts see that; after a minute it is
shown to all. So it has a slash command, an interceptor, an event with an audience, a snapshot part, cards, a deadline.
"""
