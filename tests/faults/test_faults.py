"""Faults at every seam of a whole job, in any order with what people do to its rows and its folder.

However that goes: N rows in are N accounted for, nothing finished is asked twice, no file of a person's is ever
replaced, what goes wrong is one line, and once everything is let finish the folder is as if nothing had happened.
`AIGC_FAULT_STEPS` says how many steps are taken, 500 unless it is said.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from aigc.errors import AigcError, UsageError
from aigc.types import Json

from .seams import ANYWHERE, KINDS, Fault, PowerCut
from .world import FORMATS, SET_ASIDE, UNLIKE, LedgerRows, Rows, Shop, World

STEPS = int(os.environ.get("AIGC_FAULT_STEPS", "500"))
ROUND = 500  # steps of one test
MEMORY = Path("/dev/shm")  # SQLite's own syncs take no time there
EXAMPLE = 20  # steps over one folder
IDS = st.sampled_from([f"r{number}" for number in range(1, 7)])
PRODUCTS = st.integers(0, 99).map(lambda number: f"tent {number}" if number % 8 else "")  # no row that can be read
OWN = st.sampled_from(["notes.txt", "content.csv", "cards/r1.txt", "cards/r2.txt", f"content{SET_ASIDE}).csv"])
OFTEN = {"file": 200, "look": 500, "database": 130, "generator": 16, "plugin": 24}  # meetings of a run, about


def fault_of(number: int) -> Fault | None:
    """Return what goes wrong in a run; nothing in one of five. All are equally likely, and none is simpler."""
    draw = random.Random(number)
    if draw.random() < 0.2:
        return None
    seam = draw.choice(sorted(KINDS))
    kind = draw.choice([*KINDS[seam], *ANYWHERE, "cut", "cut"])
    at, lasting = draw.randint(1, OFTEN[seam]), draw.random() < 0.3
    return Fault(seam=seam, kind=kind, at=at, lasting=lasting, draw=draw.randint(0, 999))


FAULTS = st.integers(0, 99_999).map(fault_of)


class Week(RuleBasedStateMachine):
    """This is a hostile and unlucky week over one folder, and what is expected of it."""

    shop: Shop
    steps = 0
    wholes: ClassVar[dict[tuple[tuple[str, str], ...], tuple[dict[str, bytes], Json]]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.shop.forget()
        self.seams, self.world = self.shop.seams, World(self.shop, self.shop.root / "out")
        self.patch = pytest.MonkeyPatch()
        self.seams.install(self.patch)
        self.rows: dict[str, str] = {}
        self.possible: list[Rows] = []  # what may stand in the ledger
        self.mine: dict[str, bytes] = {}  # files that people wrote or changed
        self.written = 0
        self.sound = True  # until a step fails
        self.stirred = False

    def teardown(self) -> None:
        try:
            if self.stirred and self.sound:
                self.let_finish()
        finally:
            self.patch.undo()

    @initialize(rows=st.dictionaries(IDS, PRODUCTS, min_size=1, max_size=5))
    def asked_for(self, rows: dict[str, str]) -> None:
        self.rows = rows

    @rule(
        new=st.dictionaries(IDS, PRODUCTS, min_size=1, max_size=3),
        gone=IDS,
        fault=FAULTS,
        exports=st.sampled_from([FORMATS, FORMATS, FORMATS[:1], FORMATS[1:], ()]),
        how=st.sampled_from(["plain", "plain", "plain", "fresh", "retry"]),
        reuse=st.booleans(),
        begun=st.sampled_from([None, None, None, 0, 1, 2]),
    )
    def change_and_run(self, new: dict[str, str], gone: str, **run: Any) -> None:
        """Add, edit and delete rows, and run the job."""
        self.rows = {name: product for name, product in self.rows.items() if name != gone} | new
        self.run(**run)

    @rule(fault=FAULTS, how=st.sampled_from(["plain", "fresh", "retry"]), reuse=st.booleans())
    def run_again(self, fault: Fault | None, how: str, reuse: bool) -> None:
        self.run(fault, FORMATS, how, reuse, None)

    def run(self, fault: Fault | None, exports: tuple[str, ...], how: str, reuse: bool, begun: int | None) -> None:
        self.stirred = True
        before = self.world.ledger_rows()
        self.possible.append(dict(self.rows))

        def act() -> None:
            report = self.world.run(
                self.rows, exports=exports, fresh=how == "fresh", retry=how == "retry", reuse=reuse, begun=begun
            )
            assert report.briefs == len(self.rows) == sum(report.counts.values()) + report.waiting

        self.suffer(fault, act)
        if how != "fresh":
            self.check_asked(before, ("failed",) if how == "retry" else (), fault)
        self.look()

    @rule(fault=FAULTS, name=st.sampled_from(FORMATS))
    @precondition(lambda self: self.stirred)
    def export(self, fault: Fault | None, name: str) -> None:
        if self.world.ledger_rows():
            self.suffer(fault, lambda: self.world.export(name))
        self.look()

    @rule(what=st.sampled_from(["put", "edit", "edit", "delete"]), own=OWN, number=st.integers(0, 99))
    def meddle(self, what: str, own: str, number: int) -> None:
        """Put a file of one's own into the folder, edit an export, or delete one."""
        self.count()
        path, names = self.world.folder / own, self.exported()
        if what == "put" and not path.exists():
            self.write_mine(path, b"id,product\n1,mine")
        elif what != "put" and names:
            path = self.world.folder / names[number % len(names)]
            self.write_mine(path, path.read_bytes()) if what == "edit" else path.unlink()

    @rule()
    @precondition(lambda self: self.stirred)
    def let_finish(self) -> None:
        """Let everything finish, with one's own files out of the way: as if nothing had happened."""
        self.count()
        self.stirred = False
        for name in [name for name in self.mine if SET_ASIDE not in name and name != "notes.txt"]:
            self.written += 1
            path = self.world.folder / name
            self.mine[other := f"mine {self.written}.txt"] = self.mine.pop(name)
            path.rename(self.world.folder / other)
        self.possible.append(dict(self.rows))
        self.sound = False
        before = self.world.ledger_rows()
        report = self.world.run(self.rows, retry=True)
        self.check_asked(before, ("failed",), None)
        assert not (report.problems or report.waiting), report
        self.look()
        files, outcome = self.whole()
        for told, expected in zip(self.world.outcome(), outcome, strict=True):
            assert told == expected, "the report tells the same"
        left = {name: text for name, text in self.world.files().items() if name not in self.mine}
        assert apart(left) == files, "and so do all files"
        self.possible = [dict(self.rows)]

    def suffer(self, fault: Fault | None, act: Callable[[], None]) -> None:
        """Let something happen, with a fault. What goes wrong is one line."""
        self.count()
        self.sound = False
        with self.seams.armed(fault), suppress(PowerCut):
            try:
                act()
            except AigcError as error:
                assert fault or isinstance(error, UsageError), error
                assert "\n" not in str(error)
            except KeyboardInterrupt:
                assert fault and fault.kind == "interrupt"

    def check_asked(self, before: LedgerRows | None, again: tuple[str, ...], fault: Fault | None) -> None:
        """Hold what was asked against what was known; pieces `again` are those of some statuses."""
        asked = self.world.diary.asked
        assert len(asked) == len(set(asked)) or (fault and fault.seam == "generator"), "asked twice in one run"
        for name, (status, product, anew) in before.pieces.items() if before else ():
            if product == self.rows.get(name) and status not in again:
                mine = {one for one in asked if one[0] == name}
                unseen = fault and fault.seam == "look"  # its file looked as if it was lost
                assert not mine or status == "waiting" or unseen, "finished, and asked again"
                assert anew or not before or not mine & before.recorded, "answered, and asked again"

    def look(self) -> None:
        """Hold the folder against what must always be so, at the end of every step."""
        rows = self.world.ledger_rows()
        if rows is not None and (rows.pieces or len(self.possible) == 1):
            stand = {name: product for name, (_, product, _) in rows.pieces.items()}
            assert not rows.pieces or stand in self.possible, "all are accounted for, as they were asked for once"
        files = self.world.files()
        for name, text in list(self.mine.items()):
            if files.get(name) != text:  # it may have been set aside, and nothing else
                (other,) = [one for one in files if SET_ASIDE in one and files[one] == text]
                self.mine[other] = self.mine.pop(name)
        assert not [one for one in files if SET_ASIDE in one and one not in self.mine], "nobody changed that"
        self.sound = True

    def whole(self) -> tuple[dict[str, bytes], Json]:
        """Return the files and the report's data of a run of these rows that nothing disturbed."""
        key = tuple(self.rows.items())
        if key not in self.wholes:
            world = World(self.shop, self.shop.root.with_name(f"whole {len(self.wholes)}"))
            world.run(self.rows, reuse=False)
            self.wholes[key] = apart(world.files()), world.outcome()
        return self.wholes[key]

    def exported(self) -> list[str]:
        return sorted(
            name
            for name in self.world.files()
            if name.startswith(("content", "cards/", "artifacts")) and SET_ASIDE not in name and name not in self.mine
        )

    def write_mine(self, path: Path, text: bytes) -> None:
        self.written += 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text + f"\nmine {self.written}\n".encode())
        self.mine[path.relative_to(self.world.folder).as_posix()] = path.read_bytes()

    def count(self) -> None:
        type(self).steps += 1


def apart(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files but those that are never alike."""
    return {name: text for name, text in files.items() if not name.startswith(UNLIKE)}


@pytest.mark.faults
@pytest.mark.parametrize("number", range(-(-STEPS // ROUND)))
def test_a_hostile_and_unlucky_week(number: int) -> None:
    plan = settings(
        stateful_step_count=EXAMPLE,
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    Week.steps, part = 0, 0
    with tempfile.TemporaryDirectory(prefix="faults-", dir=MEMORY if MEMORY.is_dir() else None) as place:
        Week.shop = Shop(Path(place).resolve() / "shop")
        Week.wholes.clear()
        while Week.steps < ROUND:
            many = settings(plan, max_examples=max(5, (ROUND - Week.steps) // EXAMPLE))  # the first is the simplest
            run_state_machine_as_test(seed(1000 * number + part)(Week), settings=many)
            part += 1
