// What each node of a network takes.

package libpredict

import (
	"encoding/json"
	"runtime"
	"time"
)

// Profile is what the nodes of a predictor took, over the runs that were measured.
type Profile struct {
	// Runs that were measured, whole ones only.
	Runs uint64
	// Total is the sum of the nodes' mean times.
	Total time.Duration
	// Nodes as they are run: fused, in order.
	Nodes []NodeProfile
}

// NodeProfile is what one node took.
type NodeProfile struct {
	// Name of the last node of the model that was fused into it.
	Name string
	// Op is the operator; to_layout and to_dtype are conversions that no node of the model stands for.
	Op string
	// Algorithm is how it is done.
	Algorithm string
	// Min and Mean are times of one run.
	Min, Mean time.Duration
	// Share of the total, 0 to 1.
	Share float64
	// MultiplyAdds of one run; 0 where nobody counts them.
	MultiplyAdds uint64
	// Bytes of its inputs, weights and outputs, each once.
	Bytes uint64
}

// SetProfiling begins or ends the measuring of each node's time, from the next Run on. What was
// measured before is forgotten; so it is when a weight is set, or a monitor comes or goes. Measuring
// takes about 50 ns a node.
//
// Errors: ErrBusy, ErrDisposed.
func (p *Predictor) SetProfiling(on bool) error {
	defer runtime.KeepAlive(p)
	enable := int32(0)
	if on {
		enable = 1
	}
	return p.library.binding.LPPredSetProfiling(p.handle, enable)
}

// Profile tells what each node took since SetProfiling.
//
// Errors: ErrState if nothing was measured; ErrBusy, ErrDisposed.
func (p *Predictor) Profile() (Profile, error) {
	defer runtime.KeepAlive(p)
	text, err := report(func(memory []byte, capacity uint64) (uint64, error) {
		return p.library.binding.LPPredGetNodeProfile(p.handle, memory, capacity)
	})
	if err != nil {
		return Profile{}, err
	}
	var read struct {
		Runs  uint64
		Total time.Duration `json:"total_ns"`
		Nodes []struct {
			Name, Op, Algorithm string
			Min                 time.Duration `json:"min_ns"`
			Mean                time.Duration `json:"mean_ns"`
			Share               float64
			MultiplyAdds        uint64 `json:"multiply_adds"`
			Bytes               uint64
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return Profile{}, err
	}
	profile := Profile{Runs: read.Runs, Total: read.Total}
	for _, node := range read.Nodes {
		profile.Nodes = append(profile.Nodes, NodeProfile(node))
	}
	return profile, nil
}
