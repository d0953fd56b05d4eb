// Signal handlers beside computations. Kernels of LibTorch keep data further below the stack pointer than the
// ABI's 128 bytes, so a handler on the same stack overwrites what they compute with (seen on x86-64 with
// AVX-512: a run that was asked to stop crashed, or went on with wrong numbers).
#pragma once

#include <csignal>

namespace cutlink {

// An action whose handler runs on a stack of its own, which the calling thread gets here unless it has one,
// and keeps. The kernel gives a process's signals to its main thread first: call it there. System calls go on
// afterwards (SA_RESTART). Throws Error(run) where there is no such stack to be had.
[[nodiscard]] struct sigaction on_own_stack(void (*handler)(int));

}  // namespace cutlink
