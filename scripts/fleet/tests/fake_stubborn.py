"""A service that does not stop when asked, and has a child that left its session."""

import signal
import subprocess
import sys

from scripts.fleet.tests.fake_service import serve

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    serve()
