"""``python -m exposer``."""

from exposer.commands import main

if __name__ == "__main__":
    raise SystemExit(main())
