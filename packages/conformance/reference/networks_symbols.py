"""Symbols of networks_own.py, written as programs before gluon wrote them."""


def symbol():
    import mxnet as mx

    return mx, mx.sym


def convolution(x, name, channels, kernel=3, stride=1, pad=None, act="relu", **more):
    _, sym = symbol()
    pad = kernel // 2 if pad is None else pad
    x = sym.Convolution(x, name=name, num_filter=channels, kernel=(kernel, kernel), stride=(stride, stride), pad=(pad, pad), **more)
    return sym.Activation(x, act_type=act, name=f"{name}_{act}") if act else x


def pool(x, name, **more):
    _, sym = symbol()
    return sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max", name=name, **more)


def backbone(x, widths):
    """VGG-like stages; the features after each."""
    stages = []
    for i, width in enumerate(widths):
        if i:
            x = pool(x, f"pool{i}")
        x = convolution(x, f"conv{i + 1}_1", width)
        x = convolution(x, f"conv{i + 1}_2", width)
        stages.append(x)
    return stages


def mobile_face_net():
    """Depthwise convolutions with PReLU, a global depthwise convolution, an embedding of length 1."""
    _, sym = symbol()

    def unit(x, name, channels, kernel, stride, pad, groups=1, slope=True):
        x = sym.Convolution(x, name=f"{name}_conv2d", num_filter=channels, kernel=(kernel, kernel), stride=(stride, stride), pad=(pad, pad), num_group=groups, no_bias=True)
        x = sym.BatchNorm(x, name=f"{name}_batchnorm", fix_gamma=False, eps=1e-3)
        return sym.LeakyReLU(x, act_type="prelu", gamma=sym.var(f"{name}_relu_slope", shape=(channels,)), name=f"{name}_relu") if slope else x

    x = (sym.var("data") - 127.5) * 0.0078125
    x = unit(x, "conv_1", 32, 3, 2, 1)
    x = unit(x, "conv_2_dw", 32, 3, 1, 1, 32)
    for stage, (channels, wide, repeats, stride) in enumerate(((64, 64, 2, 2), (64, 128, 2, 2), (96, 192, 2, 2))):
        for i in range(repeats):
            name = f"dconv_{stage}_{i}"
            y = unit(x, f"{name}_sep", wide, 1, 1, 0)
            y = unit(y, f"{name}_dw", wide, 3, stride if i == 0 else 1, 1, wide)
            y = unit(y, f"{name}_proj", channels, 1, 1, 0, slope=False)
            x = y if i == 0 else x + y
    x = unit(x, "conv_6sep", 256, 1, 1, 0)
    x = unit(x, "conv_6dw7_7", 256, 7, 1, 0, 256, slope=False)
    x = sym.FullyConnected(x, num_hidden=128, name="pre_fc1")
    x = sym.BatchNorm(x, fix_gamma=True, eps=2e-5, name="fc1")
    return sym.L2Normalization(x, name="fc1_normalised")


def crnn_unrolled():
    """OCR with LSTM cells unrolled over the columns of the features."""
    mx, sym = symbol()
    x = backbone(sym.var("data"), (8, 16, 24))[-1]
    x = sym.Pooling(x, kernel=(8, 1), stride=(8, 1), pool_type="avg", name="rows")
    columns = sym.SliceChannel(sym.transpose(sym.Reshape(x, shape=(0, 0, -1)), axes=(2, 0, 1)), axis=0, num_outputs=25, squeeze_axis=True)
    stack = mx.rnn.SequentialRNNCell()
    for layer in range(2):
        stack.add(mx.rnn.LSTMCell(num_hidden=32, prefix=f"lstm_l{layer}_"))
    outputs, _ = stack.unroll(25, inputs=list(columns), merge_outputs=False)
    x = sym.Concat(*outputs, dim=0)
    x = sym.FullyConnected(x, num_hidden=37, name="pred_fc")
    return sym.SoftmaxActivation(x, name="softmax")


