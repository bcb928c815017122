"""The check vectors of operators.md section 7: T1 rows of 7.1, all rows of 7.2.

A row of 7.1 is stored with the reference's own digits; make_goldens.py checks that they round to the
seven that the document prints. The expected values of 7.2 are the document's: it observed them on a
2015 library that nobody can run any more.
"""

from case_builders import free, given, op_case, state, stored
from case_tensors import fill, ramp, values

FILE = "operator/vectors"

# op | attributes | inputs | output | tolerance | k
ROWS = """
Convolution | kernel=(3,3) num_filter=1 no_bias=True pad=(1,1) stride=(2,2) | 1x1x4x4: ramp; 1x1x3x3: ramp | 1x1x2x2: 73 154 279 438 | 9
Convolution | kernel=(2,2) num_filter=1 no_bias=True dilate=(2,2) | 1x1x4x4: ramp; 1x1x2x2: 1 2 3 4 | 1x1x2x2: 68 78 108 118 | 4
Convolution | kernel=(1,1) num_filter=4 num_group=2 | 1x4x1x1: 1 2 3 4; 4x2x1x1: ramp; 4: all 0.5 | 1x4x1x1: 2.5 8.5 32.5 46.5 | 2
Convolution | kernel=(2,) num_filter=1 no_bias=1 | 1x1x4: ramp; 1x1x2: 1 2 | 1x1x3: 2 5 8 | 2
Convolution | kernel=(2,1,1) num_filter=1 no_bias=1 | 1x1x3x1x1: 0 1 2; 1x1x2x1x1: 1 2 | 1x1x2x1x1: 2 5 | 2
Deconvolution | kernel=(3,3) stride=(2,2) pad=(1,1) num_filter=1 | 1x1x2x2: 1 2 3 4; 1x1x3x3: ramp | 1x1x3x3: 4 11 8 10 26 18 12 27 16 | 9
Deconvolution | kernel=(3,3) stride=(2,2) pad=(1,1) adj=(1,1) num_filter=1 | 1x1x2x2: 1 2 3 4; 1x1x3x3: ramp | 1x1x4x4: 4 11 8 10 10 26 18 24 12 27 16 20 21 48 28 32 | 9
Deconvolution | kernel=(4,4) stride=(2,2) target_shape=(3,3) num_filter=1 | 1x1x2x2: 1 2 3 4; 1x1x4x4: ramp | 1x1x3x3: 32 42 28 72 82 52 62 69 40 | 16
Deconvolution | kernel=(1,1) num_filter=4 num_group=2 no_bias=False | 1x2x1x1: 1 2; 2x2x1x1: 1 2 3 4; 4: ramp | 1x4x1x1: 1 3 8 11 | 1
Deconvolution | kernel=(2,2) dilate=(2,2) num_filter=1 | 1x1x2x2: 1 2 3 4; 1x1x2x2: 1 2 3 4 | 1x1x4x4: 1 2 2 4 3 4 6 8 3 6 4 8 9 12 12 16 | 4
FullyConnected | num_hidden=2 | 1x3: 0 1 2; 2x3: ramp; 2: 0.5 1 | 1x2: 5.5 15 | 3
FullyConnected | num_hidden=2 flatten=False no_bias=1 | 1x2x2: ramp; 2x2: ramp | 1x2x2: 1 3 3 13 | 2
Pooling | kernel=(3,3) stride=(2,2) pad=(1,1) pool_type=avg pooling_convention=full | 1x1x6x6: ramp | 1x1x4x4: 1.555556 3.333333 4.666667 2.666667 8.333334 14 16 8.5 16.33333 26 28 14.5 10.16667 16 17 8.75 | 9
Pooling | kernel=(3,3) stride=(2,2) pad=(1,1) pool_type=avg pooling_convention=full count_include_pad=False | 1x1x6x6: ramp | 1x1x4x4: 3.5 5 7 8 12.5 14 16 17 24.5 26 28 29 30.5 32 34 35 | 9
Pooling | kernel=(2,2) stride=(3,3) pool_type=max pooling_convention=full | 1x1x6x6: ramp | 1x1x3x3: 7 10 -3.402823e+38 25 28 -3.402823e+38 -3.402823e+38 -3.402823e+38 -3.402823e+38 | exact
Pooling | kernel=(3,3) stride=(2,2) pool_type=max | 1x1x6x6: ramp | 1x1x2x2: 14 16 26 28 | exact
Pooling | kernel=(3,3) stride=(2,2) pool_type=sum pad=(1,1) | 1x1x6x6: ramp | 1x1x3x3: 14 30 42 75 126 144 147 234 252 | 9
Pooling | kernel=(2,2) stride=(2,2) pool_type=lp p_value=3 | 1x1x6x6: ramp | 1x1x3x3: 8.242571 10.84635 13.60818 25.51774 28.59443 31.68971 44.18107 47.32088 50.465 | 4
Pooling | global_pool=True pool_type=avg kernel=(7,7) pad=(3,3) stride=(2,2) | 1x1x3x3: ramp | 1x1x1x1: 4 | 9
LRN | nsize=3 alpha=1 beta=0.5 knorm=1 | 1x3x1x1: 1 2 3 | 1x3x1x1: 0.6123724 0.840168 1.299038 | 3
LeakyReLU | act_type=leaky | 3: -1.5 0 2 | 3: -0.375 0 2 | rounding
LeakyReLU | act_type=elu | 3: -1.5 0 2 | 3: -0.1942175 0 2 | transcendental
LeakyReLU | act_type=selu | 3: -1.5 0 2 | 3: -1.365814 0 2.101402 | transcendental
LeakyReLU | act_type=gelu | 3: -1.5 0 2 | 3: -0.1002108 0 1.9545 | transcendental
LeakyReLU | act_type=rrelu | 3: -1.5 0 2 | 3: -0.34425 0 2 | rounding
LeakyReLU | act_type=prelu | 1x2x1x2: -1 1 -2 2; 2: 0.5 0.1 | 1x2x1x2: -0.5 1 -0.2 2 | rounding
Activation | act_type=sigmoid | 3: -1.5 0 2 | 3: 0.1824255 0.5 0.880797 | transcendental
Activation | act_type=tanh | 3: -1.5 0 2 | 3: -0.9051483 0 0.9640276 | transcendental
Activation | act_type=softrelu | 3: -1.5 0 2 | 3: 0.2014133 0.6931472 2.126928 | transcendental
Activation | act_type=softsign | 3: -1.5 0 2 | 3: -0.6 0 0.6666667 | rounding
SoftmaxActivation | mode=instance | 1x2x1x2: ramp | 1x2x1x2: 0.2689414 0.7310586 0.2689414 0.7310586 | transcendental
SoftmaxActivation | mode=channel | 1x2x1x2: ramp | 1x2x1x2: 0.1192029 0.1192029 0.880797 0.880797 | transcendental
SoftmaxOutput | – | 1x2x1x2: ramp; 1x2x1: 0 0 | 1x2x1x2: 0.0320586 0.08714432 0.2368828 0.6439143 | transcendental
SoftmaxOutput | multi_output=True | 1x2x1x2: ramp; 1x2: 0 0 | 1x2x1x2: 0.1192029 0.1192029 0.880797 0.880797 | transcendental
SoftmaxOutput | preserve_shape=True | 1x2x1x2: ramp; 1x2x1: 0 0 | 1x2x1x2: 0.2689414 0.7310586 0.2689414 0.7310586 | transcendental
softmax | axis=0 temperature=2 | 2x2: ramp | 2x2: 0.2689414 0.2689414 0.7310586 0.7310586 | transcendental
log_softmax | – | 1x3: 0 1 2 | 1x3: -2.407606 -1.407606 -0.4076059 | transcendental
softmin | – | 1x3: 0 1 2 | 1x3: 0.6652409 0.2447285 0.09003057 | transcendental
L2Normalization | mode=instance | 1x2x1x2: 1 2 3 4 | 1x2x1x2: 0.1825742 0.3651484 0.5477225 0.7302967 | 4
L2Normalization | mode=spatial | 1x2x1x2: 1 2 3 4 | 1x2x1x2: 0.4472136 0.8944272 0.6 0.8 | 2
L2Normalization | mode=channel | 1x2x1x2: 1 2 3 4 | 1x2x1x2: 0.3162278 0.4472136 0.9486833 0.8944272 | 2
InstanceNorm | – | 1x2x2: 1 3 5 9; 2: 1 2; 2: 0 1 | 1x2x2: -0.9995004 0.9995004 -0.9997501 2.99975 | 2
UpSampling | scale=2 sample_type=nearest num_args=1 | 1x1x2x2: ramp | 1x1x4x4: 0 0 1 1 0 0 1 1 2 2 3 3 2 2 3 3 | exact
UpSampling | scale=2 sample_type=nearest num_args=2 | 1x1x1x1: 7; 1x1x2x2: ramp | 1x2x2x2: 7 7 7 7 0 1 2 3 | exact
UpSampling | scale=2 sample_type=bilinear num_args=2 num_filter=1 | 1x1x2x2: 1 2 3 4; 1x1x4x4: 0.0625 0.1875 0.1875 0.0625 0.1875 0.5625 0.5625 0.1875 0.1875 0.5625 0.5625 0.1875 0.0625 0.1875 0.1875 0.0625 | 1x1x4x4: 0.5625 0.9375 1.3125 1.125 1.125 1.75 2.25 1.875 1.875 2.75 3.25 2.625 1.6875 2.4375 2.8125 2.25 | 4
Crop | num_args=2 offset=(1,0) | 1x1x3x3: ramp; 1x5x2x2: all 0 | 1x1x2x2: 3 4 6 7 | exact
Crop | num_args=1 h_w=(2,2) center_crop=True | 1x1x5x5: ramp | 1x1x2x2: 6 7 11 12 | exact
Pad | mode=reflect pad_width=(0,0,0,0,1,0,2,1) | 1x1x3x3: ramp | 1x1x4x6: 5 4 3 4 5 4 2 1 0 1 2 1 5 4 3 4 5 4 8 7 6 7 8 7 | exact
Pad | mode=edge pad_width=(0,0,0,0,1,0,0,1) | 1x1x2x2: ramp | 1x1x3x3: 0 1 1 0 1 1 2 3 3 | exact
Pad | mode=constant constant_value=9 pad_width=(0,0,0,0,1,0,0,1) | 1x1x2x2: ramp | 1x1x3x3: 9 9 9 0 1 9 2 3 9 | exact
slice | begin=(None,1) end=(None,-1) step=(-1,None) | 2x4: ramp | 2x2: 5 6 1 2 | exact
slice_axis | axis=-1 begin=-3 end=None | 2x4: ramp | 2x3: 1 2 3 5 6 7 | exact
slice_like | axes=(1,) | 2x3: ramp; 1x2: 0 0 | 2x2: 0 1 3 4 | exact
SliceChannel | num_outputs=2 | 1x4: ramp | 1x2: 0 1; 1x2: 2 3 | exact
_split_v2 | indices=(0,1,3) axis=1 | 1x5: ramp | 1x1: 0; 1x2: 1 2; 1x2: 3 4 | exact
Concat | num_args=2 dim=0 | 1x2: 0 1; 2x2: 5 6 7 8 | 3x2: 0 1 5 6 7 8 | exact
depth_to_space | block_size=2 | 1x8x1x1: ramp | 1x2x2x2: 0 2 4 6 1 3 5 7 | exact
space_to_depth | block_size=2 | 1x1x2x4: ramp | 1x4x1x2: 0 2 1 3 4 6 5 7 | exact
Embedding | input_dim=3 output_dim=2 | 4: -1 0 2.7 9; 3x2: ramp | 4x2: 0 1 0 1 4 5 4 5 | exact
norm | ord=1 axis=1 | 2x2: 3 4 -6 8 | 2: 7 14 | 2
norm | – | 2x2: 3 4 -6 8 | 1: 11.18034 | 4
mean | axis=1 exclude=True | 2x2x2: ramp | 2: 2.5 4.5 | 4
_mod | – | 6: 5 -5 5 -5 5 -6; 6: 3 3 -3 -3 0 3 | 6: 2 1 -1 -2 0 0 | exact
rint | – | 6: -2.5 -1.5 -0.5 0.5 1.5 2.5 | 6: -3 -2 -1 0 1 2 | exact
round | – | 6: -2.5 -1.5 -0.5 0.5 1.5 2.5 | 6: -3 -2 -1 1 2 3 | exact
_rdiv_scalar | scalar=2 | 2: 4 8 | 2: 0.5 0.25 | rounding
_rpower_scalar | scalar=2 | 2: 3 -1 | 2: 8 0.5 | transcendental
smooth_l1 | scalar=2 | 4: -1 0.1 0.2 0.3 | 4: 0.875 0.02 0.08000001 0.175 | rounding
BatchNorm | – | 1x2x2: ramp; gamma 2 3; beta 0 0.5; mean 0 1; var 4 9 | 1x2x2: 0 0.4999375 0.8333148 1.16663 | 1
BatchNorm | fix_gamma=False eps=1e-5 | 1x2x2: ramp; gamma 2 3; beta 0 0.5; mean 0 1; var 4 9 | 1x2x2: 0 0.9999988 1.499999 2.499999 | 1
BatchNorm | fix_gamma=False axis=2 | 1x2x2: ramp; gamma 2 3; beta 0 0.5; mean 0 1; var 4 9 | 1x2x2: 0 0.5 1.99975 2.499889 | 1
"""

