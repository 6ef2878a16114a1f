#pragma once

// A start is page faults: on a virtual machine each costs 10 to 40 µs, and the code that a start
// runs lies in a hundred places. So all of the program's code, and as much of the heap as a start
// takes, is mapped before main, in a call each. Most of it is not needed again: a host keeps many
// servers, and most of them wait. When the start is over the kernel is told that code and constants
// need not stay mapped; what is run again is mapped again, from the page cache. Source: madvise(2),
// MADV_POPULATE_READ (Linux 5.14), MADV_DONTNEED of private file mappings.

namespace app {

// Does nothing in a debug build, where a debugger's breakpoints are in the code.
void release_start_up_code();

}  // namespace app
