"""The 34 networks of gluon.model_zoo.vision."""

from network_spec import Network, images

SMALL = {"squeezenet1.1", "mobilenet0.25", "mobilenetv2_0.25", "resnet18_v1", "resnet18_v2", "densenet121"}
NAMES = [
    *(f"resnet{depth}_v{version}" for version in (1, 2) for depth in (18, 34, 50, 101, 152)),
    *(f"vgg{depth}{suffix}" for suffix in ("", "_bn") for depth in (11, 13, 16, 19)),
    "alexnet", "densenet121", "densenet161", "densenet169", "densenet201", "squeezenet1.0", "squeezenet1.1", "inceptionv3",
    *(f"{family}{width}" for family in ("mobilenet", "mobilenetv2_") for width in ("1.0", "0.75", "0.5", "0.25")),
]
# The second size, where a last pooling or a FullyConnected has no freedom.
SIZES = {"vgg": (224, 224), "alexnet": (224, 224), "densenet": (229, 241), "squeezenet": (227, 229), "inceptionv3": (301, 303)}


def build(name):
    from mxnet.gluon.model_zoo import vision

    return vision.get_model(name, pretrained=False, prefix="net_")


def network(name):
    first = 299 if name == "inceptionv3" else 224
    second = next((size for prefix, size in SIZES.items() if name.startswith(prefix)), (97, 131))
    return Network(name, "gluon model zoo", lambda: build(name), images((1, 3, first, first), (3, 3, *second)), small=name in SMALL)


NETWORKS = [network(name) for name in NAMES]
