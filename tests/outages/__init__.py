"""Trials by outage: what is lost, parted, restarted or told the wrong time, and what people see."""
