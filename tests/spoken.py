"""The sentences that source code can say, for tests that hold every one of them."""

import ast
from collections.abc import Iterator


def sentences(node: ast.AST | None) -> list[str]:
    """The text of a literal, with 7 for what varies in it; none where it is made elsewhere."""
    match node:
        case ast.Constant(value=str(told)):
            return [told]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return sentences(one) + sentences(other)
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts):
            return [told for part in parts for told in sentences(part)]
        case ast.Call(func=ast.Attribute(value=inner, attr="replace")):
            return sentences(inner)
    return []


WORDS_ONLY = ("NotHere",)  # errors that take no subject before what is wrong


def raised(tree: ast.Module, kinds: set[str]) -> Iterator[tuple[str, list[str]]]:
    """What is handed to errors of these classes as what is wrong and as the cure: the expression, and what it can say.

    A name stands for what is assigned to it in the same function or in the module. Nothing is found where the words
    come from elsewhere, which the caller has to answer for.
    """
    of_module = _assigned(_within(tree))
    scopes = [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))]
    for scope in scopes:
        own = list(_within(scope))
        assigned = {**of_module, **_assigned(own)}
        for node in own:
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in kinds:
                bare = getattr(node.func, "id", "") in WORDS_ONLY
                by_name = [word.value for word in node.keywords if word.arg in ("what", "cure")]
                given = [*node.args[not bare:2 - bare], *by_name]
                for one in given:
                    values = assigned.get(one.id, []) if isinstance(one, ast.Name) else [one]
                    yield ast.unparse(one), [told for value in values for told in sentences(value)]


def _within(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module or function, without those of the functions inside it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _within(node)


def _assigned(nodes: Iterator[ast.AST] | list[ast.AST]) -> dict[str, list[ast.AST]]:
    found: dict[str, list[ast.AST]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found
