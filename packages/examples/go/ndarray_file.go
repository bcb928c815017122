// Files of named arrays.

package libpredict

import "os"

// NDArray is an array of an NDArray file, such as a mean image. Every element type is converted to
// float32.
type NDArray struct {
	// Name as it is in the file; "" if the file has no names.
	Name  string
	Shape []int
	Data  []float32
}

// ReadNDArrays reads all arrays of a file. The error is ErrParams for a damaged file.
func (l *Library) ReadNDArrays(path string) ([]NDArray, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return l.DecodeNDArrays(content)
}

// DecodeNDArrays reads all arrays of a file's content. The error is ErrParams for damage, ErrSize
// for more than 2 GiB.
func (l *Library) DecodeNDArrays(content []byte) (arrays []NDArray, err error) {
	if content == nil {
		content = []byte{}
	}
	list, count, err := l.binding.MXNDListCreate(content, int32(min(len(content), 1<<31-1)))
	if err != nil {
		return nil, err
	}
	defer func() {
		if freed := l.binding.MXNDListFree(list); err == nil {
			err = freed
		}
	}()
	for i := range count {
		name, data, dims, _, err := l.binding.MXNDListGet(list, i)
		if err != nil {
			return nil, err
		}
		shape := make([]int, len(dims))
		for j, dim := range dims {
			shape[j] = int(dim)
		}
		arrays = append(arrays, NDArray{name, shape, data})
	}
	return arrays, nil
}
