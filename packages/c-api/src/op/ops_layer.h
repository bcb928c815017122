/* ops_layer.h - names of the operators of one room: pooling, normalisation, activations, softmax, loss heads. See op_table.h. */
#ifndef LP_OP_OPS_LAYER_H
#define LP_OP_OPS_LAYER_H

#define LP_OPS_LAYER(X)                 \
  X(Activation)                         \
  X(BatchNorm)                          \
  X(BatchNorm_v1)                       \
  X(CuDNNBatchNorm)                     \
  X(Dropout)                            \
  X(IdentityAttachKLSparseReg)          \
  X(InstanceNorm)                       \
  X(L2Normalization)                    \
  X(LRN)                                \
  X(LeakyReLU)                          \
  X(LinearRegressionOutput)             \
  X(LogisticRegressionOutput)           \
  X(MAERegressionOutput)                \
  X(MakeLoss)                           \
  X(Pooling)                            \
  X(Pooling_v1)                         \
  X(SVMOutput)                          \
  X(SoftmaxActivation)                  \
  X(SoftmaxOutput)                      \
  X(UpSampling)                         \
  X(_contrib_BatchNormWithReLU)         \
  X(_contrib_SyncBatchNorm)             \
  X(log_softmax)                        \
  X(make_loss)                          \
  X(softmax)                            \
  X(softmin)

#endif
