"""What tests share: the tests' own folder on the path, and Hypothesis without deadlines (machines differ)."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("steady")
