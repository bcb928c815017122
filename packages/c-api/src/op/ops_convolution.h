/* ops_convolution.h - names of the operators of one room: convolution, deconvolution, fully connected. See op_table.h. */
#ifndef LP_OP_OPS_CONVOLUTION_H
#define LP_OP_OPS_CONVOLUTION_H

#define LP_OPS_CONVOLUTION(X) X(Convolution) X(Deconvolution) X(FullyConnected)

#endif
