// What tensors are, and their elements as slices.

package libpredict

import (
	"fmt"
	"slices"
	"unsafe"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/native"
)

// TensorInfo is what a tensor is, without its data.
type TensorInfo struct {
	Name  string
	DType DType
	Shape []int
}

// Len is the number of elements.
func (t TensorInfo) Len() int {
	count := 1
	for _, dim := range t.Shape {
		count *= dim
	}
	return count
}

// Tensor is a tensor with its data; Data reads them.
type Tensor struct {
	TensorInfo
	data []byte
}

// Data shows the elements of a tensor, row by row, without copying them. The error is ErrDType if
// []T does not hold its elements. Who gave the tensor says how long the slice may be used.
func Data[T Element](t Tensor) ([]T, error) {
	if !fits[T](t.DType) {
		return nil, failure(ErrDType, fmt.Sprintf("%s: the elements are in a %s", t.Name, native.SliceName(int32(t.DType))))
	}
	var zero T
	if _, isBool := any(zero).(bool); isBool && slices.ContainsFunc(t.data, func(b byte) bool { return b > 1 }) {
		return nil, failure(ErrDType, fmt.Sprintf("%s: it has bytes that are no bool; read them as []uint8", t.Name))
	}
	if len(t.data) == 0 {
		return []T{}, nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.data))), len(t.data)/int(unsafe.Sizeof(zero))), nil
}

func fits[T Element](dtype DType) bool { return native.Fits[T](int32(dtype)) }

// dtypeOf is the element type of a []T; uint8 for []uint8, which may hold bools, too.
func dtypeOf[T Element]() DType {
	for dtype := range DType(constants.LP_BOOL + 1) {
		if fits[T](dtype) {
			return dtype
		}
	}
	return -1
}

// bytesOf is the memory of a slice.
func bytesOf[T Element](data []T) []byte {
	if len(data) == 0 {
		return []byte{}
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*int(unsafe.Sizeof(data[0])))
}

func infosOf(predictor *capi.PredictorHandle, count func(*capi.PredictorHandle) (uint32, error),
	info func(*capi.PredictorHandle, uint32) (string, int32, []int64, uint32, error)) ([]TensorInfo, error) {
	number, err := count(predictor)
	if err != nil {
		return nil, err
	}
	infos := make([]TensorInfo, number)
	for i := range infos {
		name, dtype, dims, _, err := info(predictor, uint32(i))
		if err != nil {
			return nil, err
		}
		infos[i] = TensorInfo{name, DType(dtype), shapeOf(dims)}
	}
	return infos, nil
}

func shapeOf(dims []int64) []int {
	shape := make([]int, len(dims))
	for i, dim := range dims {
		shape[i] = int(dim)
	}
	return shape
}

func cloneInfo(info TensorInfo) TensorInfo {
	info.Shape = slices.Clone(info.Shape)
	return info
}

func cloneInfos(infos []TensorInfo) []TensorInfo {
	clones := make([]TensorInfo, len(infos))
	for i, info := range infos {
		clones[i] = cloneInfo(info)
	}
	return clones
}
