/** The networks of the comparison, written anew from their papers' tables, one image each. */

import { NetworkBuilder, type NetworkGraph, type Node } from "./network-builder.js";

export interface Architecture {
  readonly name: string;
  /** As tables call it. */
  readonly title: string;
  readonly input: readonly number[];
  readonly build: (net: NetworkBuilder) => readonly Node[];
}

type Sides = Parameters<NetworkBuilder["convolution"]>[2];

/** Convolution without bias, BatchNorm, relu. */
function block(
  net: NetworkBuilder,
  x: Node,
  filters: number,
  kernel: Sides,
  options: { stride?: number; pad?: Sides; groups?: number; eps?: number } = {},
): Node {
  const { eps = 1e-5, ...rest } = options;
  return net.relu(
    net.batchNorm(net.convolution(x, filters, kernel, { ...rest, bias: false }), eps),
  );
}

function layer(net: NetworkBuilder): readonly Node[] {
  return [net.relu(net.convolution(net.input, 8, 3, { pad: 1 }))];
}

function lenet(net: NetworkBuilder): readonly Node[] {
  let x = net.input;
  for (const filters of [20, 50]) {
    x = net.maxPool(net.tanh(net.convolution(x, filters, 5)), 2, { stride: 2 });
  }
  x = net.tanh(net.fullyConnected(net.flatten(x), 500));
  return [net.softmax(net.fullyConnected(x, 10, true))];
}

/** The proposal network of MTCNN, on one whole image. */
function det1(net: NetworkBuilder): readonly Node[] {
  let x = net.prelu(net.convolution(net.input, 10, 3));
  x = net.maxPool(x, 2, { stride: 2, full: true });
  x = net.prelu(net.convolution(x, 16, 3));
  x = net.prelu(net.convolution(x, 32, 3));
  const boxes = net.convolution(x, 4, 1);
  return [boxes, net.softmax(net.convolution(x, 2, 1, { spread: true }))];
}

/** The output network of MTCNN. */
function det3(net: NetworkBuilder): readonly Node[] {
  let x = net.prelu(net.convolution(net.input, 32, 3));
  x = net.maxPool(x, 3, { stride: 2, full: true });
  x = net.prelu(net.convolution(x, 64, 3));
  x = net.maxPool(x, 3, { stride: 2, full: true });
  x = net.prelu(net.convolution(x, 64, 3));
  x = net.maxPool(x, 2, { stride: 2, full: true });
  x = net.prelu(net.convolution(x, 128, 2));
  x = net.prelu(net.fullyConnected(net.flatten(x), 256));
  const landmarks = net.fullyConnected(x, 10);
  const boxes = net.fullyConnected(x, 4);
  return [landmarks, boxes, net.softmax(net.fullyConnected(x, 2, true))];
}

/** A face detector: MobileNet of a quarter width, two levels of a feature pyramid, a context head. */
function retinaFace(net: NetworkBuilder): readonly Node[] {
  let x = block(net, net.input, 8, 3, { stride: 2, pad: 1 });
  const separable = (filters: number, stride: number): void => {
    const groups = x.shape[1] ?? 1;
    x = block(net, block(net, x, groups, 3, { stride, pad: 1, groups }), filters, 1);
  };
  separable(16, 1);
  for (const filters of [32, 64]) {
    separable(filters, 2);
    separable(filters, 1);
  }
  separable(128, 2);
  for (let i = 0; i < 5; i++) separable(128, 1);
  const lateral = (from: Node): Node => net.relu(net.batchNorm(net.convolution(from, 64, 1), 2e-5));
  const fine = lateral(x);
  separable(256, 2);
  separable(256, 1);
  const sum = net.add(fine, net.upsample(lateral(x), 2));
  const norm = (from: Node, filters: number): Node =>
    net.batchNorm(net.convolution(from, filters, 3, { pad: 1 }), 2e-5);
  const merged = net.relu(norm(sum, 64));
  const context = net.relu(norm(merged, 16));
  const wide = norm(net.relu(norm(context, 16)), 16);
  const head = net.relu(net.concat(norm(merged, 32), norm(context, 16), wide));
  const scores = net.convolution(head, 4, 1, { spread: true });
  const [, channels = 4, height = 1, width = 1] = scores.shape;
  const pairs = net.softmax(net.reshape(scores, [1, 2, (channels / 2) * height, width]));
  return [net.reshape(pairs, scores.shape), net.convolution(head, 8, 1)];
}

