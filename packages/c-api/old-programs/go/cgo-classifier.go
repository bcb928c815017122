// A classifier in the Go of 2016: cgo, one goroutine for each image, no modules.
// Usage: cgo-classifier SYMBOL PARAMS IMAGE...
package main

/*
#cgo LDFLAGS: -lmxnet_predict
#include <stdlib.h>
#include <mxnet/c_predict_api.h>
*/
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"io/ioutil"
	"os"
	"runtime"
	"sync"
	"unsafe"
)

const pixels = 8 * 8
const classes = 10

type predictor struct {
	handle C.PredictorHandle
}

// The text of an error belongs to the thread: nothing may come between the call and this one.
func lastError() error {
	return errors.New(C.GoString(C.MXGetLastError()))
}

// One at a time, as was wise with MXNet.
var creating sync.Mutex

func create(symbol, params []byte, input string) (*predictor, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	json := C.CString(string(symbol))
	defer C.free(unsafe.Pointer(json))
	// Go's pointers may not stand in memory that C reads, so the array of names is C's.
	keys := (**C.char)(C.malloc(C.size_t(unsafe.Sizeof(uintptr(0)))))
	defer C.free(unsafe.Pointer(keys))
	*keys = C.CString(input)
	defer C.free(unsafe.Pointer(*keys))
	indptr := []C.mx_uint{0, 4}
	shape := []C.mx_uint{1, 1, 8, 8}
	var handle C.PredictorHandle
	creating.Lock()
	defer creating.Unlock()
	if C.MXPredCreate(json, unsafe.Pointer(&params[0]), C.int(len(params)), 1, 0, 1, keys,
		&indptr[0], &shape[0], &handle) != 0 {
		return nil, lastError()
	}
	return &predictor{handle}, nil
}

func (p *predictor) classify(image []float32) ([]float32, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	key := C.CString("data")
	defer C.free(unsafe.Pointer(key))
	if C.MXPredSetInput(p.handle, key, (*C.mx_float)(unsafe.Pointer(&image[0])), C.mx_uint(len(image))) != 0 {
		return nil, lastError()
	}
	if C.MXPredForward(p.handle) != 0 {
		return nil, lastError()
	}
	var shape *C.mx_uint
	var dims C.mx_uint
	if C.MXPredGetOutputShape(p.handle, 0, &shape, &dims) != 0 {
		return nil, lastError()
	}
	size := 1
	for _, n := range (*[1 << 20]C.mx_uint)(unsafe.Pointer(shape))[:dims:dims] {
		size *= int(n)
	}
	scores := make([]float32, size)
	if C.MXPredGetOutput(p.handle, 0, (*C.mx_float)(unsafe.Pointer(&scores[0])), C.mx_uint(size)) != 0 {
		return nil, lastError()
	}
	return scores, nil
}

func readImage(path string) ([]float32, error) {
	file, err := ioutil.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var width, height, maximum int
	if _, err := fmt.Fscanf(bytes.NewReader(file), "P5\n%d %d\n%d\n", &width, &height, &maximum); err != nil {
		return nil, err
	}
	image := make([]float32, width*height)
	for i, ink := range file[len(file)-width*height:] {
		image[i] = float32(ink) / float32(maximum)
	}
	return image, nil
}

func run(symbol, params []byte, path string) string {
	p, err := create(symbol, params, "data")
	if err != nil {
		return err.Error()
	}
	image, err := readImage(path)
	if err != nil {
		return err.Error()
	}
	scores, err := p.classify(image)
	if err != nil {
		return err.Error()
	}
	best := 0
	for i := range scores {
		if scores[i] > scores[best] {
			best = i
		}
	}
	_, short := p.classify(image[:3])
	C.MXPredFree(p.handle)
	return fmt.Sprintf("%d scores, class %d, %.6f, a short image fails: %v", len(scores), best, scores[best], short != nil)
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: cgo-classifier SYMBOL PARAMS IMAGE...")
		os.Exit(1)
	}
	symbol, err := ioutil.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	params, err := ioutil.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	lines := make([]string, len(os.Args)-3)
	var wait sync.WaitGroup
	for i, path := range os.Args[3:] {
		wait.Add(1)
		go func(i int, path string) {
			defer wait.Done()
			lines[i] = run(symbol, params, path)
		}(i, path)
	}
	wait.Wait()
	for i, line := range lines {
		fmt.Printf("image %d: %s\n", i, line)
	}
}
