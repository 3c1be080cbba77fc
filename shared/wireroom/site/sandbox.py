"""The Jinja environment in which a theme's templates run: no way out, and an end to each page.

Jinja's own sandbox keeps templates from Python's internals. This one also

- has only the filters of FILTERS: none that prints text unescaped, that depends on chance, or that
  makes a text of any length;
- lets a template read only harmless attributes of texts and dates, and none of modules;
- counts steps (turns of loops, calls, filters, and text by its length), and ends a page that takes
  more than its budget. Steps are counted, not timed: a page either fails everywhere or nowhere;
- refuses, when it compiles a template, what would print unescaped text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from functools import wraps
from types import ModuleType
from typing import Any

from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment

STEPS = 20_000  # of a page, besides those for its stories: a fifth of a second
FOR_EACH = 400  # more for each story of a list
LARGEST = 2_000_000  # characters of one text, and of a page besides its story
LARGEST_NUMBER = 10**15
LONGEST = 10_000  # a number that a filter or a range takes
WEIGHT = 500  # characters or items that cost a step
INCLUDE = 100  # steps that including a template costs, so that one in itself ends before the stack

FILTERS = frozenset(
    "abs batch capitalize count d default dictsort e escape first float groupby int items join "
    "last length list lower map max min reject rejectattr replace reverse round select selectattr "
    "slice sort string striptags sum title trim truncate unique upper urlencode wordcount".split()
)
_OF_TEXT = frozenset(
    "capitalize casefold count endswith find isalnum isalpha isdigit isupper lower lstrip "
    "partition removeprefix removesuffix rfind rpartition rsplit rstrip split splitlines "
    "startswith strip swapcase title upper".split()
)
_OF_DATES = frozenset(
    "year month day hour minute second tzinfo date time isoformat weekday isoweekday days seconds "
    "total_seconds".split()
)

_left: ContextVar[list[int]] = ContextVar("steps that are left")


class Exhausted(Exception):
    """A page takes more steps, or a text is longer, than a theme may use."""


@contextmanager
def budget(steps: int) -> Iterator[None]:
    """Ends what is inside with Exhausted after so many steps."""
    token = _left.set([steps])
    try:
        yield
    finally:
        _left.reset(token)


def spend(steps: int) -> None:
    left = _left.get(None)
    if left is None:
        return
    left[0] -= steps
    if left[0] < 0:
        raise Exhausted("the page takes too many steps: a loop, or a template that includes itself")


class Sandbox(ImmutableSandboxedEnvironment):
    """`finalize`, `loader` and the others as in `jinja2.Environment`."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters = {name: _counted(name, self.filters[name]) for name in sorted(FILTERS)}
        del self.globals["lipsum"]
        self.globals["range"] = _range

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, ModuleType):
            return False
        if isinstance(obj, str | bytes):
            return attr in _OF_TEXT
        if isinstance(obj, date | timedelta):
            return attr in _OF_DATES
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        return None  # is_safe_attribute allows no `format`

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        spend(1)
        return _bounded(super().call(__context, __obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        sizes = [len(each) for each in (left, right) if isinstance(each, str | list | tuple)]
        if operator == "**":
            raise SecurityError("** is not for templates")
        if operator == "%" and isinstance(left, str):
            raise SecurityError('% is not for texts: write "…" ~ value')
        if operator == "*" and sizes:
            times = [each for each in (left, right) if isinstance(each, int)]
            sizes = [sizes[0] * (times[0] if times else 1)]
        if sum(sizes) > LARGEST:
            raise Exhausted(f"a value of more than {LARGEST:,} characters or items")
        spend(1 + sum(sizes) // WEIGHT)
        found = super().call_binop(context, operator, left, right)
        if isinstance(found, int) and abs(found) > LARGEST_NUMBER:
            raise Exhausted(f"a number above {LARGEST_NUMBER:,}")
        return found

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        spend(INCLUDE)
        return super().get_template(*args, **kwargs)

    def concat_counted(self, *parts: Any) -> str:
        """What `~` joins."""
        return _bounded(markup_join(parts))  # type: ignore[no-any-return]

    def step(self, weight: int) -> str:
        """Called by each turn of a loop, and each template, block and macro."""
        spend(weight)
        return ""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for line, reason in unsafe(tree):
            raise TemplateSyntaxError(reason, line, name, filename)
        for node in tree.find_all(nodes.Concat):
            node.nodes = [_call("concat_counted", node.nodes, node)]
        bodied = (nodes.For, nodes.Block, nodes.Macro, nodes.CallBlock)
        inner: Iterator[Any] = tree.find_all(bodied)
        for each in (tree, *inner):
            text = sum(len(data.data) for data in each.find_all(nodes.TemplateData))
            weight = nodes.Const(1 + text // WEIGHT, lineno=each.lineno)
            each.body.insert(0, nodes.ExprStmt(_call("step", [weight], each), lineno=each.lineno))
        tree.set_environment(self)
        return tree


def unsafe(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """(line, reason) for all in a template that would print unescaped text."""
    for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
        yield node.lineno, "`autoescape` prints unescaped text, which a feed may have written"
    for found in tree.find_all(nodes.Filter):
        if found.name in {"safe", "tojson", "xmlattr", "forceescape", "urlize"}:
            yield (
                found.lineno,
                f"`{found.name}` prints unescaped text, which a feed may have written",
            )


def _call(method: str, arguments: Sequence[nodes.Expr], at: nodes.Node) -> nodes.Expr:
    target = nodes.EnvironmentAttribute(method, lineno=at.lineno)
    return nodes.Call(target, list(arguments), [], None, None, lineno=at.lineno)


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > LONGEST:
        raise Exhausted(f"a range of more than {LONGEST:,} numbers")
    return found


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > LARGEST:
            raise Exhausted(f"a text of more than {LARGEST:,} characters")
        spend(len(value) // WEIGHT)
    return value


def _counted(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that spends a step, and more for long texts and lists."""

    @wraps(run)
    def counted(*args: Any, **kwargs: Any) -> Any:
        values = [*args, *kwargs.values()]
        sizes = [len(each) for each in values if isinstance(each, str | list | tuple | dict)]
        if any(isinstance(each, int) and abs(each) > LONGEST for each in values):
            raise Exhausted(f"{name}: a number above {LONGEST:,}")
        if name in {"join", "replace"} and _grown(name, values) > LARGEST:
            raise Exhausted(f"{name}: a text of more than {LARGEST:,} characters")
        spend(1 + sum(sizes) // WEIGHT)
        return _bounded(run(*args, **kwargs))

    return counted


def _grown(name: str, values: Sequence[Any]) -> int:
    """How long the result of a filter may be, at most, by what stands between its parts."""
    texts = [each for each in values if isinstance(each, str)]
    if name == "join":
        items = next((len(each) for each in values if isinstance(each, list | tuple)), LONGEST)
        return items * max(map(len, texts), default=0)
    if len(texts) < 3:
        return 0
    text, old, new = texts[:3]
    return text.count(old) * len(new)