function squeezeNet(net: NetworkBuilder): readonly Node[] {
  const convolve = (from: Node, filters: number, kernel: number, pad = 0, stride = 1): Node =>
    net.relu(net.convolution(from, filters, kernel, { pad, stride }));
  let x = convolve(net.input, 64, 3, 0, 2);
  const stages = [
    [16, 16],
    [32, 32],
    [48, 48, 64, 64],
  ];
  for (const stage of stages) {
    x = net.maxPool(x, 3, { stride: 2, full: true });
    for (const squeezed of stage) {
      const s = convolve(x, squeezed, 1);
      x = net.concat(convolve(s, squeezed * 4, 1), convolve(s, squeezed * 4, 3, 1));
    }
  }
  x = net.relu(net.convolution(x, 1000, 1, { spread: true }));
  return [net.flatten(net.globalAverage(x))];
}

function mobileNetV1(net: NetworkBuilder): readonly Node[] {
  let x = block(net, net.input, 32, 3, { stride: 2, pad: 1 });
  const filters = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  for (const [i, count] of filters.entries()) {
    const groups = x.shape[1] ?? 1;
    const stride = [1, 3, 5, 11].includes(i) ? 2 : 1;
    x = block(net, block(net, x, groups, 3, { stride, pad: 1, groups }), count, 1);
  }
  return classify(net, x);
}

function mobileNetV2(net: NetworkBuilder): readonly Node[] {
  const relu6 = (x: Node, filters: number, kernel: number, stride = 1, groups = 1): Node => {
    const pad = (kernel - 1) / 2;
    const y = net.convolution(x, filters, kernel, { stride, pad, groups, bias: false });
    return net.clip(net.batchNorm(y), 0, 6);
  };
  let x = relu6(net.input, 32, 3, 2);
  // Expansion, filters, repeats, stride of the first.
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expansion, filters, repeats, firstStride] of stages) {
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 ? firstStride : 1;
      const channels = x.shape[1] ?? 1;
      const wide = channels * expansion;
      const expanded = expansion === 1 ? x : relu6(x, wide, 1);
      const y = net.convolution(relu6(expanded, wide, 3, stride, wide), filters, 1, {
        bias: false,
      });
      const projected = net.batchNorm(y);
      x = stride === 1 && channels === filters ? net.add(projected, x) : projected;
    }
  }
  x = net.globalAverage(relu6(x, 1280, 1));
  return [net.flatten(net.convolution(x, 1000, 1, { bias: false, spread: true }))];
}

/** With the stride in the 3×3 convolution of a bottleneck, as version 1b has it. */
function resNet(repeats: readonly number[], bottleneck: boolean) {
  return (net: NetworkBuilder): readonly Node[] => {
    let x = block(net, net.input, 64, 7, { stride: 2, pad: 3 });
    x = net.maxPool(x, 3, { stride: 2, pad: 1 });
    for (const [stage, count] of repeats.entries()) {
      const width = 64 * 2 ** stage;
      const filters = bottleneck ? width * 4 : width;
      for (let i = 0; i < count; i++) {
        const stride = i === 0 && stage > 0 ? 2 : 1;
        const norm = (from: Node, n: number, kernel: number, options = {}): Node =>
          net.batchNorm(net.convolution(from, n, kernel, { ...options, bias: false }));
        const body = bottleneck
          ? norm(block(net, block(net, x, width, 1), width, 3, { stride, pad: 1 }), filters, 1)
          : norm(block(net, x, width, 3, { stride, pad: 1 }), filters, 3, { pad: 1 });
        const shortcut = i === 0 && x.shape[1] !== filters ? norm(x, filters, 1, { stride }) : x;
        x = net.relu(net.add(body, shortcut));
      }
    }
    return classify(net, x);
  };
}

