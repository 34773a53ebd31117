"""`python -m kb_service.cli` does what `rengang` does."""

from kb_service.cli.main import main

if __name__ == "__main__":
    main()
