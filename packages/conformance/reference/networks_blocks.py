"""Gluon blocks of networks_own.py."""


def modules():
    import mxnet as mx

    return mx, mx.gluon.nn


def sequence(*layers, prefix="net_"):
    _, nn = modules()
    net = nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(*(layer() for layer in layers))
    return net


def apply(function):
    _, nn = modules()
    return lambda: nn.HybridLambda(function)


def convolution(channels, kernel=3, stride=1, groups=1, activation=None, norm=True):
    """Layers of a convolution with its BatchNorm."""
    _, nn = modules()
    layers = [lambda: nn.Conv2D(channels, kernel, stride, kernel // 2, groups=groups, use_bias=not norm)]
    if norm:
        layers.append(lambda: nn.BatchNorm())
    if activation == "swish":
        layers.append(lambda: nn.Swish())
    elif activation:
        layers.append(lambda: nn.Activation(activation))
    return layers


def combined(function, **children):
    """A block whose output is function(F, x, children by name)."""
    mx, nn = modules()

    class Combined(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                for name, make in children.items():
                    setattr(self, name, make())

        def hybrid_forward(self, F, x):
            return function(F, x, self)

    return Combined


def chain(*layers):
    return lambda: sequence(*layers, prefix=None)


def efficientnet():
    """EfficientNet-B0, https://arxiv.org/abs/1905.11946, table 1."""
    _, nn = modules()

    def squeeze(channels, reduced):
        gate = chain(
            lambda: nn.GlobalAvgPool2D(), lambda: nn.Conv2D(reduced, 1), lambda: nn.Swish(),
            lambda: nn.Conv2D(channels, 1), lambda: nn.Activation("sigmoid"),
        )
        return combined(lambda F, x, self: F.broadcast_mul(x, self.gate(x)), gate=gate)

    def block(channels_in, channels, kernel, stride, expansion):
        wide = channels_in * expansion
        layers = [*(convolution(wide, 1, activation="swish") if expansion > 1 else []), *convolution(wide, kernel, stride, wide, "swish")]
        body = chain(*layers, squeeze(wide, channels_in // 4), *convolution(channels, 1))
        if stride == 1 and channels_in == channels:
            return combined(lambda F, x, self: self.body(x) + x, body=body)
        return body

    layers, last = convolution(32, 3, 2, activation="swish"), 32
    for expansion, channels, repeats, stride, kernel in (
        (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
    ):
        for i in range(repeats):
            layers.append(block(last, channels, kernel, stride if i == 0 else 1, expansion))
            last = channels
    head = [*convolution(1280, 1, activation="swish"), lambda: nn.GlobalAvgPool2D(), lambda: nn.Dropout(0.2), lambda: nn.Dense(1000)]
    return sequence(*layers, *head)


def dual_path_network():
    """DPN-68, https://arxiv.org/abs/1707.01629: a residual path and one that grows, cut apart by slices."""
    mx, nn = modules()

    class DualPath(nn.HybridBlock):
        def __init__(self, narrow, wide, growth, stride, project):
            super().__init__()
            self.wide, self.project = wide, project
            with self.name_scope():
                if project:
                    self.shortcut = sequence(*convolution(wide + 2 * growth, 1, stride), prefix=None)
                self.body = sequence(
                    *convolution(narrow, 1, activation="relu"), *convolution(narrow, 3, stride, 32, "relu"),
                    *convolution(wide + growth, 1), prefix=None,
                )

        def hybrid_forward(self, F, x, dense):
            whole = F.concat(x, dense, dim=1)
            if self.project:
                shortcut = self.shortcut(whole)
                x = F.slice_axis(shortcut, axis=1, begin=0, end=self.wide)
                dense = F.slice_axis(shortcut, axis=1, begin=self.wide, end=None)
            new = self.body(whole)
            x = F.relu(x + F.slice_axis(new, axis=1, begin=0, end=self.wide))
            return x, F.concat(dense, F.slice_axis(new, axis=1, begin=self.wide, end=None), dim=1)

    class Network(nn.HybridBlock):
        def __init__(self):
            super().__init__(prefix="net_")
            with self.name_scope():
                self.first = sequence(*convolution(10, 3, 2, activation="relu"), lambda: nn.MaxPool2D(3, 2, 1), prefix=None)
                self.blocks = nn.HybridSequential()
                with self.blocks.name_scope():
                    for narrow, wide, growth, repeats in ((128, 64, 16, 3), (256, 128, 32, 4), (512, 256, 32, 12), (1024, 512, 64, 3)):
                        for i in range(repeats):
                            self.blocks.add(DualPath(narrow, wide, growth, 2 if i == 0 and wide > 64 else 1, i == 0))
                self.last = sequence(lambda: nn.BatchNorm(), lambda: nn.Activation("relu"), lambda: nn.GlobalAvgPool2D(), lambda: nn.Dense(1000), prefix=None)

        def hybrid_forward(self, F, x):
            x = self.first(x)
            dense = F.slice_axis(x, axis=1, begin=0, end=2)
            for block in self.blocks:
                x, dense = block(x, dense)
            return self.last(F.concat(x, dense, dim=1))

    return Network()


def style_transfer():
    """The transformation network of https://arxiv.org/abs/1603.08155, with instance normalisation."""
    _, nn = modules()

    def padded(channels, kernel, stride=1, relu=True):
        pad = kernel // 2
        layers = [
            apply(lambda F, x: F.pad(x, mode="reflect", pad_width=(0, 0, 0, 0, pad, pad, pad, pad))),
            lambda: nn.Conv2D(channels, kernel, stride), lambda: nn.InstanceNorm(),
        ]
        return [*layers, lambda: nn.Activation("relu")] if relu else layers

    residual = combined(lambda F, x, self: x + self.body(x), body=chain(*padded(64, 3), *padded(64, 3, relu=False)))
    up = apply(lambda F, x: F.UpSampling(x, scale=2, sample_type="nearest"))
    return sequence(
        *padded(16, 9), *padded(32, 3, 2), *padded(64, 3, 2), *([residual] * 5), up, *padded(32, 3), up, *padded(16, 3),
        *padded(3, 9, relu=False), apply(lambda F, x: F.tanh(x / 4) * 127.5 + 127.5),
    )


def super_resolution():
    """ESPCN, https://arxiv.org/abs/1609.05158: sub-pixels by reshape and transpose."""
    mx, nn = modules()
    pixels = apply(lambda F, x: F.reshape(F.transpose(F.reshape(x, (0, -4, -1, 9, 0, 0)).reshape((0, 0, -4, 3, 3, 0, 0)), (0, 1, 4, 2, 5, 3)), (0, 0, -3, -3)))
    return sequence(*convolution(64, 5, norm=False, activation="relu"), *convolution(32, 3, norm=False, activation="relu"), *convolution(9, 3, norm=False), pixels)


def super_resolution_shuffle():
    """Residual blocks, depth_to_space, and a clip to colours."""
    residual = combined(lambda F, x, self: x + self.body(x) * 0.1, body=chain(*convolution(32, norm=False, activation="relu"), *convolution(32, norm=False)))
    shuffle = apply(lambda F, x: F.depth_to_space(x, 2))
    return sequence(*convolution(32, norm=False), *([residual] * 4), *convolution(48, norm=False), shuffle, *convolution(3, norm=False), apply(lambda F, x: F.clip(x * 40 + 127, 0, 255)))


def dcgan_generator():
    _, nn = modules()
    up = lambda channels, stride, pad: lambda: nn.Conv2DTranspose(channels, 4, stride, pad, use_bias=False)
    norm = [lambda: nn.BatchNorm(), lambda: nn.Activation("relu")]
    return sequence(up(128, 1, 0), *norm, up(64, 2, 1), *norm, up(32, 2, 1), *norm, up(3, 2, 1), lambda: nn.Activation("tanh"))


def u_net():
    """Group normalisation, leaky ReLU, transposed convolutions, skips that are cut to size."""
    _, nn = modules()
    double = lambda channels: chain(*(layer for _ in range(2) for layer in (
        lambda: nn.Conv2D(channels, 3, 1, 1), lambda: nn.GroupNorm(4), lambda: nn.LeakyReLU(0.1))))
    net = double(64)
    for channels in (32, 16):
        def joined(F, x, self):
            outer = self.outer(x)
            inner = self.up(self.inner(self.down(outer)))
            return self.last(F.concat(outer, F.slice_like(inner, outer, axes=(2, 3)), dim=1))

        net = combined(joined, outer=double(channels), down=lambda: nn.MaxPool2D(2, ceil_mode=True), inner=net,
                       up=(lambda c: lambda: nn.Conv2DTranspose(c, 2, 2))(channels), last=double(channels))
    return sequence(net, *convolution(5, 1, norm=False), apply(lambda F, x: F.softmax(x, axis=1)))


def vision_transformer():
    """Patches, attention by linalg_gemm2 and batch_dot, LayerNorm, gelu."""
    mx, nn = modules()
    units, heads, patches = 64, 4, 64

    class Attention(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            with self.name_scope():
                self.qkv = nn.Dense(3 * units, flatten=False)
                self.out = nn.Dense(units, flatten=False)

        def hybrid_forward(self, F, x):
            # (N, L, 3U) -> (3, N, heads, L, U / heads)
            q, k, v = F.split(F.transpose(F.reshape(self.qkv(x), (0, 0, 3, heads, -1)), (2, 0, 3, 1, 4)), 3, axis=0, squeeze_axis=True)
            scores = F.linalg.gemm2(q, k, transpose_b=True, alpha=(units // heads) ** -0.5)
            mixed = F.batch_dot(F.reshape(F.softmax(scores), (-3, 0, 0)), F.reshape(v, (-3, 0, 0)))
            return self.out(F.reshape(F.transpose(F.reshape(mixed, (-4, -1, heads, 0, 0)), (0, 2, 1, 3)), (0, 0, -3)))

    class Network(nn.HybridBlock):
        def __init__(self):
            super().__init__(prefix="net_")
            add = lambda F, x, self: x + self.body(x)
            with self.name_scope():
                self.patch = nn.Conv2D(units, 8, 8)
                self.position = self.params.get("position_weight", shape=(1, patches, units), init=mx.init.Zero())
                self.layers = sequence(*(layer for _ in range(3) for layer in (
                    combined(add, body=chain(lambda: nn.LayerNorm(), Attention)),
                    combined(add, body=chain(lambda: nn.LayerNorm(), lambda: nn.Dense(2 * units, flatten=False), lambda: nn.GELU(), lambda: nn.Dense(units, flatten=False))),
                )), lambda: nn.LayerNorm(), prefix=None)
                self.head = nn.Dense(10)

        def hybrid_forward(self, F, x, position):
            x = F.transpose(F.reshape(self.patch(x), (0, 0, -1)), (0, 2, 1))
            return self.head(F.mean(self.layers(F.broadcast_add(x, position)), axis=1))

    return Network()


def crnn():
    """https://arxiv.org/abs/1507.05717: convolutions, two bidirectional LSTMs, a softmax for each column."""
    mx, nn = modules()
    pool = lambda size, stride: lambda: nn.MaxPool2D(size, stride)
    columns = apply(lambda F, x: F.transpose(F.squeeze(x, axis=2), (2, 0, 1)))
    lstm = lambda: mx.gluon.rnn.LSTM(48, 1, bidirectional=True)
    return sequence(
        *convolution(16, norm=False, activation="relu"), pool(2, 2), *convolution(32, norm=False, activation="relu"), pool(2, 2),
        *convolution(48, activation="relu"), pool((2, 1), (2, 1)), *convolution(64, activation="relu"), pool((4, 1), (4, 1)),
        columns, lstm, lstm, lambda: nn.Dense(37, flatten=False), apply(lambda F, x: F.softmax(x, axis=-1)),
    )