/** Of 2015: convolutions have a bias although BatchNorm follows, and pools round up. */
function inceptionBN(net: NetworkBuilder): readonly Node[] {
  const factory = (x: Node, filters: number, kernel: number, stride = 1, pad = 0): Node =>
    net.relu(net.batchNorm(net.convolution(x, filters, kernel, { stride, pad }), 1e-10));
  const halve = (x: Node): Node => net.maxPool(x, 3, { stride: 2, full: true });
  let x = halve(factory(net.input, 64, 7, 2, 3));
  x = halve(factory(factory(x, 64, 1), 192, 3, 1, 1));
  // 1×1, reduced 3×3, 3×3, reduced double 3×3, double 3×3, projection behind a pool.
  const same = (
    [one, reduce, three, reduceDouble, double, project]: readonly number[],
    pool: "maxPool" | "averagePool" = "averagePool",
  ): void => {
    const first = factory(x, one ?? 0, 1);
    const second = factory(factory(x, reduce ?? 0, 1), three ?? 0, 3, 1, 1);
    const inner = factory(factory(x, reduceDouble ?? 0, 1), double ?? 0, 3, 1, 1);
    const third = factory(inner, double ?? 0, 3, 1, 1);
    const fourth = factory(net[pool](x, 3, { pad: 1 }), project ?? 0, 1);
    x = net.concat(first, second, third, fourth);
  };
  const down = (reduce: number, three: number, reduceDouble: number, double: number): void => {
    const first = factory(factory(x, reduce, 1), three, 3, 2, 1);
    const inner = factory(factory(x, reduceDouble, 1), double, 3, 1, 1);
    x = net.concat(first, factory(inner, double, 3, 2, 1), halve(x));
  };
  same([64, 64, 64, 64, 96, 32]);
  same([64, 64, 96, 64, 96, 64]);
  down(128, 160, 64, 96);
  same([224, 64, 96, 96, 128, 128]);
  same([192, 96, 128, 96, 128, 128]);
  same([160, 128, 160, 128, 160, 128]);
  same([96, 128, 192, 160, 192, 128]);
  down(128, 192, 192, 256);
  same([352, 192, 320, 160, 224, 128]);
  same([352, 192, 320, 192, 224, 128], "maxPool");
  return [net.softmax(net.fullyConnected(net.flatten(net.globalAverage(x)), 1000, true))];
}

function denseNet(net: NetworkBuilder): readonly Node[] {
  const growth = 32;
  let x = block(net, net.input, 64, 7, { stride: 2, pad: 3 });
  x = net.maxPool(x, 3, { stride: 2, pad: 1 });
  const convolve = (from: Node, filters: number, kernel: number): Node =>
    net.convolution(net.relu(net.batchNorm(from)), filters, kernel, {
      pad: (kernel - 1) / 2,
      bias: false,
    });
  for (const [i, layers] of [6, 12, 24, 16].entries()) {
    if (i > 0) {
      x = net.averagePool(convolve(x, (x.shape[1] ?? 0) / 2, 1), 2, { stride: 2 });
    }
    for (let j = 0; j < layers; j++) {
      x = net.concat(x, convolve(convolve(x, 4 * growth, 1), growth, 3));
    }
  }
  return classify(net, net.relu(net.batchNorm(x)));
}

function inceptionV3(net: NetworkBuilder): readonly Node[] {
  /** Each step: filters, kernel, padding, stride. */
  type Step = readonly [filters: number, kernel: Sides, pad?: Sides, stride?: number];
  const chain = (from: Node, ...steps: readonly Step[]): Node =>
    steps.reduce(
      (y, [filters, kernel, pad = 0, stride = 1]) =>
        block(net, y, filters, kernel, { pad, stride, eps: 1e-3 }),
      from,
    );
  const average = (x: Node): Node => net.averagePool(x, 3, { pad: 1 });
  const halve = (x: Node): Node => net.maxPool(x, 3, { stride: 2 });
  const wide = (filters: number, length: number): Step => [
    filters,
    [1, length],
    [0, (length - 1) / 2],
  ];
  const tall = (filters: number, length: number): Step => [
    filters,
    [length, 1],
    [(length - 1) / 2, 0],
  ];
  let x = chain(net.input, [32, 3, 0, 2], [32, 3], [64, 3, 1]);
  x = halve(chain(halve(x), [80, 1], [192, 3]));
  for (const project of [32, 64, 64]) {
    x = net.concat(
      chain(x, [64, 1]),
      chain(x, [48, 1], [64, 5, 2]),
      chain(x, [64, 1], [96, 3, 1], [96, 3, 1]),
      chain(average(x), [project, 1]),
    );
  }
  x = net.concat(chain(x, [384, 3, 0, 2]), chain(x, [64, 1], [96, 3, 1], [96, 3, 0, 2]), halve(x));
  for (const n of [128, 160, 160, 192]) {
    x = net.concat(
      chain(x, [192, 1]),
      chain(x, [n, 1], wide(n, 7), tall(192, 7)),
      chain(x, [n, 1], tall(n, 7), wide(n, 7), tall(n, 7), wide(192, 7)),
      chain(average(x), [192, 1]),
    );
  }
  x = net.concat(
    chain(x, [192, 1], [320, 3, 0, 2]),
    chain(x, [192, 1], wide(192, 7), tall(192, 7), [192, 3, 0, 2]),
    halve(x),
  );
  for (let i = 0; i < 2; i++) {
    const both = (from: Node): Node =>
      net.concat(chain(from, wide(384, 3)), chain(from, tall(384, 3)));
    x = net.concat(
      chain(x, [320, 1]),
      both(chain(x, [384, 1])),
      both(chain(x, [448, 1], [384, 3, 1])),
      chain(average(x), [192, 1]),
    );
  }
  return classify(net, x);
}

