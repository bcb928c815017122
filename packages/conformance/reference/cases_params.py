"""Parameter files (operators.md section 2) and NDArray lists (3.9)."""

from case_builders import steps_case
from case_calls import create, create_ex, error, forward, get, get_type, put, step
from case_tensors import fill, ramp, values

FILE = "params/file"
DAMAGE = "params/damage"
LIST = "params/ndlist"
HAND = "by hand"
ADD = [{"name": "sum", "op": "elemwise_add", "inputs": ["data", "w"]}]


def cases():
    yield from versions()
    yield from matching()
    yield from damage()
    yield from lists()


def adds(title, item, file_format=None, expected=None, dtype="float32", **more):
    """data + w with data = 0, so that the output shows what the file's w is."""
    shape = item["shape"]
    model = {"nodes": ADD, "params": [{"name": "arg:w", **item}]}
    if file_format:
        model["paramsFormat"] = file_format
    zeros = fill(shape, 0, dtype)
    make = create({"data": shape}) if dtype == "float32" else create_ex({"data": shape}, {"data": dtype})
    steps = [make, put("data", zeros), forward(), get_type(dtype), get(0, expected if expected is not None else {k: v for k, v in item.items() if k != "sparse"})]
    return steps_case(FILE, title, {"m": model}, steps, source=HAND, **more)


def versions():
    for version in ("legacy", "v1", "v2", "v3"):
        for dtype in ("float32", "float64", "float16", "uint8", "int32", "int8", "int64"):
            if version == "v3" and dtype not in ("float32", "int64"):
                continue
            yield adds(f"{version} {dtype}", ramp([2, 3], 1, 2, dtype), {"version": version}, dtype=dtype)
        if version != "v3":
            for shape in ([5], [2, 3, 4], [1, 2, 3, 2], [2, 1, 2, 1, 3]):
                yield adds(f"{version} of {len(shape)} axes", ramp(shape), {"version": version})
    for device in ([1, 0], [2, 0], [2, 3], [3, 0], [5, 0]):
        for version in ("legacy", "v2"):
            yield adds(f"{version} saved on device {device[0]} {device[1]}", ramp([3]), {"version": version, "device": device})
    yield adds("reserved word is not checked", ramp([3]), {"reserved": 12345})
    yield adds("bytes after the names are ignored", ramp([3]), {"append": "00ff00ff"})
    yield adds("edges of float32", values([6], ["nan", "inf", "-inf", -0.0, 1e-45, 3.4028235e38]))
    # sparse arrays
    for title, rows, items in [("two rows", [0, 2], [1, 2, 3, 4, 5, 6]), ("one row", [3], [7, 8, 9]), ("no rows", [], []), ("all rows", [0, 1, 2, 3], list(range(12)))]:
        dense = [0] * 12
        for i, row in enumerate(rows):
            dense[3 * row : 3 * row + 3] = items[3 * i : 3 * i + 3]
        item = {**values([4, 3], items), "sparse": {"type": "row_sparse", "storedShape": [len(rows), 3], "aux": [rows]}}
        yield adds(f"row_sparse {title}", item, expected=values([4, 3], dense))
    for title, indptr, columns, items in [("scattered", [0, 1, 1, 3], [2, 0, 3], [5, 6, 7]), ("empty", [0, 0, 0, 0], [], []), ("full row", [0, 4, 4, 4], [0, 1, 2, 3], [1, 2, 3, 4])]:
        dense = [0] * 12
        for row in range(3):
            for k in range(indptr[row], indptr[row + 1]):
                dense[4 * row + columns[k]] = items[k]
        item = {**values([3, 4], items), "sparse": {"type": "csr", "storedShape": [len(items)], "aux": [indptr, columns]}}
        yield adds(f"csr {title}", item, expected=values([3, 4], dense))
    item = {**values([3, 2, 2], [1, 2, 3, 4], "float64"), "sparse": {"type": "row_sparse", "storedShape": [1, 2, 2], "aux": [[1]]}}
    yield adds("row_sparse of three axes float64", item, expected=values([3, 2, 2], [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0], "float64"), dtype="float64")
    mixed = [{"name": "arg:w", **ramp([2]), "version": "legacy"}, {"name": "arg:v", **ramp([2], 5), "version": "v1"}, {"name": "arg:u", **ramp([2], 9), "version": "v2"}]
    nodes = [{"name": "a", "op": "add_n", "attrs": {"num_args": "4"}, "inputs": ["data", "w", "v", "u"]}]
    yield steps_case(FILE, "arrays of different versions", {"m": {"nodes": nodes, "params": mixed}}, [create({"data": [2]}), put("data", fill([2], 0)), forward(), get(0, values([2], [14, 17]))], tolerance="rounding", source=HAND)
    for version in ("legacy", "v1", "v2"):
        none = [{"name": "arg:w", **ramp([3])}, {"name": "arg:other", "shape": [0], "none": True, "version": version}]
        yield steps_case(FILE, f"an array that is none in {version}", {"m": {"nodes": ADD, "params": none}}, [create({"data": [3]}, expect=None if version == "v2" else {"any": True})] + ([] if version != "v2" else [put("data", fill([3], 0)), forward(), get(0, ramp([3]))]), source=HAND)
    # an element type in the file sets the type of the argument; parameters of other types than the data
    for dtype in ("float64", "float16"):
        fc = {"nodes": [{"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2", "no_bias": "True"}, "inputs": ["data", "w"]}], "params": [{"name": "arg:w", **ramp([2, 3], dtype=dtype)}]}
        yield steps_case(FILE, f"{dtype} parameters become float32 when no types are given", {"m": fc}, [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(), get_type("float32"), get(0, values([1, 2], [5, 14]))], tolerance="accumulating", k=3, source=HAND + ", operators.md 3.2")


