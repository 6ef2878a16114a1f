#pragma once

// Bytes that nobody can guess, from the kernel (getrandom(2)): ids, keys, nonces.

#include <cstddef>
#include <string>

namespace mcp {

// Throws system_error if the kernel has none to give.
std::string random_bytes(std::size_t count);
std::string random_hex(std::size_t bytes);

}  // namespace mcp
