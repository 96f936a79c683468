"""Sequences of unequal lengths, and windows of long ones."""

from .. import _elman


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Sequences of unequal lengths as one array, padded or cut at one end.

    Raises:
        ValueError: for sequences whose steps have different shapes.

    >>> pad_sequences([[1, 2, 3], [4]], padding="post").tolist()
    [[1, 2, 3], [4, 0, 0]]
    """
    return _elman.pad_sequences(list(sequences), maxlen, dtype, padding, truncating, value)


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
):
    """Windows of a long series in batches, perhaps with targets, which `fit` takes.

    Raises:
        ValueError: for windows that don't fit the series.

    >>> import numpy as np
    >>> windows = timeseries_dataset_from_array(np.arange(10.0), np.arange(3.0, 10.0), 3, batch_size=4)
    >>> [x.shape for x, y in windows]
    [(4, 3), (3, 3)]
    """
    given = {
        "sequence_length": sequence_length,
        "sequence_stride": sequence_stride,
        "sampling_rate": sampling_rate,
        "batch_size": batch_size,
        "shuffle": shuffle,
        "seed": seed,
        "start_index": start_index,
        "end_index": end_index,
    }
    return _elman.timeseries(data, targets, given)
