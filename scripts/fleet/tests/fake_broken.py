"""A service that cannot start."""

import sys

if __name__ == "__main__":
    sys.exit("Error: no strings on the violin")
