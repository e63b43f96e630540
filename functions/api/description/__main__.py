"""Writes the description into the file that is served; `make fix` does so."""

from functions.api.description.every import FILE, text

if __name__ == "__main__":
    FILE.write_text(text())
