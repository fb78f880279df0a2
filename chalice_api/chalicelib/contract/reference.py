"""The contract as one page for people: plain HTML, no script, every file our own."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Any, Final

from chalicelib.answers import Body
from chalicelib.contract.document import OPERATIONS, SCHEMAS, contract
from chalicelib.contract.examples import FIRST, examples_of
from chalicelib.contract.operation import Operation
from chalicelib.contract.parameter import Parameter

CACHE: Final = "public, max-age=30"
LANGUAGES: Final = {"sh": "curl", "python": "Python", "js": "JavaScript"}
ANYWHERE: Final = "https://bikes.example"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

# What the GBFS feeds link to if no licence is set.
LICENSE: Final = (
    '<section id="license"><h2>Licence of the data</h2><p>Under which licence the data may be used '
    "is told by <code>license_id</code> or <code>license_url</code> of "
    "<code>system_information</code> in the GBFS feeds. Where that leads here, "
    "<strong>no licence was named</strong>, and the data are not in the public domain by that: "
    "ask the operator before you publish them elsewhere.</p></section>"
)


@cache
def reference_page(build: str) -> Body:
    """Return the page; it loads only its icon and style, under the name of the page's build."""
    info = contract()["info"]
    title = f"{escape(info['title'])}: the API"
    parts = (
        f"<h1>{title}</h1><p>{prose(info['description'])}</p>",
        '<p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>',
        "<p>The examples ask the API at this address; put your own:</p>",
        code_blocks({name: text.format(api=ANYWHERE) for name, text in FIRST.items()}),
        "<nav><ul>" + "".join(link(one) for one in OPERATIONS) + "</ul></nav>",
        "".join(section(one) for one in OPERATIONS),
        LICENSE,
        "<h2>Objects</h2>",
        "".join(schema_section(name, schema) for name, schema in SCHEMAS.items()),
    )
    return Body(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="static/{build}/icon.svg">'
        f'<link rel="stylesheet" href="static/{build}/docs.css"></head>'
        f"<body><main>{''.join(parts)}</main></body></html>".encode()
    )


def prose(text: str) -> str:
    """Return a text as HTML, with what is in backticks as code."""
    return "".join(
        f"<code>{escape(part)}</code>" if n % 2 else escape(part)
        for n, part in enumerate(text.split("`"))
    )


def link(one: Operation) -> str:
    """Return an entry of the list of paths."""
    return (
        f'<li><a href="#{one.name}"><code>{escape(one.path)}</code></a> {prose(one.summary)}</li>'
    )


def section(one: Operation) -> str:
    """Return the section on one path."""
    described = f"<p>{prose(one.description)}</p>" if one.description else ""
    answers = ", ".join(str(status) for status in one.statuses)
    return (
        f'<section id="{one.name}"><h2><code>GET {escape(one.path)}</code></h2>'
        f"<p>{prose(one.summary)}.</p>{described}{parameter_table(one.parameters)}"
        f"{code_blocks(examples_of(one))}"
        f"<p>Answers {answers}; <code>{escape(one.media_type)}</code> with "
        f'<a href="#{one.schema}">{escape(one.schema)}</a>.</p></section>'
    )


def code_blocks(examples: Mapping[str, str]) -> str:
    """Return the examples, with the shell's unfolded and the others folded."""
    return "".join(
        f"<details{' open' if language == 'sh' else ''}><summary>{LANGUAGES[language]}</summary>"
        f"<pre><code>{escape(text)}</code></pre></details>"
        for language, text in examples.items()
    )


def parameter_table(parameters: Iterable[Parameter[Any]]) -> str:
    """Return the table of parameters; empty if there are none."""
    rows = "".join(
        f"<tr><th><code>{escape(one.name)}</code></th><td>{escape(one.must)}"
        f"{unless_said(one.schema)}</td><td>{prose(one.description)}</td></tr>"
        for one in parameters
    )
    head = "<tr><th>parameter</th><th>must be</th><th>means</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def unless_said(schema: Mapping[str, Any]) -> str:
    """Return the note on the default, if there is one."""
    return f"; {escape(str(schema['default']))} unless said" if "default" in schema else ""


def schema_section(name: str, schema: Mapping[str, Any]) -> str:
    """Return the section on one object of the answers."""
    fields = field_rows(schema)
    table = f"<table><tr><th>field</th><th>is</th><th>says</th></tr>{fields}</table>"
    return (
        f'<section id="{name}"><h3>{escape(name)}</h3><p>{prose(schema["description"])}</p>'
        f"{table if fields else ''}</section>"
    )


def field_rows(schema: Mapping[str, Any], *, above: str = "") -> str:
    """Return rows for the fields of an object, and for those of the objects in it."""
    rows = ""
    for name, field in schema.get("properties", {}).items():
        path = f"{above}{name}"
        says = prose(field.get("description", ""))
        rows += (
            f"<tr><th><code>{escape(path)}</code></th><td>{kind(field)}</td><td>{says}</td></tr>"
        )
        inner = field.get("items", field)
        rows += field_rows(inner, above=f"{path}[]." if "items" in field else f"{path}.")
    return rows


def kind(field: Mapping[str, Any]) -> str:
    """Return what type a field has, in a few words."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        return f'<a href="#{name}">{escape(name)}</a>'
    if "oneOf" in field:
        return " or ".join(kind(one) for one in field["oneOf"])
    if "const" in field:
        return f"<code>{escape(json.dumps(field['const']))}</code>"
    if "enum" in field:
        return ", ".join(
            "null" if one is None else f"<code>{escape(one)}</code>" for one in field["enum"]
        )
    named = field["type"] if isinstance(field["type"], list) else [field["type"]]
    items = f" of {kind(field['items'])}" if "items" in field else ""
    return (
        " or ".join(str(field.get("format", one)) if one == "string" else one for one in named)
        + items
    )
