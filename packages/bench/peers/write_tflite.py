"""Writes a network of the bench as a TensorFlow Lite file, for LiteRT.

Takes symbol.json and weights.params as src/networks writes them, and no others. Tensors get TensorFlow's order,
channels last. As TensorFlow's own converter does, BatchNorm behind a convolution goes into its weights,
and an activation into the operator before it.
"""

import json
import struct

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

FUSED = {"relu": schema.ActivationFunctionType.RELU, "relu6": schema.ActivationFunctionType.RELU6}
LOWEST = np.finfo(np.float32).min


def read_params(path):
    """The arrays of a parameter file of dense float32 arrays, without `arg:` and `aux:`."""
    data = path.read_bytes()
    at = 0

    def take(form):
        nonlocal at
        values = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return values

    _, _, count = take("QQQ")
    arrays = []
    for _ in range(count):
        magic, storage, ndim = take("IiI")
        shape = take(f"{ndim}q")
        _, _, dtype = take("iii")
        if magic != 0xF993FAC9 or storage != 0 or dtype != 0:
            raise RuntimeError("an array that is not dense float32")
        arrays.append(np.frombuffer(data, np.float32, int(np.prod(shape)), at).reshape(shape))
        at += arrays[-1].nbytes
    [names] = take("Q")
    result = {}
    for array in arrays[:names]:
        [length] = take("Q")
        result[data[at : at + length].decode().partition(":")[2]] = array
        at += length
    return result


def numbers(text):
    return tuple(int(number) for number in text.strip("()").split(",") if number.strip())


