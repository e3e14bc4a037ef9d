"""The program `wattlink`."""

from wattlink.cli.root import wattlink


def main() -> None:
    """Run what the command line asks for."""
    wattlink(prog_name="wattlink")


if __name__ == "__main__":
    main()
