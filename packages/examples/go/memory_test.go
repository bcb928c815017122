package libpredict_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"libpredict"
	"libpredict/internal/testkit"
)

const (
	warmUpCycles = 1_000
	cycles       = 10_000
	// A leak of 100 bytes a cycle would be 1 MB; the allocators' own drift stays below this.
	allowedGrowth = 3 << 20
)

// growth is by how much the process grows while something is done over and over.
func growth(t *testing.T, cycle func() error) int64 {
	t.Helper()
	var before int64
	for i := range warmUpCycles + cycles {
		if i == warmUpCycles {
			debug.FreeOSMemory()
			before = testkit.ResidentBytes(t)
		}
		if err := cycle(); err != nil {
			t.Fatal(err)
		}
	}
	debug.FreeOSMemory()
	return testkit.ResidentBytes(t) - before
}

func TestMemoryStaysFlat(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own memory grows")
	}
	library, params := open(t), testkit.DenseParams()
	fails := func(err error, code libpredict.ErrorCode) error {
		if !errors.Is(err, code) {
			return fmt.Errorf("got %v, want %s", err, code)
		}
		return nil
	}
	small := func() error {
		model, err := library.NewModel([]byte(testkit.DenseSymbol), params)
		if err != nil {
			return err
		}
		options := shapes(1, 2)
		options.Threads = 1
		p, err := model.NewPredictor(options)
		if err != nil {
			return err
		}
		err = errors.Join(libpredict.SetInput(p, "x", []float32{10, 20}), p.Run(context.Background()))
		got, err2 := libpredict.Output[float32](p, 0)
		if got[0] != 50.5 {
			return fmt.Errorf("got %v", got)
		}
		return errors.Join(err, err2, p.Close(), model.Close())
	}
	for name, cycle := range map[string]func() error{
		"create, run, close": small,
		"damaged model": func() error {
			_, err := library.NewModel([]byte(testkit.DenseSymbol[:100]), params)
			return fails(err, libpredict.ErrSymbol)
		},
		"damaged parameters": func() error {
			_, err := library.NewModel([]byte(testkit.DenseSymbol), params[:len(params)-9])
			return fails(err, libpredict.ErrParams)
		},
		"arrays": func() error { _, err := library.DecodeNDArrays(params); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if grown := growth(t, cycle); grown > allowedGrowth {
				t.Errorf("%d cycles took %d KiB that did not come back", cycles, grown>>10)
			} else {
				t.Logf("%d cycles: %d KiB", cycles, grown>>10)
			}
		})
	}
}

// A cycle that leaks must show in the measure above.
func TestTheMeasureOfMemorySeesALeak(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector's own memory grows")
	}
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	var kept []*libpredict.Predictor
	defer func() {
		for _, p := range kept {
			_ = p.Close()
		}
	}()
	options := shapes(1, 2)
	options.Threads = 1
	grown := growth(t, func() error {
		p, err := model.NewPredictor(options)
		kept = append(kept, p)
		return err
	})
	if grown <= allowedGrowth {
		t.Errorf("%d predictors that nobody closed took only %d KiB", cycles, grown>>10)
	}
}

func TestWhatNobodyClosesIsGivenBack(t *testing.T) {
	library, err := libpredict.Open(testkit.FakeLibrary(t, "-DFINALIZER"))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		model, err := library.NewModel([]byte("{}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": {1}}}); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		info, err := library.BuildInfo()
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(info, "live=0 ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(info)
		}
	}
}

// While a method runs, its predictor is not garbage, even if nobody else knows it.
func TestTheBackstopSparesWhatIsInUse(t *testing.T) {
	library, err := libpredict.Open(testkit.FakeLibrary(t, "-DFINALIZER"))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	for range 2000 {
		model, err := library.NewModel([]byte("{}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": {1}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := libpredict.SetInput(p, "data", []float32{1}); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-collected
}
