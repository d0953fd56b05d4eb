// Threads that wait for each other without burning a core that somebody else needs.
#pragma once

namespace cutlink::cli {

// LibTorch's OpenMP threads spin for milliseconds at every barrier. Where another process wants a core, one
// thread spins while its partner is not even running: a step of SmolLM2 on two busy cores took 30 s instead
// of 4 s. The OpenMP runtime reads its settings when it is loaded, before main(); so this starts the program
// again with them set. Returns where they are set already, by the user or by us, or where starting again
// fails. threads: that will be used; one thread waits for nobody.
void make_threads_patient(unsigned threads);

}  // namespace cutlink::cli
