"""`python -m local_stack --help` says what there is."""

import sys

from local_stack.cli import end_as_by_ctrl_c, main

if __name__ == "__main__":
    end_as_by_ctrl_c()
    sys.exit(main(sys.argv[1:]))
