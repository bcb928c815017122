package native_test

import (
	"math"
	"testing"

	"libpredict/internal/native"
)

func TestFloat16(t *testing.T) {
	for bits, want := range map[native.Float16]float32{ // of IEEE 754, table 3.5, and by hand
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24,
		0x03ff: 1023 * 0x1p-24, 0x3555: 0.333251953125, 0x7c00: float32(math.Inf(1)), 0xfc00: float32(math.Inf(-1)),
	} {
		if got := bits.Float32(); got != want {
			t.Errorf("%#04x is %v, want %v", bits, got, want)
		}
		if got := native.ToFloat16(want); got != bits {
			t.Errorf("%v is %#04x, want %#04x", want, got, bits)
		}
	}
	for value, want := range map[float32]native.Float16{
		2049: 0x6800, 2051: 0x6802, // ties to even
		65519: 0x7bff, 65520: 0x7c00, // the largest, infinity
		0x1p-25: 0, 0x1.8p-25: 1, -0x1p-24: 0x8001, 0x1p-60: 0,
		1023.75 * 0x1p-24: 0x0400, // a subnormal that rounds up to a normal
	} {
		if got := native.ToFloat16(value); got != want {
			t.Errorf("%v is %#04x, want %#04x", value, got, want)
		}
	}
	for bits := range 1 << 16 {
		f := native.Float16(bits)
		if back := native.ToFloat16(f.Float32()); back != f && f.Float32() == f.Float32() {
			t.Fatalf("%#04x became %#04x", f, back)
		}
	}
	nan := native.ToFloat16(float32(math.NaN())).Float32()
	if nan == nan || native.Float16(0x8000).Float32() != 0 || !math.Signbit(float64(native.Float16(0x8000).Float32())) {
		t.Error("NaN or -0 was lost")
	}
}

func TestProductDoesNotWrap(t *testing.T) {
	for _, c := range []struct {
		dims []uint32
		want uint64
	}{{nil, 1}, {[]uint32{2, 3}, 6}, {[]uint32{math.MaxUint32, 0, math.MaxUint32}, 0}} {
		if got := native.Product(c.dims); got != c.want {
			t.Errorf("%v: %d, want %d", c.dims, got, c.want)
		}
	}
	if got := native.Product([]uint32{1 << 31, 1 << 31, 1 << 31, 8}); got < 1<<46 {
		t.Errorf("an impossible size became %d", got)
	}
}
