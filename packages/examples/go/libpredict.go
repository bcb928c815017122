// Package libpredict runs trained Apache MXNet networks: it loads a model, binds it to input
// shapes, and computes. It needs no C compiler; the native library is found and loaded at run time.
//
//	library, err := libpredict.Open("")                 // finds the native library
//	model, err := library.LoadModel("models/digits")    // digits-symbol.json, digits-0000.params
//	predictor, err := model.NewPredictor(libpredict.Options{
//		Shapes: map[string][]int{"data": {1, 1, 8, 8}},
//	})
//	err = libpredict.SetInput(predictor, "data", pixels) // []float32
//	err = predictor.Run(ctx)
//	guesses, err := libpredict.Output[float32](predictor, 0)
//
// # Memory
//
// Models, predictors and their weights are native memory: Close gives it back. A second Close
// returns an error that errors.Is ErrDisposed, as that of an os.File returns fs.ErrClosed. What is
// not closed is given back some time after the garbage collector finds it. A model may be closed
// while predictors of it live. Close during a running call returns at once, and the memory is given
// back when that call ends.
//
// # Goroutines
//
// A Library and a Model may be used by any number of goroutines at the same time. A Predictor is
// used by one at a time: a call during another call returns an error that errors.Is ErrBusy.
// Predictors of one model share its weights, so make one for each goroutine.
//
// # Errors
//
// What the library reports is an *Error with a code and a text; errors.Is asks for the code:
//
//	if errors.Is(err, libpredict.ErrShape) { ... }
package libpredict

import (
	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/native"
)

// Error is a call that failed, in the library or before it got there.
type Error = capi.Error

// LoadError says that no library, or no model, was found. It lists every place and why it failed.
type LoadError = capi.LoadError

// LoadAttempt is one place where something was looked for.
type LoadAttempt = capi.LoadAttempt

// CallbackPanic is what Run panics with after a monitor callback panicked.
type CallbackPanic = capi.CallbackPanic

// ErrorCode is what went wrong, as a word. It is an error, so that errors.Is can ask for it.
type ErrorCode = constants.ErrorCode

// What errors.Is can be asked for. The generated package constants says of each what gives it and
// what to do.
const (
	ErrArgument    = constants.ErrArgument    // an argument is unusable
	ErrHandle      = constants.ErrHandle      // an object of another kind or library
	ErrMemory      = constants.ErrMemory      // memory could not be had
	ErrSymbol      = constants.ErrSymbol      // the symbol is damaged
	ErrParams      = constants.ErrParams      // the parameters are damaged, or another model's
	ErrUnsupported = constants.ErrUnsupported // an operator that the library does not have
	ErrAttribute   = constants.ErrAttribute   // an impossible value of an operator's attribute
	ErrShape       = constants.ErrShape       // shapes contradict each other, or do not suffice
	ErrDType       = constants.ErrDType       // another element type
	ErrName        = constants.ErrName        // a name that is not valid here
	ErrSize        = constants.ErrSize        // another number of elements
	ErrIndex       = constants.ErrIndex       // beyond the last element
	ErrState       = constants.ErrState       // the call comes at the wrong time
	ErrMissing     = constants.ErrMissing     // a weight that nobody gave
	ErrDevice      = constants.ErrDevice      // a device that does not exist
	ErrInternal    = constants.ErrInternal    // a defect of the library
	ErrFile        = constants.ErrFile        // a file cannot be read
	ErrDisposed    = native.ErrDisposed       // used, or closed, after Close
	ErrBusy        = native.ErrBusy           // another call is using the predictor
	ErrUnavailable = native.ErrUnavailable    // the library does not have the function
	ErrLoad        = native.ErrLoad           // no library, or no model, could be loaded
	ErrUnknown     = native.ErrUnknown        // a library without codes reports a failure
)

// Element is what a slice of a tensor's elements may hold. Float16 elements are Float16 or uint16,
// bool elements bool or uint8.
type Element = capi.Element

// Float16 is a 16-bit IEEE float, as its bits.
type Float16 = capi.Float16

// ToFloat16 rounds to the nearest, ties to even.
func ToFloat16(value float32) Float16 { return native.ToFloat16(value) }

// DType is the element type of a tensor, numbered as in MXNet's files.
type DType int32

// The element types.
const (
	DTypeFloat32 DType = constants.LP_FLOAT32
	DTypeFloat64 DType = constants.LP_FLOAT64
	DTypeFloat16 DType = constants.LP_FLOAT16
	DTypeUint8   DType = constants.LP_UINT8
	DTypeInt32   DType = constants.LP_INT32
	DTypeInt8    DType = constants.LP_INT8
	DTypeInt64   DType = constants.LP_INT64
	DTypeBool    DType = constants.LP_BOOL
)

// String returns the name that MXNet uses, such as "float32".
func (d DType) String() string {
	switch d {
	case DTypeFloat32:
		return "float32"
	case DTypeFloat64:
		return "float64"
	case DTypeFloat16:
		return "float16"
	case DTypeUint8:
		return "uint8"
	case DTypeInt32:
		return "int32"
	case DTypeInt8:
		return "int8"
	case DTypeInt64:
		return "int64"
	case DTypeBool:
		return "bool"
	}
	return "unknown"
}

func failure(code ErrorCode, text string) error { return &Error{Code: code, Text: text} }
