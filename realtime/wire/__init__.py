"""The protocol on the wire. Pure: text in, effects out."""
