"""Templates, compiled once for each language, with all that never changes in it put in.

Most of what a page says is the same for everybody: to look its words up, name the site and
call for its parts took longer than to say what differs (docs/performance.md).
"""

from collections.abc import MutableMapping
from functools import cache
from typing import Any, cast

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from flask_babel import gettext
from jinja2 import BaseLoader, Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from .i18n import language, speaking

# Settings that are shown, and stay what they are for as long as the site runs.
SHOWN = ("SITE_NAME", "POST_MAX_CHARS")


class Environment(FlaskEnvironment):
    """Finds each template in the language of whoever is asking."""

    # None where it only finds the environment of a language.
    of_language: str | None = None

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.app = app
        self._in = cache(self._in_language)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """Return the template ``name`` in the language that is spoken here and now."""
        if self.of_language or isinstance(name, Template):
            return super().get_template(name, parent, globals)
        return self._in(language()).get_template(name, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what templates may use besides what they are given."""
        # Jinja's own is a chain of both, which is gone through name by name for each page.
        return self.globals if not d else super().make_globals(d)

    def _in_language(self, language: str) -> "Environment":
        environment = self.overlay(cache_size=-1)
        environment.of_language = language
        return environment

    def _generate(
        self, source: nodes.Template, name: str | None, *args: Any, **options: Any
    ) -> str:
        # Jinja's own hook: what it makes Python of. Whoever asks first, words are of our language.
        with speaking(self.of_language or language()):
            constants = _Constants(self, is_html=self.app.select_jinja_autoescape(name or ""))
            return super()._generate(constants.visit(source), name, *args, **options)

    def part(self, name: str) -> nodes.Template:
        """Return what the template ``name`` consists of."""
        loader = cast(BaseLoader, self.loader)
        source, filename, _is_current = loader.get_source(self, name)
        return self._parse(source, name, filename)


class _Constants(NodeTransformer):
    """Replaces what is the same for everybody who reads a language.

    That is ``_('words')``, ``config.SITE_NAME``, ``language()``, ``url_for()`` without variables
    and, but for development, where each file is watched, ``{% include "part.html" %}``.
    """

    def __init__(self, environment: Environment, *, is_html: bool) -> None:
        self.environment, self.app, self.is_html = environment, environment.app, is_html

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - Jinja's name
        if self.app.debug or not isinstance(node.template, nodes.Const):
            return node
        part = self.environment.part(node.template.value)
        if part.find(nodes.Block) or part.find(nodes.Extends):
            return node  # Its blocks are its own.
        return self.visit(nodes.Scope(part.body))

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        if isinstance(node.node, nodes.Name) and node.node.name == "config" and node.attr in SHOWN:
            return nodes.Const(self.app.config[node.attr])
        return self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return node
        args = [arg.value if isinstance(arg, nodes.Const) else None for arg in node.args]
        named = {pair.key: pair.value for pair in node.kwargs}
        match node.node.name, args:
            case "_", [str(words)]:
                # As Jinja does it: on a page our words are HTML, and what is put into them is not.
                text = Markup(gettext(words)) if self.is_html else gettext(words)  # noqa: S704
                values = [nodes.Pair(nodes.Const(key), named[key]) for key in named]
                if not values:
                    return nodes.Const(text % {})
                return nodes.Mod(nodes.Const(text), nodes.Dict(values))
            case "language", []:
                return nodes.Const(self.environment.of_language)
            case "url_for", [str(endpoint)]:
                return self._address(endpoint, named) or node
        return node

    def _address(self, endpoint: str, values: dict[str, nodes.Expr]) -> nodes.Const | None:
        """Return the address, unless a value of it is known with the page only."""
        try:
            fixed = {name: value.as_const() for name, value in values.items()}
        except nodes.Impossible:
            return None
        return nodes.Const(self.app.url_map.bind("").build(endpoint, fixed))
