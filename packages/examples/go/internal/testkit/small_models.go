package testkit

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// ReluSymbol is relu(x).
const ReluSymbol = `{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[0, 0, 0]]}],
	"arg_nodes": [0], "heads": [[1, 0, 0]]}`

// DenseSymbol is x W^T + b with the parameters fc_weight and fc_bias, then relu: outputs fc and act.
const DenseSymbol = `{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "null", "name": "fc_weight", "inputs": []},
	{"op": "null", "name": "fc_bias", "inputs": []},
	{"op": "FullyConnected", "name": "fc", "attrs": {"num_hidden": "2"}, "inputs": [[0, 0, 0], [1, 0, 0], [2, 0, 0]]},
	{"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[3, 0, 0]]}],
	"arg_nodes": [0, 1, 2], "heads": [[4, 0, 0]]}`

// SumSymbol is x + w with the parameter w.
const SumSymbol = `{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "null", "name": "w", "inputs": []},
	{"op": "elemwise_add", "name": "sum", "inputs": [[0, 0, 0], [1, 0, 0]]}],
	"arg_nodes": [0, 1], "heads": [[2, 0, 0]]}`

// CastSymbol turns x into another element type.
func CastSymbol(dtype string) string {
	return fmt.Sprintf(`{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "Cast", "name": "cast", "attrs": {"dtype": %q}, "inputs": [[0, 0, 0]]}],
	"arg_nodes": [0], "heads": [[1, 0, 0]]}`, dtype)
}

// ConvolutionSymbol is a 3x3 convolution of x with the parameter conv_weight, then relu.
func ConvolutionSymbol(channels int) string {
	return fmt.Sprintf(`{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "null", "name": "conv_weight", "inputs": []},
	{"op": "Convolution", "name": "conv", "attrs": {"kernel": "(3, 3)", "pad": "(1, 1)", "num_filter": "%d", "no_bias": "True"}, "inputs": [[0, 0, 0], [1, 0, 0]]},
	{"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[2, 0, 0]]}],
	"arg_nodes": [0, 1], "heads": [[3, 0, 0]]}`, channels)
}

// ConvolutionParams are weights of 1 for as many input as output channels.
func ConvolutionParams(channels int) []byte {
	data := make([]float32, channels*channels*9)
	for i := range data {
		data[i] = 1
	}
	return NDArrayFile(Array{"arg:conv_weight", []int{channels, channels, 3, 3}, data})
}

// ChainSymbol is sigmoid after sigmoid, n times.
func ChainSymbol(n int) string {
	var nodes strings.Builder
	nodes.WriteString(`{"op": "null", "name": "x", "inputs": []}`)
	for i := range n {
		fmt.Fprintf(&nodes, `, {"op": "Activation", "name": "act%d", "attrs": {"act_type": "sigmoid"}, "inputs": [[%d, 0, 0]]}`, i, i)
	}
	return fmt.Sprintf(`{"nodes": [%s], "arg_nodes": [0], "heads": [[%d, 0, 0]]}`, nodes.String(), n)
}

// Array is an array of a parameter file.
type Array struct {
	Name  string
	Shape []int
	Data  []float32
}

// NDArrayFile is the content of a file with arrays of float32.
func NDArrayFile(arrays ...Array) []byte {
	const listMagic, arrayMagic = 0x112, 0xF993FAC9
	le := binary.LittleEndian
	file := le.AppendUint64(le.AppendUint64(nil, listMagic), 0)
	file = le.AppendUint64(file, uint64(len(arrays)))
	for _, array := range arrays {
		file = le.AppendUint32(file, arrayMagic)
		file = le.AppendUint32(file, 0) // dense
		file = le.AppendUint32(file, uint32(len(array.Shape)))
		for _, dim := range array.Shape {
			file = le.AppendUint64(file, uint64(dim))
		}
		file = le.AppendUint32(le.AppendUint32(file, 1), 0) // CPU 0
		file = le.AppendUint32(file, 0)                     // float32
		for _, value := range array.Data {
			file = le.AppendUint32(file, math.Float32bits(value))
		}
	}
	file = le.AppendUint64(file, uint64(len(arrays)))
	for _, array := range arrays {
		file = append(le.AppendUint64(file, uint64(len(array.Name))), array.Name...)
	}
	return file
}

// NDArrayFile64 is the content of a file with one array of float64.
func NDArrayFile64(name string, data []float64) []byte {
	// As a float32 array of twice the length; then its type and its length are set right.
	const lengthAt, typeAt = 36, 52
	halves := make([]float32, 2*len(data))
	for i, value := range data {
		bits := math.Float64bits(value)
		halves[2*i], halves[2*i+1] = math.Float32frombits(uint32(bits)), math.Float32frombits(uint32(bits>>32))
	}
	file := NDArrayFile(Array{Name: name, Shape: []int{2 * len(data)}, Data: halves})
	binary.LittleEndian.PutUint64(file[lengthAt:], uint64(len(data)))
	binary.LittleEndian.PutUint32(file[typeAt:], 1)
	return file
}

// DenseParams are weights [[1, 2], [3, 4]] and the bias [0.5, -100].
func DenseParams() []byte {
	return NDArrayFile(
		Array{"arg:fc_weight", []int{2, 2}, []float32{1, 2, 3, 4}},
		Array{"arg:fc_bias", []int{2}, []float32{0.5, -100}})
}

// ResidentBytes is the memory of the process that is in RAM. Elsewhere than on Linux the test is skipped.
func ResidentBytes(t testing.TB) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("resident memory is not known here: %v", err)
	}
	var kib int64
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	t.Fatal("no VmRSS in /proc/self/status")
	return 0
}
