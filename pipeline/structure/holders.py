"""The heading that names who sees to what stands below it, as "Sở Nội vụ" or "Trách nhiệm của Văn phòng" does.

The trouble: the heading may stand two levels above the task, be a numbered line that ends in a colon, or name a body
that no list has.

Evidence in order of trust: a name of a body or of people (`actors.titled_actor`), then the other titles of its list.

What it never does: make a holder of a title that names a topic ("5. Chế độ báo cáo").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.knowledge.fuzzy import aligned
from pipeline.structure.actors import ASKED, OF, titled_actor
from pipeline.structure.name_ends import EDGE, opens_with_task
from pipeline.structure.passages import Node, Place, Step, after_mark, bullet_of

NAME_WORDS = 12  # of one office; lists of offices (`actors.NAME_WORDS`) are longer

# "Biện pháp tổ chức thực hiện" is of the tasks by its first word, and says who does them
_CARRIES_OUT = re.compile(r"\bto chuc thuc hien\b")


def carries_out(node: Node) -> bool:
    return node.heading is not None and _CARRIES_OUT.search(aligned(node.heading)) is not None


def holder_place(step: Step) -> Place | None:
    """Where the heading stands that names the actor."""
    for node in (step.node, *reversed(step.above)):
        if node.heading is not None and node.title is not None:
            return node.title.place_of(node.heading)
    return None


LONGEST_LEAD = 45  # words of a numbered line that ends in a colon and names who sees to what stands below it


def heading_actor(step: Step) -> str | None:
    """The actor that a heading around a paragraph names: "1. Sở Nội vụ"."""
    around = (*step.above, step.node)
    for level in range(len(around) - 1, -1, -1):
        node = around[level]
        told = node.kind in ("organisation", None) or any(map(carries_out, around[:level]))
        if node.title is None or not (told or (level and lists_bodies(around[level - 1]))):
            continue
        text = node.title.body.strip()
        if node.heading is None and not (text.endswith(":") and len(text.split()) <= LONGEST_LEAD):
            continue
        if text.endswith(":") is False and node.heading is not None and len(node.heading) > len(text):
            text = node.heading  # "Điều 1" on one line, its title on the next
        if level + 1 < len(around) and _holds_actors(node):
            continue  # "III. TRÁCH NHIỆM CỦA CÁC NGÀNH" over a title for each of them
        actor = titled_actor(text)
        if actor is None and node.heading is not None and level and _holds_actors(around[level - 1]):
            actor = _voted_actor(text)
        if actor is not None:
            return actor
    return None


def bullet_holders(node: Node) -> dict[int, tuple[str, Place]]:
    """Who sees to the bullets of another kind below a bullet that names them ("* Ban giám hiệu:" / "- ..."), with the
    place of the name, by the id of the paragraph."""
    found: dict[int, tuple[str, Place]] = {}
    lead: tuple[str, Place] | None = None
    shape = ""
    for paragraph in node.paragraphs:
        bullet = bullet_of(paragraph.text) if paragraph.table is None else None
        text = after_mark(paragraph)[0].strip() if bullet is not None else ""
        actor = titled_actor(text) if text.endswith(":") and len(text.split()) <= LONGEST_LEAD else None
        if actor is not None and bullet is not None:
            lead, shape = (actor, paragraph.place_of(actor)), bullet.shape
        elif bullet is None or bullet.shape == shape:
            lead = None
        elif lead is not None:
            found[id(paragraph)] = lead
    return found


# Parts whose titles may name who sees to what below them; who is rewarded or measured is told by names too
_MAY_LIST_BODIES = frozenset({"content", "tasks", None})
LEAST_BODIES, BODIES_SHARE = 3, 2 / 3  # of the titles of such a part


def lists_bodies(node: Node) -> bool:
    """Whether a part that is called by another name is one of duties: its titles name bodies, and tasks stand below
    ("II. NỘI DUNG THỰC HIỆN" / "1. Sở Y tế" / "a) Chủ trì ...")."""
    anew = numbered_anew(node)
    listed = anew or (node.children if node.kind in _MAY_LIST_BODIES else ())
    acting = [
        child for child in listed
        if child.heading and _names_body(child.heading) and (anew or _tells_tasks(child))
    ]
    return len(acting) >= LEAST_BODIES and len(acting) >= BODIES_SHARE * len(listed)


def numbered_anew(node: Node) -> Sequence[Node]:
    """The last points of a part whose numbering begins anew, as the title over them was lost; empty for any other."""
    first = [at for at, child in enumerate(node.children) if child.label == "1"]
    return node.children[first[-1] :] if len(first) > 1 else ()


def _names_body(title: str) -> bool:
    lead = OF.match(aligned(title))
    return not (lead and lead.group().startswith("doi voi")) and titled_actor(title) is not None


def _tells_tasks(node: Node) -> bool:
    first = next((part for part in (*node.paragraphs, *(child.title for child in node.children)) if part), None)
    return first is not None and opens_with_task(after_mark(first)[0])


def _holds_actors(node: Node) -> bool:
    """Whether a section of the organisation part lists bodies: most of its titles name one."""
    titles = tuple([child.heading for child in node.children if child.heading])
    return node.kind == "organisation" and _name_actors(titles)


@lru_cache(maxsize=64)
def _name_actors(titles: tuple[str, ...]) -> bool:
    named = sum(titled_actor(title) is not None for title in titles)
    return named >= LEAST_NAMED and 2 * named >= len(titles)


LEAST_NAMED = 2
# "3. Chế độ báo cáo", "4. Kinh phí" stand among the bodies
_TOPIC_TITLE = re.compile(
    r"(?:che do|cong tac|viec|ve|noi dung|kinh phi|thoi|tien do|nguon|co che|giai phap|bien phap|kiem tra|giam sat"
    r"|so ket|tong ket|khen|thi dua|trach nhiem|bao cao|dieu kien|yeu cau|muc tieu|nhiem vu|to chuc|phuong)\b"
)


def _voted_actor(title: str) -> str | None:
    """The name that stands as a title among titles that name bodies: "3. Quỹ Bảo trợ trẻ em tỉnh"."""
    name = title.strip(EDGE)
    lead = OF.match(aligned(name)) or ASKED.match(aligned(name))
    name = name[lead.end() :] if lead else name
    if lead and not opens_with_task(name) and len(name.split()) <= NAME_WORDS:
        return name
    if not name[:1].isupper() or len(name.split()) > NAME_WORDS or _TOPIC_TITLE.match(aligned(name)):
        return None
    return None if opens_with_task(name) else name
