"""Names start anew with each test."""

import pytest

import elman


@pytest.fixture(autouse=True)
def _names_start_anew():
    elman.utils.clear_session()
