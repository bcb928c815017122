// Package native carries out the calls of the generated package capi: it finds and loads the
// library, guards handles, checks arguments and turns failures into errors.
//
// Invariants: nothing reaches C before every argument is checked; what C sees is kept alive, on
// the heap, until the call has ended; a handle that a call holds is not freed before that.
package native

import (
	"strings"

	"libpredict/gen/constants"
)

// The words that only a binding has, besides those of the library.
const (
	// ErrDisposed: a handle was used after it was freed.
	ErrDisposed constants.ErrorCode = "disposed"
	// ErrBusy: a running call uses the handle.
	ErrBusy constants.ErrorCode = "busy"
	// ErrUnavailable: the library does not have the function.
	ErrUnavailable constants.ErrorCode = "unavailable"
	// ErrLoad: no library, or no model, could be loaded.
	ErrLoad constants.ErrorCode = "load"
	// ErrUnknown: the call failed, and the library gives no code (it has only part one of the header).
	ErrUnknown constants.ErrorCode = "unknown"
)

// Error is a call that failed, in the library or before it got there.
//
// errors.Is(err, ErrShape) and the like ask for its code.
type Error struct {
	// Code says what kind of failure it is.
	Code constants.ErrorCode
	// Function is the C function that was called; empty outside of a call.
	Function string
	// Text is the library's text, or the binding's.
	Text string
}

// Error returns the text behind the name of the function.
func (e *Error) Error() string {
	if e.Function == "" {
		return e.Text
	}
	return e.Function + ": " + e.Text
}

// Unwrap returns the code, which errors.Is compares.
func (e *Error) Unwrap() error { return e.Code }

// LoadAttempt is one place where something was looked for.
type LoadAttempt struct {
	// Source is the rule of the look-up: "path", "LIBPREDICT_PATH", "installed library", ...
	Source string
	// Path is the file, where the rule came to one.
	Path string
	// Reason says why it gave nothing.
	Reason string
}

// LoadError says that something was not found. It lists every place and why it failed.
//
// errors.Is(err, ErrLoad) is true of it.
type LoadError struct {
	// What was looked for, as the first line says it.
	What string
	// Tried has every place, in the order of the look-up.
	Tried []LoadAttempt
	// Cause is what the system said, if it said something.
	Cause error
}

// Error returns one line, and one more for each place.
func (e *LoadError) Error() string {
	var text strings.Builder
	text.WriteString(e.What + "; tried")
	for _, t := range e.Tried {
		text.WriteString("\n  " + t.Source)
		if t.Path != "" {
			text.WriteString(" (" + t.Path + ")")
		}
		text.WriteString(": " + t.Reason)
	}
	return text.String()
}

// Unwrap returns ErrLoad and the cause.
func (e *LoadError) Unwrap() []error {
	if e.Cause == nil {
		return []error{ErrLoad}
	}
	return []error{ErrLoad, e.Cause}
}
