#include "server/app/serving/start_up_code.hpp"

#include <cstdint>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace app {

namespace {

// The program itself is listed first.
[[maybe_unused]] int release(dl_phdr_info* program, std::size_t, void*)
{
    auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < program->dlpi_phnum; ++i) {
        auto const& part = program->dlpi_phdr[i];
        if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0)
            continue;
        auto const first = (program->dlpi_addr + part.p_vaddr + page - 1) / page * page;
        auto const end = (program->dlpi_addr + part.p_vaddr + part.p_memsz) / page * page;
        if (first < end)
            ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
    }
    return 1;
}

}  // namespace

void release_start_up_code()
{
#ifdef NDEBUG
    ::dl_iterate_phdr(release, nullptr);
#endif
}

}  // namespace app
