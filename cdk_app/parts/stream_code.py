"""What the streaming job consists of, whichever engine runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cdk_app.bundling import Built


@dataclass(frozen=True, kw_only=True)
class StreamCode:
    """The script, our modules in one zip, the jars it needs, and its arguments."""

    script: str
    modules: Built
    jars: Built
    arguments: Mapping[str, str]

    def jar_files(self) -> list[Path]:
        """List the jars in an order that does not change."""
        return sorted(self.jars.path.glob("*.jar"))
