"""Networks of GluonCV 0.10, without pretrained weights."""

import functools

from network_spec import Network, images

def build(name, detections=None, **options):
    from gluoncv import model_zoo

    net = model_zoo.get_model(name, pretrained=False, **options)
    if detections:
        # Few, so that no rounding error decides which of thousands of like boxes stay.
        net.rpn._test_pre_nms, net.rpn._test_post_nms = 200, 40
        net._rpn_test_post_nms = net._rcnn_max_dets = 40
        net.set_nms(nms_thresh=0.5, nms_topk=detections, post_nms=detections)
    return net


def network(family, name, *shapes, small=False, sets=(), lo=-1, hi=1, scales=(), **options):
    builder = functools.partial(build, name, **options)
    return Network(name, family, builder, images(*shapes, lo=lo, hi=hi), small, sets, "gluoncv", scales)


def based(family, name, *shapes, **options):
    """A network around a classifier, whose weights are not fetched either."""
    return network(family, name, *shapes, pretrained_base=False, **options)


def classifier(family, name, small=False, first=(224, 224), second=(97, 131)):
    return network(family, name, (1, 3, *first), (3, 3, *second), small=small)


def detector(family, name, first, second=None, small=False, outputs=3, **options):
    shapes = [(1, 3, *first)] + ([(3, 3, *second)] if second else [])
    return based(family, name, *shapes, small=small, sets=tuple(range(outputs)), **options)


def region_detector(family, name, outputs=3, **options):
    # Scores that do not come near 1, where they would be equal.
    scales = (("rpnhead0_conv1_weight", 0.3), ("rpnhead0_conv2_weight", 0.1), ("rcnn0_dense1_weight", 0.3))
    return detector(family, name, (224, 288), outputs=outputs, detections=20, scales=scales, **options)


NETWORKS = [
    classifier("ResNet variants", "resnet50_v1d"),
    classifier("ResNeXt", "resnext50_32x4d"),
    classifier("SENet", "se_resnet18_v1", small=True),
    classifier("SENet", "se_resnext50_32x4d"),
    classifier("SENet", "senet_154"),
    classifier("MobileNet v3", "mobilenetv3_small", small=True, second=(225, 251)),
    classifier("MobileNet v3", "mobilenetv3_large", second=(225, 251)),
    classifier("ResNeSt", "resnest14", small=True),
    classifier("ResNeSt", "resnest50"),
    classifier("GoogLeNet", "googlenet", second=(225, 251)),
    classifier("Xception", "xception", first=(299, 299), second=(301, 303)),
    classifier("NASNet", "nasnet_4_1056", second=(225, 251)),
    classifier("ShuffleNet", "shufflenet_v1", small=True),
    classifier("ShuffleNet", "shufflenet_v2", small=True),
    classifier("DarkNet", "darknet53"),
    classifier("HRNet", "hrnet_w18_small_v1_c", second=(224, 160)),
    classifier("DLA", "dla34", second=(224, 160)),
    classifier("residual attention", "residualattentionnet56", second=(224, 224)),
    classifier("CIFAR networks", "cifar_resnext29_32x4d", first=(32, 32), second=(32, 32)),
    detector("SSD", "ssd_300_vgg16_atrous_voc", (300, 300)),
    detector("SSD", "ssd_512_mobilenet1.0_voc", (512, 512), (255, 301)),
    detector("SSD", "ssd_300_mobilenet0.25_voc", (300, 300), (233, 267), small=True),
    detector("YOLOv3", "yolo3_darknet53_coco", (256, 320)),
    detector("YOLOv3", "yolo3_mobilenet0.25_voc", (160, 224), (160, 96), small=True),
    region_detector("Faster R-CNN", "faster_rcnn_resnet50_v1b_voc"),
    region_detector("Faster R-CNN", "faster_rcnn_fpn_resnet50_v1b_coco"),
    region_detector("Mask R-CNN", "mask_rcnn_resnet18_v1b_coco", outputs=4),
    region_detector("Mask R-CNN", "mask_rcnn_fpn_resnet18_v1b_coco", outputs=4),
    detector("CenterNet", "center_net_resnet18_v1b_voc", (256, 256), (128, 192), small=True),
    detector("CenterNet", "center_net_resnet18_v1b_dcnv2_voc", (256, 256), (128, 192)),
    detector("CenterNet", "center_net_mobilenetv3_small_duc_voc", (256, 256), (128, 192)),
    based("FCN", "fcn_resnet50_ade", (1, 3, 129, 129), (3, 3, 129, 129), crop_size=129, base_size=140),
    based("PSPNet", "psp_resnet50_ade", (1, 3, 128, 128), (3, 3, 128, 128), crop_size=128, base_size=140),
    based("DeepLab v3", "deeplab_resnet50_ade", (1, 3, 128, 128), (3, 3, 128, 128), crop_size=128, base_size=140),
    based("DeepLab v3", "deeplab_resnest50_ade", (1, 3, 128, 128), crop_size=128, base_size=140),
    based("ICNet", "icnet_resnet50_citys", (1, 3, 224, 224), crop_size=224, base_size=240, height=224, width=224),
    based("FastSCNN", "fastscnn_citys", (1, 3, 256, 256), crop_size=256, base_size=256, small=True),
    based("DANet", "danet_resnet50_citys", (1, 3, 160, 160), crop_size=160, base_size=160),
    based("SimplePose", "simple_pose_resnet18_v1b", (1, 3, 256, 192), (3, 3, 129, 97), small=True),
    based("SimplePose", "simple_pose_resnet50_v1d", (1, 3, 256, 192)),
    based("SimplePose", "mobile_pose_mobilenetv3_small", (1, 3, 256, 192), small=True),
    based("AlphaPose", "alpha_pose_resnet101_v1b_coco", (1, 3, 256, 192)),
    based("video", "c3d_kinetics400", (1, 3, 16, 112, 112)),
    based("video", "r2plus1d_resnet18_kinetics400", (1, 3, 8, 96, 112), (3, 3, 8, 64, 49)),
    based("video", "p3d_resnet50_kinetics400", (1, 3, 16, 160, 160)),
    based("video", "i3d_resnet50_v1_kinetics400", (1, 3, 16, 112, 112)),
    based("video", "i3d_inceptionv1_kinetics400", (1, 3, 16, 112, 112)),
    based("video", "i3d_nl5_resnet50_v1_kinetics400", (1, 3, 16, 112, 112)),
    based("video", "slowfast_4x16_resnet50_kinetics400", (1, 3, 36, 112, 112)),
]
