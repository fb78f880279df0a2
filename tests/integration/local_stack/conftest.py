"""Imports kafka-python before the tests do, so that warnings of its own are not our errors."""

import warnings

with warnings.catch_warnings():
    # kafka-python 3.0 reads its protocol files in a way that Python 3.11 deprecates.
    warnings.filterwarnings("ignore", "(read|open)_text is deprecated", DeprecationWarning)
    import kafka  # noqa: F401 - imported for its first import's sake
