"""What happened to each file that was dropped."""

from typing import Final

from bikeshare.drops import Lane
from chalicelib.contract import parameter
from chalicelib.contract.operation import Operation
from chalicelib.queries import DropState

TAG: Final = "Operations"

LANE: Final = parameter.word("lane", "Only drops of this lane.", Lane, default=None, example="live")
STATE: Final = parameter.word(
    "state", "Only drops in this state.", DropState, default=None, example="refused"
)
LIMIT: Final = parameter.whole_number(
    "limit", "How many drops at most.", within=(1, 1000), default=100, example=20
)
AFTER: Final = parameter.identifier(
    "after",
    "Only drops after this one in the order of the list: the next_after of the page before.",
    example="4f1c2d8e9ab34567c0de",
)
DROP_ID: Final = parameter.in_path("drop_id", "The id of the drop.", example="4f1c2d8e9ab34567c0de")

LIST_DROPS: Final = Operation(
    path="/api/v1/drops",
    name="listDrops",
    tag=TAG,
    summary="What became of the files, the newest first",
    schema="DropList",
    problems=(404,),
    parameters=(LANE, STATE, AFTER, LIMIT),
    shown=(STATE, LIMIT),
)
SHOW_DROP: Final = Operation(
    path="/api/v1/drops/{drop_id}",
    name="showDrop",
    tag=TAG,
    summary="One file, with each attempt at publishing it",
    schema="Drop",
    parameters=(DROP_ID,),
    problems=(404,),
)
