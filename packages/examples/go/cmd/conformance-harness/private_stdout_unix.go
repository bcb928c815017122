//go:build unix

package main

import (
	"os"
	"syscall"
)

// privateStdout moves standard output to a descriptor of its own, and lets what libraries print go
// to standard error: only frames may be on the wire.
func privateStdout() (*os.File, error) {
	wire, err := syscall.Dup(1)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(wire)
	return os.NewFile(uintptr(wire), "wire"), redirect(2, 1)
}
