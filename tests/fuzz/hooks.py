"""What Schemathesis makes up and then cannot send."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_query(_context: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """Leave out empty objects and lists: no query string says anything of them."""
    return all(value not in ({}, []) for value in (query or {}).values())
