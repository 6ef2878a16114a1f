#include "server/app/serving/start_up_code.hpp"

#ifdef NDEBUG

#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace app {

namespace {

constexpr int heap_size = 224 << 10;

std::uintptr_t round_up(std::uintptr_t address)
{
    auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    return (address + page - 1) / page * page;
}

void advise(dl_phdr_info const& program, ElfW(Phdr) const& part, int advice)
{
    auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto const first = (program.dlpi_addr + part.p_vaddr + page - 1) / page * page;
    auto const end = (program.dlpi_addr + part.p_vaddr + part.p_memsz) / page * page;
    if (first < end)
        ::madvise(reinterpret_cast<void*>(first), end - first, advice);
}

// Of the program itself, which is listed first.
int populate(dl_phdr_info* program, std::size_t, void*)
{
    for (int i = 0; i < program->dlpi_phnum; ++i)
        if (auto const& part = program->dlpi_phdr[i];
            part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0)
            advise(*program, part, MADV_POPULATE_READ);
    return 1;
}

// What the start allocates, and a little more.
void populate_heap()
{
    ::mallopt(M_TOP_PAD, heap_size);
    std::unique_ptr<char[]> const first(new char[1]);
    auto const end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    auto const start = round_up(reinterpret_cast<std::uintptr_t>(first.get()));
    if (start < end && end - start < 4 * heap_size)
        ::madvise(reinterpret_cast<void*>(start), end - start, MADV_POPULATE_WRITE);
}

int release(dl_phdr_info* program, std::size_t, void*)
{
    for (int i = 0; i < program->dlpi_phnum; ++i)
        if (auto const& part = program->dlpi_phdr[i];
            part.p_type == PT_LOAD && (part.p_flags & PF_W) == 0)
            advise(*program, part, MADV_DONTNEED);
    return 1;
}

// Before the constructors of everything else.
[[gnu::constructor(101)]] void map_code()
{
    ::dl_iterate_phdr(populate, nullptr);
    populate_heap();
}

}  // namespace

void release_start_up_code()
{
    ::dl_iterate_phdr(release, nullptr);
}

}  // namespace app

#else

namespace app {

void release_start_up_code() {}

}  // namespace app

#endif
