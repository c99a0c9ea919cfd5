"""`python -m pipeline` is `sohoa`."""

import sys

from pipeline.cli import main

sys.exit(main())