WEIGHTS = {
    "Convolution": ["weight", "bias"],
    "Deconvolution": ["weight", "bias"],
    "FullyConnected": ["weight", "bias"],
    "LeakyReLU": ["gamma"],
    "InstanceNorm": ["gamma", "beta"],
    "Embedding": ["weight"],
}
STATES = {"gamma": stored, "beta": stored, "mean": state, "var": state}
VARIABLES = {"mean": "moving_mean", "var": "moving_var"}


def tensor(text):
    shape, _, numbers = text.partition(":")
    shape = [int(d) for d in shape.split("x")]
    numbers = numbers.strip()
    if numbers == "ramp":
        return ramp(shape)
    if numbers.startswith("all "):
        return fill(shape, float(numbers[4:]))
    return values(shape, [float(n) for n in numbers.split()])


def operands(op, text):
    parts = [part.strip() for part in text.split(";")]
    result = [given("data", tensor(parts[0]))]
    weights = WEIGHTS.get(op, [])
    for position, part in enumerate(parts[1:]):
        word = part.split()[0]
        if word in STATES:
            numbers = [float(n) for n in part.split()[1:]]
            result.append(STATES[word](VARIABLES.get(word, word), values([len(numbers)], numbers)))
        elif position < len(weights):
            result.append(stored(weights[position], tensor(part)))
        elif op == "UpSampling" and "0.0625" in part:
            result.append(stored("weight", tensor(part)))
        else:
            result.append(given(f"in{position + 1}", tensor(part)))
    if op == "SoftmaxOutput":
        result[1] = free("label")
    return result


