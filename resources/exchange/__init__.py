"""Records as files: what other systems read, and what they send us.

Every format is made of, and read into, one plain form (`portable`).
"""
