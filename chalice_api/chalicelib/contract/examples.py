"""Request examples, ready to be copied: for a shell, for Python and for JavaScript."""

from typing import Final
from urllib.parse import quote, urlencode

from chalicelib.contract.operation import Operation

# Precedes all other examples; `{api}` is replaced by the address.
FIRST: Final = {
    "sh": "API={api}",
    "python": 'import json, urllib.request\n\nAPI = "{api}"',
    "js": 'const API = "{api}";',
}
ONE: Final = {
    "sh": 'curl "$API{address}"',
    "python": 'json.load(urllib.request.urlopen(f"{{API}}{address}"))',
    "js": "await (await fetch(`${{API}}{address}`)).json();",
}
# Anything but JSON is printed as it is.
ONE_TEXT: Final = ONE | {
    "python": 'urllib.request.urlopen(f"{{API}}{address}").read().decode()',
    "js": "await (await fetch(`${{API}}{address}`)).text();",
}


def address_of(one: Operation) -> str:
    """Return the path and query of an operation with its example values."""
    path = one.path
    for parameter in one.parameters:
        if parameter.is_in_path:
            filled = quote(str(parameter.example), safe="")
            path = path.replace(f"{{{parameter.name}}}", filled)
    asked = {parameter.name: parameter.example for parameter in one.shown}
    return f"{path}?{urlencode(asked, safe=',:')}" if asked else path


def examples_of(one: Operation) -> dict[str, str]:
    """Return the same request in each language."""
    forms = ONE if "json" in one.media_type else ONE_TEXT
    return {name: form.format(address=address_of(one)) for name, form in forms.items()}