function vgg(net: NetworkBuilder): readonly Node[] {
  let x = net.input;
  const stages = [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ] as const;
  for (const [filters, repeats] of stages) {
    for (let i = 0; i < repeats; i++) x = net.relu(net.convolution(x, filters, 3, { pad: 1 }));
    x = net.maxPool(x, 2, { stride: 2 });
  }
  x = net.flatten(x);
  for (let i = 0; i < 2; i++) x = net.relu(net.fullyConnected(x, 4096));
  return [net.fullyConnected(x, 1000, true)];
}

/** The structure of the smallest of the three networks that MXNet's page on edge devices measured. */
function fastPoorNet(net: NetworkBuilder): readonly Node[] {
  let x = net.relu(net.batchNorm(net.convolution(net.input, 64, 11, { stride: 4 }), 1e-10));
  x = net.relu(net.convolution(net.maxPool(x, 3), 192, 3, { stride: 2 }));
  x = net.maxPool(x, 3, { stride: 2 });
  for (const filters of [96, 160, 144, 160])
    x = net.relu(net.convolution(x, filters, 3, { pad: 1 }));
  x = net.relu(net.convolution(net.batchNorm(x, 1e-10), 256, 3, { pad: 1 }));
  return [net.softmax(net.fullyConnected(net.flatten(net.globalAverage(x)), 1000, true))];
}

function classify(net: NetworkBuilder, x: Node): readonly Node[] {
  return [net.fullyConnected(net.flatten(net.globalAverage(x)), 1000, true)];
}

const image = (size: number): readonly number[] => [1, 3, size, size];

/** In the order of the tables: by work. */
export const architectures: readonly Architecture[] = [
  { name: "layer", title: "one 8×8 layer", input: [1, 8, 8, 8], build: layer },
  { name: "lenet", title: "LeNet 28²", input: [1, 1, 28, 28], build: lenet },
  { name: "det1", title: "MTCNN det1-like 224²", input: image(224), build: det1 },
  { name: "det3", title: "MTCNN det3-like 48²", input: image(48), build: det3 },
  {
    name: "retinaface",
    title: "RetinaFace-mobile-like 320²",
    input: image(320),
    build: retinaFace,
  },
  { name: "squeezenet", title: "SqueezeNet 1.1", input: image(224), build: squeezeNet },
  { name: "fastpoornet", title: "FastPoorNet-like", input: image(224), build: fastPoorNet },
  { name: "mobilenet1", title: "MobileNet v1", input: image(224), build: mobileNetV1 },
  { name: "mobilenet2", title: "MobileNet v2", input: image(224), build: mobileNetV2 },
  { name: "resnet18", title: "ResNet-18", input: image(224), build: resNet([2, 2, 2, 2], false) },
  { name: "inceptionbn", title: "Inception-BN", input: image(224), build: inceptionBN },
  { name: "resnet50", title: "ResNet-50", input: image(224), build: resNet([3, 4, 6, 3], true) },
  { name: "densenet121", title: "DenseNet-121", input: image(224), build: denseNet },
  { name: "inceptionv3", title: "Inception v3", input: image(299), build: inceptionV3 },
  { name: "vgg16", title: "VGG-16", input: image(224), build: vgg },
];

/** Builds a network, weights and all. */
export function buildNetwork({ name, input, build }: Architecture): NetworkGraph {
  const net = new NetworkBuilder(name, input);
  return net.finish(build(net));
}
