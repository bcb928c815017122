package native_test

import (
	"errors"
	"testing"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/testkit"
)

// A library with MXNet's part only, defects included.

func partOnePredictor(t *testing.T, b *capi.Binding, dtype int32) *capi.PredictorHandle {
	t.Helper()
	p, err := b.MXPredCreateEx("", []byte{0}, 1, 1, 0, 1, []string{"data"}, []uint32{0, 1}, []uint32{2},
		1, []string{"data"}, []int32{dtype})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheReferenceWritesTypesBeyondOneInteger(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t, "-DPART_ONE"))
	p := partOnePredictor(t, b, constants.LP_INT64)
	for index := range uint32(2) {
		if dtype, err := b.MXPredGetOutputType(p, index); err != nil || dtype != constants.LP_INT64 {
			t.Error(index, dtype, err)
		}
	}
	// float32 is 0, as is what nobody wrote.
	if dtype, err := b.MXPredGetOutputType(partOnePredictor(t, b, constants.LP_FLOAT32), 1); err != nil || dtype != constants.LP_FLOAT32 {
		t.Error(dtype, err)
	}
}

func TestTypesAreRememberedWhereTheLibraryCannotTell(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t, "-DPART_ONE"))
	p := partOnePredictor(t, b, constants.LP_UINT8)
	reshaped, err := b.MXPredReshape(1, []string{"data"}, []uint32{0, 1}, []uint32{2}, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, predictor := range []*capi.PredictorHandle{p, reshaped} {
		wants(t, b.MXPredSetInput(predictor, "data", capi.ElementsOf([]float32{1, 2}), 2), constants.ErrDType, "[]uint8")
		got := make([]uint8, 2)
		err := errors.Join(b.MXPredSetInput(predictor, "data", capi.ElementsOf([]uint8{7, 9}), 2),
			b.MXPredForward(predictor), b.MXPredGetOutput(predictor, 1, capi.ElementsOf(got), 2))
		if err != nil || got[0] != 7 || got[1] != 9 {
			t.Error(got, err)
		}
		if err := b.MXPredFree(predictor); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingIsReadBeyondASliceOfUnknownType(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t, "-DPART_ONE"))
	// The tensor is of float64, but the type was given under another name than "data".
	p, err := b.MXPredCreateEx("", []byte{0}, 1, 1, 0, 1, []string{"data"}, []uint32{0, 1}, []uint32{2},
		1, []string{"weight"}, []int32{constants.LP_FLOAT64})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.MXPredFree(p) }()
	beyond, got := []float32{1, 2, 98, 99}, make([]float64, 2)
	err = errors.Join(b.MXPredSetInput(p, "data", capi.ElementsOf(beyond[:2]), 2), b.MXPredForward(p),
		b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 2))
	if err != nil || got[1] != 0 {
		t.Error(got, err)
	}
}

func TestALibraryWithoutCodesGivesUnknown(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t, "-DPART_ONE"))
	_, err := b.MXPredCreate("fail", []byte{0}, 1, 1, 0, 0, nil, nil, nil)
	wants(t, err, capi.ErrUnknown, "MXPredCreate: the symbol says fail")
}

// What Go passes for nil and empty arrays is never NULL: the reference reads it.
func TestNilArraysWhereThereAreNone(t *testing.T) {
	b := realLibrary(t)
	for _, empty := range []struct {
		keys         []string
		starts, dims []uint32
	}{{nil, nil, nil}, {[]string{}, []uint32{0}, []uint32{}}} {
		_, err := b.MXPredCreate(testkit.ReluSymbol, noParams, int32(len(noParams)), 1, 0, 0, empty.keys, empty.starts, empty.dims)
		wants(t, err, constants.ErrShape)
	}
}
