package libpredict_test

import (
	"errors"
	"math"
	"testing"

	"libpredict"
	"libpredict/internal/testkit"
)

func TestAProfileHasEachNodesTimes(t *testing.T) {
	const channels = 16
	model := newModel(t, testkit.ConvolutionSymbol(channels), testkit.ConvolutionParams(channels))
	p := newPredictor(t, model, shapes(1, channels, 8, 8))
	_, err := p.Profile()
	is(t, err, libpredict.ErrState)
	x := make([]float32, channels*64)
	if err := p.SetProfiling(true); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		run(t, p, x...)
	}
	profile, err := p.Profile()
	if err != nil || profile.Runs != 3 || profile.Total <= 0 || len(profile.Nodes) == 0 {
		t.Fatal(profile, err)
	}
	shares, found := 0.0, false
	for _, node := range profile.Nodes {
		shares += node.Share
		if node.Min < 0 || node.Mean < node.Min || node.Mean > profile.Total || node.Bytes == 0 || node.Algorithm == "" {
			t.Error(node)
		}
		// The activation was fused into the convolution.
		found = found || node.Op == "Convolution" && node.Name == "act" && node.MultiplyAdds == channels*channels*9*64
	}
	if math.Abs(shares-1) > 1e-3 || !found {
		t.Error(profile)
	}
	if err := p.SetProfiling(false); err != nil {
		t.Error(err)
	}
	_, err = p.Profile()
	is(t, err, libpredict.ErrState)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	_, err = p.Profile()
	is(t, err, libpredict.ErrDisposed)
	is(t, p.SetProfiling(true), libpredict.ErrDisposed)
}

func TestLeanHoldsOneCopyOfTheWeights(t *testing.T) {
	const channels = 64
	model := newModel(t, testkit.ConvolutionSymbol(channels), testkit.ConvolutionParams(channels))
	x := make([]float32, channels*28*28)
	for i := range x {
		x[i] = 1
	}
	packed := map[libpredict.MemoryMode]uint64{}
	for _, mode := range []libpredict.MemoryMode{libpredict.MemoryFast, libpredict.MemoryLean} {
		options := shapes(1, channels, 28, 28)
		options.Memory = mode
		p := newPredictor(t, model, options)
		got := run(t, p, x...)
		// In a corner four of the nine weights of each channel meet a pixel.
		if math.Abs(float64(got[0])-4*channels) > 1e-2 || math.Abs(float64(got[29])-9*channels) > 1e-2 {
			t.Error(mode, got[0], got[29])
		}
		stats, err := p.Stats()
		if err := errors.Join(err, p.Close()); err != nil {
			t.Fatal(err)
		}
		packed[mode] = stats.PackedBytes
	}
	if packed[libpredict.MemoryLean] >= packed[libpredict.MemoryFast]/2 {
		t.Error(packed)
	}
	options := shapes(1, channels, 28, 28)
	options.Memory = 2
	_, err := model.NewPredictor(options)
	is(t, err, libpredict.ErrArgument)
}
