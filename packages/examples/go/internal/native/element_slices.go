// Slices of tensor elements: which Go types hold which element types.

package native

import (
	"math"
	"unsafe"

	"libpredict/gen/constants"
)

// Float16 is a 16-bit IEEE float, as its bits.
type Float16 uint16

// Float32 converts; every Float16 is exactly a float32.
func (f Float16) Float32() float32 {
	sign := uint32(f&0x8000) << 16
	exponent, fraction := uint32(f>>10&0x1f), uint32(f&0x3ff)
	switch exponent {
	case 0: // zero, or a multiple of 2^-24
		return math.Float32frombits(math.Float32bits(float32(fraction)*0x1p-24) | sign)
	case 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

// ToFloat16 rounds to the nearest, ties to even.
func ToFloat16(value float32) Float16 {
	bits := math.Float32bits(value)
	sign := Float16(bits >> 16 & 0x8000)
	switch magnitude := bits & 0x7fffffff; {
	case magnitude > 0x7f800000: // a NaN stays one
		return sign | 0x7e00 | Float16(magnitude>>13&0x3ff)
	case magnitude >= 0x477ff000: // rounds to 65520 or more
		return sign | 0x7c00
	case magnitude < 0x38800000: // below 2^-14: a multiple of 2^-24; the product is exact
		return sign | Float16(math.RoundToEven(float64(math.Float32frombits(magnitude))*0x1p24))
	default:
		rounded := magnitude + 0xfff + magnitude>>13&1
		return sign | Float16((rounded-(127-15)<<23)>>13)
	}
}

// Element is what a slice of a tensor's elements may hold. Float16 elements are Float16 or uint16,
// bool elements bool or uint8.
type Element interface {
	float32 | float64 | Float16 | uint16 | uint8 | int32 | int8 | int64 | bool
}

// Elements is a slice of any element type.
type Elements struct {
	pointer unsafe.Pointer
	count   int
	name    string
	fits    uint16 // bit n: elements of type n of LPDType
	size    uintptr
}

const (
	boolBit  = 1 << constants.LP_BOOL
	uint8Bit = 1 << constants.LP_UINT8
)

// ElementsOf lends a slice to a call.
func ElementsOf[T Element](slice []T) Elements {
	name, fits := elementClass[T]()
	var zero T
	return Elements{unsafe.Pointer(unsafe.SliceData(slice)), len(slice), name, fits, unsafe.Sizeof(zero)}
}

func elementClass[T Element]() (name string, fits uint16) {
	switch any((*T)(nil)).(type) {
	case *float32:
		return "[]float32", 1 << constants.LP_FLOAT32
	case *float64:
		return "[]float64", 1 << constants.LP_FLOAT64
	case *Float16:
		return "[]Float16", 1 << constants.LP_FLOAT16
	case *uint16:
		return "[]uint16", 1 << constants.LP_FLOAT16
	case *uint8:
		return "[]uint8", uint8Bit | boolBit
	case *int32:
		return "[]int32", 1 << constants.LP_INT32
	case *int8:
		return "[]int8", 1 << constants.LP_INT8
	case *int64:
		return "[]int64", 1 << constants.LP_INT64
	default:
		return "[]bool", boolBit
	}
}

// Fits tells whether elements of a type of LPDType can be held by a []T.
func Fits[T Element](dtype int32) bool {
	_, fits := elementClass[T]()
	return dtype >= 0 && dtype < 16 && fits>>dtype&1 != 0
}

// sliceNames says what holds the elements of each type, for messages.
var sliceNames = map[int32]string{
	int32(constants.LP_FLOAT32): "[]float32",
	int32(constants.LP_FLOAT64): "[]float64",
	int32(constants.LP_FLOAT16): "[]Float16 or []uint16",
	int32(constants.LP_UINT8):   "[]uint8",
	int32(constants.LP_INT32):   "[]int32",
	int32(constants.LP_INT8):    "[]int8",
	int32(constants.LP_INT64):   "[]int64",
	int32(constants.LP_BOOL):    "[]bool or []uint8",
}

// SliceName says what holds elements of a type of LPDType.
func SliceName(dtype int32) string { return sliceNames[dtype] }

// normalizeBools makes every byte 0 or 1: a Go bool must not be anything else.
func (e Elements) normalizeBools() {
	if e.fits != boolBit {
		return
	}
	for i, b := range unsafe.Slice((*uint8)(e.pointer), e.count) {
		if b > 1 {
			unsafe.Slice((*uint8)(e.pointer), e.count)[i] = 1
		}
	}
}
