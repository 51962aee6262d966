"""What passes from room to room: frames, packets, events, facts, findings, and their limits.

Takes nothing, gives the words.  Imports no other room and touches nothing of the world.
"""
