"""Programs that run beside this one: started, awaited, and never left behind.

Built on ``psutil``, which knows process trees, environments and open ports on
every system we run on, and refuses to signal a process that has taken over a
recycled pid.
"""
