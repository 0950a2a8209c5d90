"""Fleets with one protection taken out, which a trial must find out: else it is blind.

Each module here runs in place of a service and differs from it in what its name says.
"""
