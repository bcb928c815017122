// Elements of any type as bytes of a frame, and back.

package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
)

func elementBytes(dtype int32) int {
	sizes := map[int32]int{constants.LP_FLOAT32: 4, constants.LP_FLOAT64: 8, constants.LP_FLOAT16: 2,
		constants.LP_UINT8: 1, constants.LP_INT32: 4, constants.LP_INT8: 1, constants.LP_INT64: 8, constants.LP_BOOL: 1}
	return sizes[dtype]
}

// elementsOf copies bytes into a slice of the type that the binding wants; memory is that of the slice.
func elementsOf(dtype int32, data []byte) (elements capi.Elements, memory []byte, err error) {
	switch dtype {
	case constants.LP_FLOAT32:
		elements, memory = sliceOf[float32](data)
	case constants.LP_FLOAT64:
		elements, memory = sliceOf[float64](data)
	case constants.LP_FLOAT16:
		elements, memory = sliceOf[capi.Float16](data)
	case constants.LP_UINT8, constants.LP_BOOL: // bytes as they are: a case may hold what is no bool
		elements, memory = sliceOf[uint8](data)
	case constants.LP_INT32:
		elements, memory = sliceOf[int32](data)
	case constants.LP_INT8:
		elements, memory = sliceOf[int8](data)
	case constants.LP_INT64:
		elements, memory = sliceOf[int64](data)
	default:
		err = &capi.Error{Code: constants.ErrDType, Text: fmt.Sprintf("there is no element type %d", dtype)}
	}
	return elements, memory, err
}

func sliceOf[T capi.Element](data []byte) (capi.Elements, []byte) {
	var zero T
	slice := make([]T, len(data)/int(unsafe.Sizeof(zero)))
	memory := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(slice))), len(slice)*int(unsafe.Sizeof(zero)))
	copy(memory, data)
	return capi.ElementsOf(slice), memory
}

func bytesOf(floats []float32) []byte {
	bytes := make([]byte, 0, 4*len(floats))
	for _, f := range floats {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(f))
	}
	return bytes
}
