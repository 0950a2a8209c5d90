"""`make run`: every server and every service of Tutti on one machine, under one supervisor.

Processes are kept with ``psutil``: long-lived, maintained, the same on Linux
and macOS, and it knows trees, environments, memory and open ports, which
asyncio's own subprocesses do not. The supervisors on PyPI (supervisor, circus,
honcho) bring a configuration language of their own and cannot wait for a
service to be ready. The screen is ``rich``.
"""
