"""Files of the tagger that are not whole, or not what they say: refused by name before crfsuite follows them."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pycrfsuite
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import InputError
from annotator.files.scratch import PREFIX, scratch, sweep
from annotator.suggest.learned.crf_file import attributes_of
from tests.cli.test_hostile_arguments import FUZZ_SECONDS
from tests.processes import start

OPEN = """
import signal, sys
import pycrfsuite
from pathlib import Path
from annotator.errors import InputError
from annotator.suggest.learned.crf_file import attributes_of
signal.alarm(60)
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        known = list(attributes_of(path))
    except InputError:
        continue
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    try:
        labels = tagger.labels()
        tagger.set([[*known, "w=1", "none"]] * 4)
        tagger.tag()
        for label in labels:
            tagger.marginal(label, 0)
    except (ValueError, RuntimeError):
        pass
print("done")
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("crf") / "model.crf"
    chance = random.Random(7)
    trainer = pycrfsuite.Trainer(verbose=False)
    for _ in range(30):
        words = [[f"w={chance.randrange(40)}", "b", "ñ=México"] for _ in range(8)]
        trainer.append(words, [chance.choice(("O", "B-X", "I-X")) for _ in words])
    trainer.train(str(path))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    assert attributes_of(path) == frozenset(tagger.info().attributes)
    return path.read_bytes()


def refused(folder: Path, data: bytes) -> str:
    path = folder / "tagger.crf"
    path.write_bytes(data)
    with pytest.raises(InputError) as raised:
        attributes_of(path)
    assert str(path) in str(raised.value)
    return str(raised.value)


def test_a_file_cut_short_by_a_full_disk_is_told(model: bytes, tmp_path: Path) -> None:
    for length in (0, 3, 47, 48, 100, 1000, len(model) // 2, len(model) - 1):
        assert "free some space if the disk is full" in refused(tmp_path, model[:length])
        if length >= 48:  # as crfsuite writes it: the size comes last
            refused(tmp_path, model[:4] + struct.pack("<I", length) + model[8:length])


def test_a_table_of_names_in_which_a_search_never_ends_is_told(model: bytes, tmp_path: Path) -> None:
    (names,) = struct.unpack_from("<I", model, 36)
    spoilt = bytearray(model)
    for table in range(256):
        at, count = struct.unpack_from("<II", model, names + 24 + 8 * table)
        for bucket in range(count):
            place = names + at + 8 * bucket + 4
            if struct.unpack_from("<I", model, place) == (0,):
                spoilt[place : place + 4] = struct.pack("<I", 24 + 8 * 256)
    assert "a table of names has no end" in refused(tmp_path, bytes(spoilt))


def test_what_passes_is_safe_to_open(model: bytes, tmp_path: Path) -> None:
    chance = random.Random(3)
    for number in range(int(FUZZ_SECONDS * 20) or 400):
        spoilt = bytearray(model)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(spoilt) - 4)
            value = chance.choice((0, 1, len(model), 2**31, 2**32 - 1, chance.randrange(9999)))
            spoilt[at : at + 4] = struct.pack("<I", value)
        (tmp_path / f"{number}.crf").write_bytes(spoilt)
    process = start(OPEN, tmp_path)
    out, err = process.communicate(timeout=120 + FUZZ_SECONDS)
    assert (process.returncode, out) == (0, "done\n"), err


@settings(max_examples=200)
@given(data=st.binary(max_size=300))
def test_anything_else_is_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    refused(tmp_path_factory.getbasetemp(), b"lCRF" + data)


class TestScratch:
    def test_it_goes_with_the_work_and_what_was_killed_is_swept(self, tmp_path: Path) -> None:
        left = tmp_path / f"{PREFIX}left"
        left.mkdir()
        (left / ".lock").touch()
        (left / "fold.crf").write_bytes(b"half")
        mine = tmp_path / "mine"
        mine.mkdir()
        (tmp_path / f"{PREFIX}link").symlink_to(mine)
        with scratch(tmp_path) as first, scratch(tmp_path) as second:
            assert not left.exists()
            assert first.is_dir()
            assert second.is_dir()
            sweep(tmp_path)
            assert first.is_dir()
        assert sorted(path.name for path in tmp_path.iterdir()) == [f"{PREFIX}link", "mine"]

    def test_one_that_is_just_being_made_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / f"{PREFIX}new").mkdir()
        sweep(tmp_path)
        assert (tmp_path / f"{PREFIX}new").is_dir()

    def test_where_nothing_can_be_written_it_is_elsewhere(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way", encoding="utf-8")
        with scratch(tmp_path / "file") as made:
            assert made.is_dir()
        assert not made.exists()
