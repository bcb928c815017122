package libpredict_test

import (
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
