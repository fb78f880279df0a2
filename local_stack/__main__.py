"""Entry point of the command line; `python -m local_stack --help` lists the verbs."""

import sys

from local_stack.cli import end_as_by_ctrl_c, main

if __name__ == "__main__":
    end_as_by_ctrl_c()
    sys.exit(main(sys.argv[1:]))