def language_model():
    """The fused RNN operator with its packed parameters."""
    mx, sym = symbol()
    x = sym.Embedding(sym.var("data"), input_dim=200, output_dim=32, name="embed")
    cell = mx.rnn.FusedRNNCell(48, num_layers=2, mode="lstm", prefix="lstm_")
    x, _ = cell.unroll(12, inputs=x, merge_outputs=True, layout="NTC")
    x = sym.FullyConnected(sym.Reshape(x, shape=(-1, 48)), num_hidden=200, name="pred")
    return sym.SoftmaxOutput(x, name="softmax")


def language_model_unrolled():
    mx, sym = symbol()
    x = sym.Embedding(sym.var("data"), input_dim=200, output_dim=32, name="embed")
    x, _ = mx.rnn.LSTMCell(num_hidden=48, prefix="lstm_").unroll(8, inputs=x, merge_outputs=True)
    x = sym.FullyConnected(sym.Reshape(x, shape=(-1, 48)), num_hidden=200, name="pred")
    return sym.SoftmaxOutput(x, name="softmax")


def gru_tagger():
    """A bidirectional GRU over sequences, and a score for each word."""
    mx, sym = symbol()
    x = sym.Embedding(sym.var("data"), input_dim=200, output_dim=24, name="embed")
    cell = mx.rnn.FusedRNNCell(32, num_layers=1, mode="gru", bidirectional=True, prefix="gru_")
    x, _ = cell.unroll(12, inputs=x, merge_outputs=True, layout="NTC")
    return sym.FullyConnected(x, num_hidden=9, flatten=False, name="tag")


def foreach_recurrence():
    """A recurrence over axis 0 by control flow."""
    mx, sym = symbol()

    def step(x, states):
        joined = sym.Concat(x, states[0], dim=1)
        state = sym.tanh(sym.FullyConnected(joined, num_hidden=24, name="cell"))
        return state * 0.5, [state]

    data = sym.var("data")
    begin = sym.slice_axis(sym.FullyConnected(sym.Reshape(sym.slice_axis(data, axis=0, begin=0, end=1), shape=(-3, 0)), num_hidden=24, name="begin"), axis=1, begin=0, end=24)
    outputs, states = sym.contrib.foreach(step, data, [begin])
    return sym.Group([outputs, states[0]])


def ssd():
    """MultiBoxPrior and MultiBoxDetection over three maps, the first one normalised and scaled."""
    mx, sym = symbol()
    stages = backbone(sym.var("data"), (16, 24, 32, 48, 48))
    scale = sym.var("conv3_scale", shape=(1, 32, 1, 1))
    maps = [sym.broadcast_mul(scale, sym.L2Normalization(stages[2], mode="channel", name="conv3_norm")), *stages[3:]]
    classes, boxes, anchors = [], [], []
    for i, (x, sizes) in enumerate(zip(maps, ((0.1, 0.15), (0.3, 0.4), (0.6, 0.75)))):
        count = 4
        confidence = convolution(x, f"cls{i}", count * 6, act=None)
        location = convolution(x, f"loc{i}", count * 4, act=None)
        classes.append(sym.Flatten(sym.transpose(confidence, axes=(0, 2, 3, 1))))
        boxes.append(sym.Flatten(sym.transpose(location, axes=(0, 2, 3, 1))))
        anchors.append(sym.Flatten(sym.contrib.MultiBoxPrior(x, sizes=sizes, ratios=(1, 2, 0.5), clip=False, name=f"anchors{i}")))
    classes = sym.transpose(sym.Reshape(sym.Concat(*classes, dim=1), shape=(0, -1, 6)), axes=(0, 2, 1))
    anchors = sym.Reshape(sym.Concat(*anchors, dim=1), shape=(0, -1, 4))
    probabilities = sym.SoftmaxActivation(classes, mode="channel", name="cls_prob")
    return sym.contrib.MultiBoxDetection(
        probabilities, sym.Concat(*boxes, dim=1), anchors, nms_threshold=0.45, force_suppress=False, nms_topk=200, variances=(0.1, 0.1, 0.2, 0.2), name="detection"
    )


