/*
 * op_conversion.h - steps that no node of a graph stands for: conversion of
 * element type and of layout. They are not in the table of operators.
 */
#ifndef LP_OP_OP_CONVERSION_H
#define LP_OP_OP_CONVERSION_H

#include "op.h"

/* Output 0 is input 0 in the output's element type. */
LP_DATA_DECLARE const lp_op lp_op_to_dtype;
/* Output 0 is input 0 in the output's layout. */
LP_DATA_DECLARE const lp_op lp_op_to_layout;

#endif
