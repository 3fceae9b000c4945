"""Rooms, memberships, invites and messages. Other apps add to chat through `chat.plugin`."""
