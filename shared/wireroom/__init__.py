"""Wireroom: syndicated wire feeds in, a published news site out. What the functions share."""
