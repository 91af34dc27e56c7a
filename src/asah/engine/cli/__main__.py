"""``python -m asah.engine.cli``: what `./asah` hands over to."""

from asah.engine.cli import main

raise SystemExit(main())
