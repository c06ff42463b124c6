"""Writes ``hourtrail_client`` from the OpenAPI document: ``python -m hourtrail_serving.client_writer DOCUMENT FOLDER``.

Types are datamodel-code-generator's work (a tool of developers, never needed to run anything), as typed dictionaries: what
the wire says is what the program holds. What is written here is one method for each operation.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

Schema = Mapping[str, Any]

TYPES: Final = "types.py"
CALLS: Final = "calls.py"

_HEAD: Final = '''"""One method for each operation of the API. Written by hourtrail_serving.client_writer; do not edit."""

from collections.abc import Sequence
from typing import Literal

from hourtrail_client import types as t
from hourtrail_client.transport import Answer, Transport


class Calls(Transport):
    """The operations of Hourtrail's API, by their names in its OpenAPI document."""
'''
_PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_HEADERS: Final = {"Idempotency-Key": "idempotency_key", "If-Match": "if_match", "If-None-Match": "if_none_match"}


def write(document: Schema, folder: Path) -> None:
    """Write both modules. Raises CalledProcessError where a tool refuses the document."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CALLS).write_text(calls(document), encoding="utf-8")
    with TemporaryDirectory() as place:
        source = Path(place) / "openapi.json"
        source.write_text(json.dumps(document), encoding="utf-8")
        # fmt: off
        _run(
            "datamodel_code_generator", "--input", str(source), "--input-file-type", "openapi", "--output", str(folder / TYPES),
            "--output-model-type", "typing.TypedDict", "--no-use-closed-typed-dict", "--target-python-version", "3.11",
            "--enum-field-as-literal", "all", "--use-standard-collections", "--use-union-operator", "--disable-timestamp",
            "--use-field-description", "--use-schema-description", "--formatters", "builtin",
            "--custom-file-header", '"""Bodies of requests and answers. Written by hourtrail_serving.client_writer; do not edit."""\n',
        )
        # fmt: on
    for name in (CALLS, TYPES):
        _run("ruff", "check", "--quiet", "--isolated", "--select", "I", "--fix-only", str(folder / name))
        _run("ruff", "format", "--quiet", "--isolated", "--line-length", "120", str(folder / name))


def _run(*words: str) -> None:
    subprocess.run([sys.executable, "-m", *words], check=True, capture_output=True)  # noqa: S603 - our own words


def calls(document: Schema) -> str:
    """The module of operations."""
    return _HEAD + "\n".join(
        _method(method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        # How a token is had is the transport's business.
        if "application/json" in operation.get("requestBody", {"content": ["application/json"]})["content"]
    )


def _method(method: str, path: str, operation: Schema) -> str:
    places = {row["name"]: row for row in operation.get("parameters", ()) if row["in"] == "path"}
    queries = [row for row in operation.get("parameters", ()) if row["in"] == "query" and row["name"] != "format"]
    headers = {
        row["name"]: _HEADERS[row["name"]]
        for row in operation.get("parameters", ())
        if row["in"] == "header" and row["name"] in _HEADERS
    }
    body = _body(operation)
    arguments = [f"{name}: {_type(row['schema'])}" for name, row in places.items()]
    arguments += [f"body: {body}" + (" = None" if body.endswith("None") else "")] if body else []
    queries.sort(key=lambda row: not row.get("required", False))
    named = [f"{_name(row['name'])}: {_query_type(row)}" for row in queries]
    named += [f"{name}: str | None = None" for name in headers.values()]
    given = ", ".join([*arguments, *(["*", *named] if named else [])])
    sent = [repr(method), _address(path)]
    sent += ["body=body"] if body else []
    sent += (
        ["query={" + ", ".join(f"{row['name']!r}: {_name(row['name'])}" for row in queries) + "}"] if queries else []
    )
    sent += [f"{name}={name}" for name in headers.values()]
    kind = _answer(operation)
    return (
        f"    def {operation['operationId']}(self{', ' if given else ''}{given}) -> Answer[{kind}]:\n"
        f"        {_said(operation, method, path)}\n"
        f"        return self.call({', '.join(sent)})\n"
    )


def _said(operation: Schema, method: str, path: str) -> str:
    """The first sentence of what the operation says of itself, and where it is."""
    first = operation.get("description", operation["summary"]).split("\n")[0].strip()
    return '"""' + f"{first.rstrip('.')}. ``{method} {path}``".replace("\\", "") + '"""'


def _query_type(row: Schema) -> str:
    """Left out, a parameter has the default of the server, which may change, and not the one of today."""
    kind = _type(row["schema"])
    return kind if row.get("required") else f"{kind.removesuffix(' | None')} | None = None"


def _name(name: str) -> str:
    return f"{name}_" if iskeyword(name) or name == "format" else name


def _address(path: str) -> str:
    return f'"{path}"' if "{" not in path else "f" + repr(path.replace("{", "{self.quoted(").replace("}", ")}"))


def _body(operation: Schema) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return _type(content["application/json"]["schema"]) if content else ""


def _answer(operation: Schema) -> str:
    [content] = [row.get("content", {}) for code, row in operation["responses"].items() if code.startswith("20")]
    if "application/json" in content:
        return _type(content["application/json"]["schema"])
    return "str" if "text/markdown" in content else "bytes"


def _type(schema: Schema) -> str:
    return " | ".join(dict.fromkeys(_kinds(schema)))


def _kinds(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield f"t.{schema['$ref'].rpartition('/')[2]}"
    elif "anyOf" in schema:
        for choice in schema["anyOf"]:
            yield from _kinds(choice)
    elif "enum" in schema:
        yield f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    elif schema.get("type") == "array":
        yield f"Sequence[{_type(schema['items'])}]"
    else:
        yield _PLAIN.get(schema.get("type", ""), "None")


def main() -> None:
    """Write the client of the document named first into the folder named second."""
    source, folder = sys.argv[1:]
    write(json.loads(Path(source).read_text(encoding="utf-8")), Path(folder))


if __name__ == "__main__":
    main()