def cases():
    seen = {}
    for row in ROWS.strip().splitlines():
        op, attributes, inputs, output, tolerance = [cell.strip() for cell in row.split(" | ")]
        attrs = dict(pair.split("=", 1) for pair in attributes.split()) if attributes != "–" else {}
        documented = [part.strip() for part in output.split(";")]
        k = int(tolerance) if tolerance.isdigit() else None
        seen[op] = seen.get(op, 0) + 1
        more = {}
        yield op_case(
            FILE, op, f"row {seen[op]}", attrs, operands(op, inputs), "accumulating" if k else tolerance, k,
            count=len(documented), documented=documented, source="reference native; operators.md 7.1",
        )
    yield from old_library()


def old_library():
    """7.2: JSON with `param`, no pooling_convention, no fix_gamma."""
    by = {"source": "operators.md 7.2", "age": "0.8"}

    def pool(title, data, attrs, output, tolerance="accumulating"):
        return op_case(FILE, "Pooling", title, attrs, [given("data", data)], tolerance, 9, outputs=[output], **by)

    yield pool("2015 avg rounds up", ramp([1, 1, 3, 3]), dict(kernel="(2,2)", stride="(2,2)", pad="(0,0)", pool_type="avg"), values([1, 1, 2, 2], [2, 1.75, 3.25, 2]))
    yield pool("2015 avg counts padding", fill([1, 1, 3, 3], 1), dict(kernel="(3,3)", stride="(1,1)", pad="(1,1)", pool_type="avg"), values([1, 1, 3, 3], [0.44444445, 0.6666667, 0.44444445, 0.6666667, 1, 0.6666667, 0.44444445, 0.6666667, 0.44444445]))
    yield pool("2015 max sees zero padding", fill([1, 1, 4, 4], -5), dict(kernel="(3,3)", stride="(2,2)", pad="(1,1)", pool_type="max"), values([1, 1, 3, 3], [0, 0, 0, 0, -5, 0, 0, 0, 0]), "exact")
    yield op_case(
        FILE, "BatchNorm", "2015 uses gamma", dict(eps="1e-10", momentum="0.9"),
        [given("data", ramp([1, 2, 1, 1])), stored("gamma", values([2], [2, 3])), stored("beta", values([2], [0.5, 0.5])), state("moving_mean", fill([2], 1)), state("moving_var", fill([2], 4))],
        "accumulating", 1, outputs=[values([1, 2, 1, 1], [-0.5, 0.5])], **by,
    )
