"""Networks that no package builds, written for this suite: gluon blocks and symbols of the kinds that were exported."""

import networks_blocks as blocks
import networks_symbols as symbols
from network_spec import Input, Network, images

TOKENS = ({"data": Input((1, 12), 0, 200, True)}, {"data": Input((3, 7), 0, 200, True)})
FRAMES = ({"data": Input((2, 9, 16))}, {"data": Input((3, 5, 16))})
PAIR = ({"left": Input((1, 3, 96, 128)), "right": Input((1, 3, 96, 128))},)


def proposals(height, width):
    return {"data": Input((1, 3, height, width)), "im_info": Input((1, 3), values=(height, width, 1))}


NETWORKS = [
    Network("efficientnet_b0", "EfficientNet", blocks.efficientnet, images((1, 3, 224, 224), (3, 3, 97, 131))),
    Network("dpn68", "DPN", blocks.dual_path_network, images((1, 3, 224, 224), (3, 3, 97, 131))),
    Network("style_transfer", "style transfer", blocks.style_transfer, images((1, 3, 96, 128), (3, 3, 61, 43)), True),
    Network("super_resolution", "super-resolution", blocks.super_resolution, images((1, 1, 64, 80), (3, 1, 37, 29)), True),
    Network("super_resolution_shuffle", "super-resolution", blocks.super_resolution_shuffle, images((1, 3, 32, 40)), True),
    Network("dcgan_generator", "GAN", blocks.dcgan_generator, images((1, 64, 1, 1), (3, 64, 1, 1)), True),
    Network("u_net", "U-Net", blocks.u_net, images((1, 3, 96, 112), (3, 3, 64, 48)), True),
    Network("vision_transformer", "transformers", blocks.vision_transformer, images((1, 3, 64, 64), (3, 3, 64, 64)), True),
    Network("crnn_lstm", "CRNN", blocks.crnn, images((1, 1, 32, 100), (3, 1, 32, 67)), True, one_dnn=True),
    Network("mobile_face_net", "face embedding", symbols.mobile_face_net, images((1, 3, 112, 112), (3, 3, 112, 112), lo=0, hi=255), True),
    Network("crnn_unrolled", "CRNN", symbols.crnn_unrolled, images((1, 1, 32, 100), (3, 1, 32, 100)), True),
    Network("lstm_language_model", "LSTM language model", symbols.language_model, TOKENS, True, one_dnn=True),
    Network("lstm_language_model_unrolled", "LSTM language model", symbols.language_model_unrolled, ({"data": Input((1, 8), 0, 200, True)}, {"data": Input((3, 8), 0, 200, True)}), True),
    Network("gru_tagger", "recurrent", symbols.gru_tagger, TOKENS, True, one_dnn=True),
    Network("foreach_recurrence", "recurrent", symbols.foreach_recurrence, FRAMES, True),
    Network("ssd_symbol", "SSD", symbols.ssd, images((1, 3, 160, 160), (3, 3, 97, 131)), True, sets=(0,)),
    Network("faster_rcnn_symbol", "Faster R-CNN", symbols.faster_rcnn, (proposals(160, 208), proposals(129, 97)), True, sets=(0, 1, 2)),
    Network("deformable_rfcn", "R-FCN", symbols.deformable_rfcn, (proposals(160, 208),), True, sets=(0, 1, 2)),
    Network("fcn8s_symbol", "FCN", symbols.fcn8s, images((1, 3, 97, 131), (3, 3, 64, 80)), True),
    Network("spatial_transformer", "spatial transformer", symbols.spatial_transformer, images((1, 1, 40, 40), (3, 1, 40, 40)), True),
    Network("flow_net", "optical flow", symbols.flow_net, PAIR, True),
]