def matching():
    """Which names match (operators.md 2.1 and trap 15)."""

    def named(title, params, expected, nodes=ADD, more=None, **fields):
        steps = [create({"data": [2]}), put("data", fill([2], 0)), forward(), get(0, values([2], expected))]
        return steps_case(FILE, title, {"m": {"nodes": nodes, "params": params, **(more or {})}}, steps, source=HAND, **fields)

    yield named("unknown names are skipped", [{"name": "arg:w", **values([2], [1, 2])}, {"name": "arg:nobody", **ramp([7])}, {"name": "aux:nobody", **ramp([7])}], [1, 2])
    yield named("the last of two arrays of one name", [{"name": "arg:w", **values([2], [1, 2])}, {"name": "arg:w", **values([2], [3, 4])}], [3, 4])
    yield named("names with other prefixes are skipped", [{"name": "arg:w", **values([2], [1, 2])}, {"name": "foo:w", **values([2], [8, 9])}, {"name": ":w", **values([2], [8, 9])}], [1, 2])
    yield named("an empty name", [{"name": "arg:w", **values([2], [1, 2])}, {"name": "", **ramp([2])}], [1, 2])
    yield named("parameters in another order", [{"name": "arg:v", **values([2], [10, 20])}, {"name": "arg:w", **values([2], [1, 2])}], [-9, -18], [{"name": "s", "op": "elemwise_sub", "inputs": ["w", "v"]}, {"name": "sum", "op": "elemwise_add", "inputs": ["data", "s"]}])
    yield steps_case(FILE, "an empty list is no parameters", {"m": {"nodes": [{"name": "twice", "op": "_mul_scalar", "attrs": {"scalar": "2"}, "inputs": ["data"]}], "params": []}}, [create({"data": [2]}), put("data", ramp([2], 1)), forward(), get(0, values([2], [2, 4]))], source=HAND)
    nodes = [{"name": "sum", "op": "elemwise_add", "inputs": ["data", "w"]}]
    missing = {"nodes": nodes, "params": []}
    yield steps_case(FILE, "a missing parameter may be set by name", {"m": missing}, [create({"data": [2]}), put("w", values([2], [5, 6])), put("data", values([2], [1, 2])), forward(), get(0, values([2], [6, 8]))], source=HAND)
    fc = {"nodes": [{"name": "fc", "op": "FullyConnected", "attrs": {"num_hidden": "2", "no_bias": "True"}, "inputs": ["data", "fc_weight"]}], "params": []}
    yield steps_case(FILE, "a missing weight is an error of the first forward", {"m": fc}, [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(expect=error("fc_weight", code="LP_ERROR_MISSING"))], source=HAND + ", operators.md 3.2")
    bn = {"nodes": [{"name": "bn", "op": "BatchNorm", "inputs": ["data", "bn_gamma", "bn_beta", "bn_moving_mean", "bn_moving_var"]}], "params": [{"name": "arg:bn_gamma", **fill([3], 1)}, {"name": "arg:bn_beta", **fill([3], 0)}, {"name": "aux:bn_moving_mean", **fill([3], 0)}]}
    yield steps_case(FILE, "a missing state is an error of the first forward", {"m": bn}, [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(expect=error("bn_moving_var", code="LP_ERROR_MISSING"))], source=HAND + ", operators.md 3.2")
    fc_stored = {**fc, "params": [{"name": "arg:fc_weight", **ramp([2, 3])}]}
    yield steps_case(FILE, "a stored weight may be overridden by name", {"m": fc_stored}, [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(), get(0, values([1, 2], [5, 14])), put("fc_weight", fill([2, 3], 1)), forward(), get(0, values([1, 2], [3, 3]))], tolerance="accumulating", k=3, source=HAND)
    prefixless = {**fc, "params": [{"name": "fc_weight", **ramp([2, 3])}]}
    yield steps_case(FILE, "a name without prefix matches", {"m": prefixless}, [create({"data": [1, 3]}), put("data", ramp([1, 3])), forward(), get(0, values([1, 2], [5, 14]))], tolerance="accumulating", k=3, source=HAND + ", operators.md 2.1")


