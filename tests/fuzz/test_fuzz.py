"""Whatever the bytes: an error of the tree, or a sound statement; `make fuzz` looks longer and further."""

import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from pieces import CORPUS, NAME, files
from target import read

NOTHING_TO_CUT = tries(suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / NAME


@tries(NOTHING_TO_CUT, max_examples=150)
@given(files())
def test_a_file_of_mixed_and_damaged_pieces_is_refused_or_sound(path, content):
    read(path, content)


@tries(NOTHING_TO_CUT, max_examples=100)
@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_sound(path, content):
    read(path, content)


@tries(NOTHING_TO_CUT, max_examples=60)
@given(st.sampled_from(sorted(CORPUS)), st.randoms(use_true_random=False))
def test_a_sample_with_random_bytes_in_it_is_refused_or_sound(path, name, chance: random.Random):
    content = bytearray(CORPUS[name])
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    read(path, bytes(content))


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_what_is_looked_for_holds_of_every_sample(name, path):
    assert not any(isinstance(result, Exception) for result in read(path, CORPUS[name]))


@pytest.mark.soak
@tries(NOTHING_TO_CUT, max_examples=20_000)
@given(files())
def test_many_files_of_mixed_and_damaged_pieces_are_refused_or_sound(path, content):
    read(path, content)
