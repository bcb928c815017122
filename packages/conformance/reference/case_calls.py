"""Short forms of steps (../README.md, "Steps")."""

ASK = None  # an expected array that make_goldens.py asks of the reference


def step(call, expect=None, **fields):
    result = {"call": call, **fields}
    if expect is not None:
        result["expect"] = expect
    return result


def error(*phrases, code=None):
    """The call fails, its text has all the phrases, and its code, where the library has codes, is this."""
    expect = {"error": list(phrases)}
    if code is not None:
        expect["code"] = code
    return expect


def create(keys=None, model="m", name="p", expect=None, **fields):
    return step("MXPredCreate", expect, **{"as": name}, model=model, keys=keys, **fields)


def create_ex(keys, dtypes, model="m", name="p", expect=None, **fields):
    return step("MXPredCreateEx", expect, **{"as": name}, model=model, keys=keys, dtypes=dtypes, **fields)


def create_partial(keys, outputs, model="m", name="p", expect=None, **fields):
    return step("MXPredCreatePartialOut", expect, **{"as": name}, model=model, keys=keys, outputs=outputs, **fields)


def reshape(keys, name, handle="p", expect=None, **fields):
    return step("MXPredReshape", expect, **{"as": name}, handle=handle, keys=keys, **fields)


def put(key, data, handle="p", expect=None, **fields):
    return step("MXPredSetInput", expect, handle=handle, key=key, data=data, **fields)


def forward(handle="p", expect=None):
    return step("MXPredForward", expect, handle=handle)


def get(index=0, array=ASK, handle="p", expect=None, **fields):
    return step("MXPredGetOutput", expect or {"array": array}, handle=handle, index=index, **fields)


def get_shape(shape, index=0, handle="p"):
    return step("MXPredGetOutputShape", {"shape": shape}, handle=handle, index=index)


def get_type(dtype, index=0, handle="p"):
    return step("MXPredGetOutputType", {"dtype": dtype}, handle=handle, index=index)