def damage():
    good = {"nodes": ADD, "params": [{"name": "arg:w", **ramp([2, 3])}]}
    size = 24 + 4 + 4 + 4 + 16 + 8 + 4 + 24 + 8 + 8 + 5

    def refuses(title, file_format=None, params=None, code="LP_ERROR_PARAMS", **fields):
        model = {**good, **({"params": params} if params is not None else {}), **({"paramsFormat": file_format} if file_format else {})}
        return steps_case(DAMAGE, "refuses " + title, {"m": model}, [create({"data": [2, 3]}, expect=error(code=code), **fields)], source=HAND)

    for cut in (0, 1, 7, 8, 15, 16, 23, 24, 27, 31, 35, 40, 51, 55, 59, 63, 64, 80, 87, 88, 95, 96, 103, 104, size - 1):
        yield refuses(f"the first {cut} bytes", {"truncate": cut})
    for cut in (30, 40, 60, 70):
        yield refuses(f"the first {cut} bytes of a legacy file", {"version": "legacy", "truncate": cut})
    yield refuses("a wrong magic", {"patch": [[0, "13"]]})
    yield refuses("another file", {"hex": "89504e470d0a1a0a0000000d494844520000000100000001"})
    yield refuses("more arrays than there are", {"patch": [[16, "02"]]})
    yield refuses("an absurd number of arrays", {"patch": [[16, "ffffffffffffff7f"]]})
    yield refuses("fewer names than arrays", {"unnamed": True})
    yield refuses("a name longer than the file", {"patch": [[size - 13, "00001000"]]})
    yield refuses("an unknown element type", params=[{"name": "arg:w", **ramp([2, 3]), "typeFlag": 99}])
    yield refuses("a negative element type", params=[{"name": "arg:w", **ramp([2, 3]), "typeFlag": -2}])
    yield refuses("an unknown storage type", {"patch": [[28, "07"]]})
    yield refuses("an absurd number of axes", {"patch": [[32, "00001000"]]})
    yield refuses("a dimension that overflows", {"patch": [[36, "ffffffffffffff7f"]]})
    yield refuses("dimensions whose product overflows", {"patch": [[36, "0000000100000000" + "0000000100000000"]]})
    yield refuses("a negative dimension", {"patch": [[36, "feffffffffffffff"]]})
    yield refuses("a legacy array of absurd axes", {"version": "legacy", "patch": [[24, "00001000"]]})
    rows = {**values([4, 3], [1, 2, 3]), "name": "arg:w"}
    yield refuses("a sparse row beyond the array", params=[{**rows, "sparse": {"type": "row_sparse", "storedShape": [1, 3], "aux": [[9]]}}])
    yield refuses("a sparse row of negative index", params=[{**rows, "sparse": {"type": "row_sparse", "storedShape": [1, 3], "aux": [[-1]]}}])
    csr = {**values([2, 3], [5]), "name": "arg:w"}
    yield refuses("a sparse column beyond the array", params=[{**csr, "sparse": {"type": "csr", "storedShape": [1], "aux": [[0, 1, 1], [8]]}}])
    yield refuses("csr pointers that fall", params=[{**csr, "sparse": {"type": "csr", "storedShape": [1], "aux": [[0, 1, 0], [0]]}}])
    yield refuses("no parameters pointer", code="LP_ERROR_ARGUMENT", nullParams=True)
    yield refuses("a negative size", code="LP_ERROR_ARGUMENT", paramsSize=-1)
    for shape in ([3, 2], [6], [2, 3, 1]):
        model = {**good, "params": [{"name": "arg:w", **ramp(shape)}]}
        yield steps_case(DAMAGE, f"refuses a parameter of shape {'x'.join(map(str, shape))}", {"m": model}, [create({"data": [2, 3]}, expect=error(code="LP_ERROR_SHAPE"))], source=HAND)