def region_proposals(x, im_info, anchors, **more):
    """Objectness of a region proposal network, and its proposals."""
    _, sym = symbol()
    x = convolution(x, "rpn_conv", 32)
    score = convolution(x, "rpn_cls_score", 2 * anchors, 1, act=None)
    boxes = convolution(x, "rpn_bbox_pred", 4 * anchors, 1, act=None) * 0.1
    pairs = sym.Reshape(score, shape=(0, 2, -1, 0), name="rpn_cls_score_reshape")
    probability = sym.SoftmaxActivation(pairs, mode="channel", name="rpn_cls_prob")
    probability = sym.Reshape(probability, shape=(0, 2 * anchors, -1, 0), name="rpn_cls_prob_reshape")
    return probability, boxes


def faster_rcnn():
    """Proposal, ROIPooling and two heads, as the symbols of 2016."""
    _, sym = symbol()
    features = backbone(sym.var("data"), (16, 24, 32, 48))[-1]
    scales, ratios = (4, 8, 16), (0.5, 1, 2)
    im_info = sym.var("im_info")
    probability, boxes = region_proposals(features, im_info, 9)
    rois = sym.contrib.Proposal(
        probability, boxes, im_info, feature_stride=8, scales=scales, ratios=ratios,
        rpn_pre_nms_top_n=300, rpn_post_nms_top_n=40, threshold=0.7, rpn_min_size=8, name="rois",
    )
    x = sym.ROIPooling(features, rois, pooled_size=(5, 5), spatial_scale=1 / 8, name="roi_pool")
    x = sym.Activation(sym.FullyConnected(x, num_hidden=64, name="fc6"), act_type="relu", name="fc6_relu")
    classes = sym.softmax(sym.FullyConnected(x, num_hidden=6, name="cls_score"), name="cls_prob")
    moves = sym.FullyConnected(x, num_hidden=24, name="bbox_pred")
    return sym.Group([sym.Reshape(part, shape=(1, -1, width)) for part, width in ((rois, 5), (classes, 6), (moves, 24))])


def deformable_rfcn():
    """Deformable convolution, MultiProposal and position-sensitive pooling."""
    _, sym = symbol()
    features = backbone(sym.var("data"), (16, 24, 32, 48))[-1]
    offset = convolution(features, "offset", 2 * 9 * 2, act=None) * 0.3
    features = sym.contrib.DeformableConvolution(features, offset, num_filter=48, kernel=(3, 3), pad=(1, 1), num_deformable_group=2, name="deformable")
    features = sym.Activation(features, act_type="relu", name="deformable_relu")
    im_info = sym.var("im_info")
    probability, boxes = region_proposals(features, im_info, 6)
    rois = sym.contrib.MultiProposal(
        probability, boxes, im_info, feature_stride=8, scales=(4, 8), ratios=(0.5, 1, 2),
        rpn_pre_nms_top_n=200, rpn_post_nms_top_n=30, threshold=0.7, rpn_min_size=8, name="rois",
    )
    heads = []
    for name, width in (("cls", 6), ("bbox", 8)):
        maps = convolution(features, f"rfcn_{name}", width * 9, 1, act=None)
        x = sym.contrib.PSROIPooling(maps, rois, output_dim=width, pooled_size=3, group_size=3, spatial_scale=1 / 8, name=f"psroipooled_{name}")
        heads.append(sym.Pooling(x, pool_type="avg", global_pool=True, kernel=(3, 3), name=f"ave_{name}"))
    classes = sym.softmax(sym.Reshape(heads[0], shape=(-1, 6)), name="cls_prob")
    return sym.Group([sym.Reshape(part, shape=(1, -1, width)) for part, width in ((rois, 5), (classes, 6), (heads[1], 8))])


