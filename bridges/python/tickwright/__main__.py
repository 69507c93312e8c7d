"""`python -m tickwright TARGET`: what the simulator starts."""

import sys

from .runner import main

sys.exit(main(sys.argv[1:]))
