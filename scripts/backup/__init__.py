"""Backup and restore: all rows in one snapshot, then every object that they refer to.

A backup is a folder of files named by what they hold, and one manifest, written
last. It is taken while Tutti runs, which waits with removing objects meanwhile.
"""
