"""``python -m symloss.cli``, where the `symloss` script is not on the path."""

from symloss.cli import main

if __name__ == "__main__":
    main()
