"""Themes, before a stack has them.

theme/ ─ folder ─► name → bytes ─ read ─► Theme or problems ─ check ─► problems and warnings
                                            │
                                            └─ preview: the site in it, on this machine
"""
