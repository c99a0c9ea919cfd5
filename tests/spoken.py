"""The sentences that source code can say, for tests that hold every one of them."""

import ast


def sentences(node: ast.AST) -> list[str]:
    """The text of a literal, with 7 for what varies in it; none where it is made elsewhere."""
    match node:
        case ast.Constant(value=str(told)):
            return [told]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return sentences(one) + sentences(other)
        case ast.Tuple(elts=parts):
            return [told for part in parts for told in sentences(part)]
        case ast.Call(func=ast.Attribute(value=inner, attr="replace")):
            return sentences(inner)
    return []
