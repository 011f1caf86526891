"""Telling front ends what changed, without their asking: readers of the change log that send what they read.

`messages` says what is told, `dispatch` when, `sending` how, `networks` whereto; `admin` is what administrators see.
Nothing here is on the way of whoever saves: the worker does it all (docs/decisions/0007-webhooks.md).
"""
