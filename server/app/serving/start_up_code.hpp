#pragma once

// Most of a server's memory is code that only its start has run: options, tables, the first
// listener. A host keeps many servers, and most of them wait. The kernel is told that the program's
// own code and constants need not stay mapped; what is run again is mapped again, from the page
// cache, in microseconds. Source: madvise(2), MADV_DONTNEED of private file mappings.

namespace app {

// Does nothing in a debug build, where a debugger's breakpoints are in the code.
void release_start_up_code();

}  // namespace app
