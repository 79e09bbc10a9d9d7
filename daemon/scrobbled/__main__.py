"""`python -m scrobbled`: the same as the command `scrobbled`."""

from scrobbled.cli import main

if __name__ == "__main__":
    main()
