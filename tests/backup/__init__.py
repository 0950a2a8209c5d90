"""Backup and restore of the whole of Tutti."""