def lists():
    def nd(title, params, expected, file_format=None, **more):
        model = {"params": params, **({"paramsFormat": file_format} if file_format else {})}
        steps = [step("MXNDListCreate", {"length": len(params)}, **{"as": "l"}, model="m")]
        for index, (key, array) in enumerate(expected):
            steps.append(step("MXNDListGet", {"key": key, "shape": array["shape"], "array": array}, handle="l", index=index))
        steps.append(step("MXNDListFree", handle="l"))
        return steps_case(LIST, title, {"m": model}, steps, source=HAND, **more)

    for version in ("legacy", "v1", "v2"):
        yield nd(f"{version} mean image", [{"name": "mean_img", **ramp([3, 2, 2])}], [("mean_img", ramp([3, 2, 2]))], {"version": version})
    yield nd("three arrays", [{"name": "a", **ramp([2])}, {"name": "b", **ramp([1, 3], 5)}, {"name": "c", **ramp([2, 2], -1)}], [("a", ramp([2])), ("b", ramp([1, 3], 5)), ("c", ramp([2, 2], -1))])
    yield nd("prefixes are kept", [{"name": "arg:w", **ramp([2])}, {"name": "aux:m", **ramp([2])}], [("arg:w", ramp([2])), ("aux:m", ramp([2]))])
    yield nd("no names", [{"name": "x", **ramp([2])}, {"name": "y", **ramp([3])}], [("", ramp([2])), ("", ramp([3]))], {"unnamed": True})
    yield nd("empty list", [], [])
    yield nd("two arrays of one name", [{"name": "a", **ramp([2])}, {"name": "a", **ramp([2], 7)}], [("a", ramp([2])), ("a", ramp([2], 7))])
    for dtype, data in [("float64", values([3], [0.5, -2, 1e10], "float64")), ("float16", values([4], [0.5, -2, 1024, 0], "float16")), ("int32", ramp([3], -1, 1, "int32")), ("uint8", values([4], [0, 1, 128, 255], "uint8")), ("int8", values([4], [-128, -1, 0, 127], "int8")), ("int64", ramp([2], -5, 3, "int64"))]:
        yield nd(f"{dtype} becomes float32", [{"name": "a", **data}], [("a", {k: v for k, v in data.items() if k != "dtype"})])
    row = {**values([3, 2], [5, 6]), "name": "s", "sparse": {"type": "row_sparse", "storedShape": [1, 2], "aux": [[1]]}}
    yield nd("row_sparse becomes dense", [row], [("s", values([3, 2], [0, 0, 5, 6, 0, 0]))])
    two = {"m": {"params": [{"name": "a", **ramp([2])}]}}
    yield steps_case(LIST, "an index too large", two, [step("MXNDListCreate", {"length": 1}, **{"as": "l"}, model="m"), step("MXNDListGet", error("out of range", code="LP_ERROR_INDEX"), handle="l", index=1), step("MXNDListGet", {"key": "a", "array": ramp([2])}, handle="l", index=0)], source=HAND)
    yield steps_case(LIST, "free of NULL", two, [step("MXNDListFree", handle=None)], source=HAND)
    for cut in (0, 8, 20, 30, 60):
        yield steps_case(LIST, f"refuses the first {cut} bytes", {"m": {"params": [{"name": "a", **ramp([2])}], "paramsFormat": {"truncate": cut}}}, [step("MXNDListCreate", error(code="LP_ERROR_PARAMS"), **{"as": "l"}, model="m")], source=HAND)
    yield steps_case(LIST, "refuses a wrong magic", {"m": {"params": [{"name": "a", **ramp([2])}], "paramsFormat": {"patch": [[0, "ff"]]}}}, [step("MXNDListCreate", error(code="LP_ERROR_PARAMS"), **{"as": "l"}, model="m")], source=HAND)
    yield steps_case(LIST, "refuses NULL bytes", two, [step("MXNDListCreate", error(code="LP_ERROR_ARGUMENT"), **{"as": "l"}, model="m", nullParams=True)], source=HAND)
    yield steps_case(LIST, "refuses a negative size", two, [step("MXNDListCreate", error(code="LP_ERROR_ARGUMENT"), **{"as": "l"}, model="m", paramsSize=-1)], source=HAND)
    yield steps_case(LIST, "refuses NULL out", two, [step("MXNDListCreate", error(code="LP_ERROR_ARGUMENT"), **{"as": "l"}, model="m", nullOut=True)], source=HAND)
    yield steps_case(LIST, "get refuses a NULL handle", two, [step("MXNDListGet", error(code="LP_ERROR_ARGUMENT"), handle=None, index=0)], source=HAND)
