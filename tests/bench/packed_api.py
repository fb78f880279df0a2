"""The API's function as packaged for AWS, but for the Python and processor of this machine."""

import compileall
import os
import platform
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from py_compile import PycInvalidationMode
from shutil import copytree
from zipfile import ZipFile

from cdk_app import packages
from cdk_app.bundling import Machine, Workshop
from tests.bench.child import ROOT

HERE = Machine(
    python=f"{sys.version_info.major}.{sys.version_info.minor}", processor=platform.machine()
)


def unpacked_api(home: Path) -> Path:
    """Have our packaging and then Chalice make the zip, and unpack it as Lambda does."""
    workshop = Workshop(root=ROOT, cache=home / "packages")
    source = workshop.folder(replace(packages.API, machine=HERE)).path
    chalice = Path(sys.executable).parent / "chalice"
    subprocess.run(
        [str(chalice), "package", "--stage", "api", str(home / "packed")],
        cwd=source,
        # Chalice imports the function, and the byte code would otherwise get into the zip.
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    with ZipFile(home / "packed" / "deployment.zip") as archive:
        archive.extractall(home / "function")
    return home / "function"


def with_byte_code(function: Path) -> Path:
    """Copy a function and compile it, which its package cannot be for another Python than ours."""
    compiled = function.with_name("compiled")
    copytree(function, compiled)
    compileall.compile_dir(compiled, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return compiled