def fcn8s():
    """Scores at three strides, brought together by Deconvolution and Crop."""
    _, sym = symbol()
    data = sym.var("data")
    x = convolution(data, "conv1_1", 16, pad=20)
    stages = []
    for i, width in enumerate((24, 32, 48, 48)):
        x = pool(x, f"pool{i + 1}", pooling_convention="full")
        stages.append(x)
        x = convolution(x, f"conv{i + 2}_1", width)
    score = convolution(convolution(x, "fc6", 64, 3, pad=0), "score", 7, 1, act=None)
    for i, (name, offset) in enumerate((("score_pool3", 2), ("score_pool2", 4))):
        up = sym.Deconvolution(score, kernel=(4, 4), stride=(2, 2), pad=(1, 1), num_filter=7, no_bias=True, name=f"score{i}_up")
        side = convolution(stages[2 - i], name, 7, 1, act=None)
        score = sym.Crop(side, up, offset=(offset, offset), name=f"{name}_crop") + up
    big = sym.Deconvolution(score, kernel=(8, 8), stride=(4, 4), pad=(2, 2), num_filter=7, no_bias=True, name="bigscore")
    return sym.SoftmaxOutput(sym.Crop(big, data, offset=(3, 3), name="upscore"), multi_output=True, name="softmax")


def spatial_transformer():
    """A network that learns where to look."""
    _, sym = symbol()
    data = sym.var("data")
    x = pool(convolution(data, "loc_conv1", 8), "loc_pool1")
    x = pool(convolution(x, "loc_conv2", 8), "loc_pool2")
    loc = sym.FullyConnected(x, num_hidden=6, name="loc_fc") * 0.3
    loc = sym.broadcast_add(loc, sym.Reshape(sym.Concat(*(sym.ones((1, 1)) * v for v in (1, 0, 0, 0, 1, 0)), dim=1), shape=(1, 6)))
    x = sym.SpatialTransformer(data, loc, target_shape=(28, 28), transform_type="affine", sampler_type="bilinear", name="stn")
    x = pool(convolution(x, "conv1", 12, 5, pad=0), "pool1")
    x = sym.FullyConnected(sym.Flatten(x), num_hidden=10, name="fc")
    return sym.Group([sym.SoftmaxOutput(x, name="softmax"), sym.identity(loc, name="theta")])


def flow_net():
    """Correlation of two images' features, a flow, and the right image warped by it."""
    _, sym = symbol()
    left, right = sym.var("left"), sym.var("right")
    weights = {}

    def features(x, side):
        for i, (channels, stride) in enumerate(((12, 2), (16, 2))):
            weight, bias = (weights.setdefault((i, part), sym.var(f"conv{i}_{part}")) for part in ("weight", "bias"))
            x = convolution(x, f"conv{i}_{side}", channels, 5, stride, weight=weight, bias=bias)
        return x

    a, b = features(left, "left"), features(right, "right")
    cost = sym.Correlation(a, b, kernel_size=1, max_displacement=4, stride1=1, stride2=2, pad_size=4, is_multiply=True, name="corr")
    x = sym.Concat(sym.LeakyReLU(cost, act_type="leaky", slope=0.1), convolution(a, "redirect", 8, 1), dim=1)
    x = convolution(x, "conv3", 24)
    for i, channels in enumerate((16, 8)):
        x = sym.Deconvolution(x, kernel=(4, 4), stride=(2, 2), pad=(1, 1), num_filter=channels, name=f"up{i}")
        x = sym.LeakyReLU(x, act_type="leaky", slope=0.1, name=f"up{i}_leaky")
    flow = convolution(x, "flow", 2, act=None)
    grid = sym.GridGenerator(flow * 3, transform_type="warp", name="grid")
    return sym.Group([sym.identity(flow, name="flow_out"), sym.BilinearSampler(right, grid, name="warped")])
