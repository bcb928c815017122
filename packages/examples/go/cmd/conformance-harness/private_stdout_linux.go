package main

import "syscall"

// redirect: dup2 is missing on some architectures of Linux.
func redirect(from, to int) error { return syscall.Dup3(from, to, 0) }
