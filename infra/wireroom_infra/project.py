"""Where the files are that are not Python packages: the template, functions, the sample wire.

In a checkout they lie at its top. A wheel carries copies of them beside this module (see
`package-data` in pyproject.toml), so that everything but SAM's build works from an installation.
"""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parent / "checkout"

PROJECT = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).resolve().parents[2]
TEMPLATE = PROJECT / "template.yaml"
SAMPLE = PROJECT / "sample"
