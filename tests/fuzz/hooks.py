"""A filter for values that Schemathesis generates but cannot send."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_query(_context: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """Reject empty objects and lists: a query string cannot express them."""
    return all(value not in ({}, []) for value in (query or {}).values())
