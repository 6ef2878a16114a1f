#include "server/app/install/replace_file.hpp"

#include "agent/project/owned_fd.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace app {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(std::string const& path, char const* what, int error)
{
    throw std::runtime_error(fmt::format("{}: {}: {}", path, what, std::strerror(error)));
}

}  // namespace

std::optional<std::string> read_whole(std::string const& path, std::size_t most)
{
    std::error_code bad;
    auto const size = fs::file_size(path, bad);
    if (bad == std::errc::no_such_file_or_directory || bad == std::errc::not_a_directory)
        return std::nullopt;
    if (bad)
        fail(path, "cannot be read", bad.value());
    if (size > most)
        throw std::runtime_error(fmt::format("{}: larger than {} bytes", path, most));
    std::ifstream in(path, std::ios::binary);
    if (!in)
        fail(path, "cannot be read", errno);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

void replace_file(
    std::string const& path, std::optional<std::string> const& before, std::string_view text)
{
    std::error_code none;
    auto real = fs::weakly_canonical(path, none).string();
    if (none)
        real = path;
    struct ::stat old {};
    auto const mode = ::stat(real.c_str(), &old) == 0 ? old.st_mode & 07777 : 0600;
    auto temporary = real + ".XXXXXX";
    agent::owned_fd const fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (fd.get() < 0)
        fail(real, "cannot be written", errno);
    auto const give_up = [&](int error) {
        ::unlink(temporary.c_str());
        fail(real, "cannot be written", error);
    };
    for (auto rest = text; !rest.empty();) {
        auto const written = ::write(fd.get(), rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            give_up(errno);
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0)
        give_up(errno);
    if (before && read_whole(real, before->size() + (1 << 20)) != before) {
        ::unlink(temporary.c_str());
        throw std::runtime_error(real + " was changed by somebody else just now; try again");
    }
    if (::rename(temporary.c_str(), real.c_str()) != 0)
        give_up(errno);
}

std::vector<std::string> make_folders(fs::path const& folder)
{
    std::vector<std::string> made;
    std::error_code ignored;
    if (folder.empty() || fs::exists(folder, ignored))
        return made;
    made = make_folders(folder.parent_path());
    if (fs::create_directory(folder))
        made.push_back(folder.string());
    return made;
}

}  // namespace app
