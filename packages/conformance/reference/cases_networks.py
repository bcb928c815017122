"""What whole networks brought to light: each was wrong or failed in one of them once."""

import functools

from cases_convolution import conv

FILE = "operator/networks"
one_deep = functools.partial(conv, file=FILE)


def cases():
    # Video networks: in their last layers the data is one image deep and windows reach over its edges.
    for kernel, pad in (((3, 1, 1), (1, 0, 0)), ((3, 3, 3), (1, 1, 1)), ((3, 1, 3), (1, 0, 1)), ((3, 3, 1), (1, 1, 0))):
        yield one_deep(1, 40, (1, 6, 7), 35, kernel, pad=pad, no_bias=True)
        yield one_deep(2, 20, (1, 5, 6), 18, kernel, pad=pad, stride=(2, 1, 1))
    yield one_deep(1, 17, (1, 5, 6), 17, (3, 3, 3), pad=(1, 1, 1), group=17)
    yield one_deep(1, 20, (1, 5, 6), 18, (1, 1, 1), pad=(1, 0, 0), stride=(3, 1, 1))
    yield one_deep(1, 3, (1, 9, 8), 18, (3, 3, 3), pad=(1, 1, 1))