class Writer:
    def __init__(self, folder):
        self.facts = json.loads((folder / "network.json").read_text())
        self.symbol = json.loads((folder / "symbol.json").read_text())
        self.nodes = self.symbol["nodes"]
        self.params = read_params(folder / "weights.params")
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.buffers = [schema.BufferT()]
        self.codes = {}
        self.tensors = {}  # of a node: index, shape in NCHW
        self.uses = {}
        for node in self.nodes:
            for index, *_ in node["inputs"]:
                self.uses[index] = self.uses.get(index, 0) + 1
        self.heads = [head[0] for head in self.symbol["heads"]]
        self.flattened = {}  # NCHW shapes of flattened tensors, by node
        self.absorbed = ()  # nodes that the one being written takes along

    def tensor(self, shape, data=None, kind=schema.TensorType.FLOAT32):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name, tensor.buffer = list(shape), kind, f"t{len(self.graph.tensors)}", 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.ascontiguousarray(data).view(np.uint8).reshape(-1)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, data):
        data = np.asarray(data)
        return self.tensor(data.shape, data, schema.TensorType.INT32 if data.dtype == np.int32 else schema.TensorType.FLOAT32)

    def operator(self, name, inputs, shape, options=None, **values):
        """Adds one operator and gives its output, a tensor of this shape."""
        code = getattr(schema.BuiltinOperator, name)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.setdefault(code, len(self.codes))
        operator.inputs = list(inputs)
        output = self.tensor(shape)
        operator.outputs = [output]
        if options:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            operator.builtinOptions = getattr(schema, options + "T")()
            for key, value in values.items():
                setattr(operator.builtinOptions, key, value)
        self.graph.operators.append(operator)
        return output

    def padded(self, x, shape, kernel, stride, before, after, fill=None):
        """Gives input and kind of padding: TensorFlow's own SAME where it is the same, else padded beforehand."""
        if before == (0, 0) and after == (0, 0):
            return x, schema.Padding.VALID
        same = True
        for side in (0, 1):
            size = shape[2 + side]
            total = max((-(-size // stride[side]) - 1) * stride[side] + kernel[side] - size, 0)
            same &= (before[side], after[side]) == (total // 2, total - total // 2)
        if same and fill != 0:  # an average leaves out what SAME pads
            return x, schema.Padding.SAME
        pads = self.constant(np.array([[0, 0], [before[0], after[0]], [before[1], after[1]], [0, 0]], np.int32))
        grown = [1, shape[2] + before[0] + after[0], shape[3] + before[1] + after[1], shape[1]]
        if fill is None or fill == 0:
            return self.operator("PAD", [x, pads], grown, "PadOptions"), schema.Padding.VALID
        value = self.constant(np.array([fill], np.float32))
        return self.operator("PADV2", [x, pads, value], grown, "PadV2Options"), schema.Padding.VALID

    def next_only(self, index, ops):
        """The one node that uses this one, if it is of these operators and this is no output."""
        if self.uses.get(index) != 1 or index in self.heads:
            return None
        [user] = [i for i, node in enumerate(self.nodes) if [index, 0, 0] in node["inputs"]]
        return user if self.nodes[user]["op"] in ops else None

    def activation(self, index):
        """The node whose value an operator gives that takes the activation behind it along, and its kind."""
        user = self.next_only(index, ("Activation", "clip"))
        kind = None if user is None else self.kind(self.nodes[user])
        return (user, FUSED[kind]) if kind in FUSED else (index, schema.ActivationFunctionType.NONE)

    @staticmethod
    def kind(node):
        attrs = node["attrs"]
        if node["op"] == "Activation":
            return attrs["act_type"]
        return "relu6" if (float(attrs["a_min"]), float(attrs["a_max"])) == (0, 6) else "clip"

    def norm(self, node):
        """Factor and offset of a BatchNorm for each channel."""
        gamma, beta, mean, variance = (self.params[self.nodes[i]["name"]].astype(np.float64) for i, *_ in node["inputs"][1:])
        factor = gamma / np.sqrt(variance + float(node["attrs"]["eps"]))
        return factor, beta - mean * factor

    def write(self):
        done = set()
        for index, node in enumerate(self.nodes):
            if index in done:
                continue
            if node["op"] == "null":
                if node["name"] == self.facts["input"]["name"]:
                    shape = self.facts["input"]["shape"]
                    self.tensors[index] = (self.tensor(self.last(shape)), shape)
                continue
            until, output, shape = getattr(self, "op_" + node["op"])(index, node)
            done.update((until, *self.absorbed))
            self.absorbed = ()
            self.tensors[until] = (output, shape)
        self.graph.inputs = [self.tensors[0][0]]
        self.graph.outputs = [self.tensors[head][0] for head in self.heads]
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [self.graph], self.buffers
        model.operatorCodes = []
        for code in self.codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
            model.operatorCodes.append(entry)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return builder.Output()

    @staticmethod
    def last(shape):
        return [shape[0], shape[2], shape[3], shape[1]] if len(shape) == 4 else list(shape)

    def inputs(self, node):
        return [self.tensors[i] for i, *_ in node["inputs"] if self.nodes[i]["op"] != "null" or i in self.tensors]

    def weights(self, node):
        return [self.params[self.nodes[i]["name"]] for i, *_ in node["inputs"] if self.nodes[i]["name"] in self.params]

    def op_Convolution(self, index, node):
        [(x, shape)] = self.inputs(node)
        attrs = node["attrs"]
        kernel, stride, pad = (numbers(attrs[key]) for key in ("kernel", "stride", "pad"))
        weight, *bias = self.weights(node)
        filters, groups = weight.shape[0], int(attrs["num_group"])
        offset = bias[0].astype(np.float64) if bias else np.zeros(filters)
        norm = self.next_only(index, ("BatchNorm",))
        if norm is not None:
            self.absorbed = (norm,)
            factor, add = self.norm(self.nodes[norm])
            weight, offset = weight * factor[:, None, None, None], offset * factor + add
        until, fused = self.activation(index if norm is None else norm)
        size = [(shape[2 + i] + 2 * pad[i] - kernel[i]) // stride[i] + 1 for i in (0, 1)]
        x, padding = self.padded(x, shape, kernel, stride, pad, pad)
        depthwise = groups > 1
        if depthwise and groups != filters:
            raise RuntimeError(f"{node['name']}: groups that are not single channels")
        order = weight.transpose(1, 2, 3, 0) if depthwise else weight.transpose(0, 2, 3, 1)
        constants = [self.constant(order.astype(np.float32)), self.constant(offset.astype(np.float32))]
        out = [1, filters, *size]
        common = dict(padding=padding, strideH=stride[0], strideW=stride[1], dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=fused)
        if depthwise:
            y = self.operator("DEPTHWISE_CONV_2D", [x, *constants], self.last(out), "DepthwiseConv2DOptions", depthMultiplier=1, **common)
        else:
            y = self.operator("CONV_2D", [x, *constants], self.last(out), "Conv2DOptions", **common)
        return until, y, out

    def op_FullyConnected(self, index, node):
        [(x, shape)] = self.inputs(node)
        weight, bias = self.weights(node)
        source = node["inputs"][0][0]
        if source in self.flattened:
            _, c, h, w = self.flattened[source]
            weight = weight.reshape(-1, c, h, w).transpose(0, 2, 3, 1).reshape(len(weight), -1)
        until, fused = self.activation(index)
        out = [1, len(weight)]
        return until, self.operator("FULLY_CONNECTED", [x, self.constant(weight), self.constant(bias)], out, "FullyConnectedOptions", fusedActivationFunction=fused), out

    def op_BatchNorm(self, index, node):
        [(x, shape)] = self.inputs(node)
        factor, add = (self.constant(values.astype(np.float32)) for values in self.norm(node))
        y = self.operator("MUL", [x, factor], self.last(shape), "MulOptions")
        until, fused = self.activation(index)
        return until, self.operator("ADD", [y, add], self.last(shape), "AddOptions", fusedActivationFunction=fused), shape

    def op_elemwise_add(self, index, node):
        (a, shape), (b, _) = self.inputs(node)
        until, fused = self.activation(index)
        return until, self.operator("ADD", [a, b], self.last(shape), "AddOptions", fusedActivationFunction=fused), shape

    def simple(self, index, node, name, options=None, shape=None, more=(), **values):
        [(x, given), *_] = self.inputs(node)
        shape = shape or given
        return index, self.operator(name, [x, *more], self.last(shape), options, **values), shape

    def op_Activation(self, index, node):
        return self.simple(index, node, {"relu": "RELU", "tanh": "TANH"}[self.kind(node)])

    def op_clip(self, index, node):
        if self.kind(node) != "relu6":
            raise RuntimeError(f"{node['name']}: limits other than 0 and 6")
        return self.simple(index, node, "RELU6")

    def op_LeakyReLU(self, index, node):
        [(_, shape)] = self.inputs(node)
        [slope] = self.weights(node)
        return self.simple(index, node, "PRELU", more=[self.constant(slope.reshape((1,) * (len(shape) - 2) + slope.shape))])

    def op_Pooling(self, index, node):
        [(x, shape)] = self.inputs(node)
        attrs = node["attrs"]
        if attrs.get("global_pool") == "True":
            axes = self.constant(np.array([1, 2], np.int32))
            return self.simple(index, node, "MEAN", "ReducerOptions", [1, shape[1], 1, 1], [axes], keepDims=True)
        kernel, stride, pad = (numbers(attrs[key]) for key in ("kernel", "stride", "pad"))
        full, average = attrs["pooling_convention"] == "full", attrs["pool_type"] == "avg"
        size, after = [], []
        for i in (0, 1):
            rest = (shape[2 + i] + 2 * pad[i] - kernel[i]) % stride[i]
            after.append(pad[i] + (stride[i] - rest if full and rest else 0))
            size.append((shape[2 + i] + pad[i] + after[i] - kernel[i]) // stride[i] + 1)
        x, padding = self.padded(x, shape, kernel, stride, pad, tuple(after), 0 if average else LOWEST)
        out = [1, shape[1], *size]
        name = "AVERAGE_POOL_2D" if average else "MAX_POOL_2D"
        y = self.operator(name, [x], self.last(out), "Pool2DOptions", padding=padding, strideH=stride[0], strideW=stride[1], filterHeight=kernel[0], filterWidth=kernel[1])
        return index, y, out

    def op_Flatten(self, index, node):
        [(_, shape)] = self.inputs(node)
        if len(shape) == 4 and shape[2] * shape[3] > 1:
            self.flattened[index] = shape  # whoever is connected to it has to know the order
        out = [1, int(np.prod(shape))]
        return self.simple(index, node, "RESHAPE", "ReshapeOptions", out, [self.constant(np.array(out, np.int32))], newShape=out)

    def op_Reshape(self, index, node):
        [(x, shape)] = self.inputs(node)
        out = list(numbers(node["attrs"]["shape"]))
        x = self.operator("TRANSPOSE", [x, self.constant(np.array([0, 3, 1, 2], np.int32))], shape, "TransposeOptions")
        x = self.operator("RESHAPE", [x, self.constant(np.array(out, np.int32))], out, "ReshapeOptions", newShape=out)
        return index, self.operator("TRANSPOSE", [x, self.constant(np.array([0, 2, 3, 1], np.int32))], self.last(out), "TransposeOptions"), out

    def op_Concat(self, index, node):
        parts = self.inputs(node)
        _, shape = parts[0]
        out = [1, sum(part[1][1] for part in parts), *shape[2:]]
        return index, self.operator("CONCATENATION", [part[0] for part in parts], self.last(out), "ConcatenationOptions", axis=3), out

    def op_softmax(self, index, node):
        return self.simple(index, node, "SOFTMAX", "SoftmaxOptions", beta=1.0)

    def op_UpSampling(self, index, node):
        [(_, shape)] = self.inputs(node)
        scale = int(node["attrs"]["scale"])
        out = [1, shape[1], shape[2] * scale, shape[3] * scale]
        size = self.constant(np.array(out[2:], np.int32))
        return self.simple(index, node, "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighborOptions", out, [size])


def write_tflite(folder):
    (folder / "network.tflite").write_bytes(Writer(folder).write())
