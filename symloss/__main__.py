"""``python -m symloss`` is the command line."""

from symloss.cli import main

main()
