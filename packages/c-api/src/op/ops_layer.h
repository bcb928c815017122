/* ops_layer.h - names of the operators of one room: pooling, normalisation, activations, softmax, loss heads. See op_table.h. */
#ifndef LP_OP_OPS_LAYER_H
#define LP_OP_OPS_LAYER_H

#define LP_OPS_LAYER(X)                 \
  X(Activation)                         \
  X(BatchNorm)                          \
  X(BatchNorm_v1)                       \
  X(CuDNNBatchNorm)                     \
  X(_contrib_BatchNormWithReLU)         \
  X(_contrib_SyncBatchNorm)             \
  X(LeakyReLU)                          \
  X(Pooling)                            \
  X(Pooling_v1)                         \
  X(SoftmaxActivation)                  \
  X(SoftmaxOutput)                      \
  X(log_softmax)                        \
  X(softmax)                            \
  X(softmin)

#endif
