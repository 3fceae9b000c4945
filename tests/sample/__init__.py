"""Sample app, which only the tests install: a game of guessing a word, as a plugin of chat.

`/word apple` hides a word in the room. A member who writes it has won, which only they and the hosts see. After a
minute the word is shown to all. So the app has a slash command, a message hook, an event with an audience, a section
of the snapshot, cards and a deadline.
"""
