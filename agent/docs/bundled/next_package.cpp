#include "agent/docs/bundled/next_package.hpp"

#include <boost/json/parse.hpp>
#include <boost/uuid/detail/sha1.hpp>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int max_levels = 64;

// A fifo or a device is opened without waiting, seen for what it is, and refused.
std::optional<std::string> read_file(fs::path const& path, int flags)
{
    int const fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
    if (fd < 0)
        return std::nullopt;
    std::optional<std::string> text;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size <= static_cast<off_t>(max_docs_file_size)) {
        text.emplace(static_cast<std::size_t>(info.st_size), '\0');
        std::size_t have = 0;
        while (have < text->size()) {
            auto const n = ::read(fd, text->data() + have, text->size() - have);
            if (n <= 0)
                break;
            have += static_cast<std::size_t>(n);
        }
        text->resize(have);
    }
    ::close(fd);
    return text;
}

bool version_like(std::string_view text)
{
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-+") == std::string_view::npos;
}

}  // namespace

std::optional<next_package> find_next(fs::path const& project)
{
    std::error_code ec;
    auto const start = fs::canonical(project, ec);
    if (ec)
        return std::nullopt;
    auto directory = start;
    for (int level = 0; level < max_levels; ++level) {
        auto const seen = directory / "node_modules" / "next";
        auto const real = fs::canonical(seen, ec);
        if (auto const text = ec ? std::nullopt : read_file(real / "package.json", 0)) {
            auto const manifest = json::parse(*text, ec);
            auto const* object = ec ? nullptr : manifest.if_object();
            auto const* name = object ? object->if_contains("name") : nullptr;
            auto const* version = object ? object->if_contains("version") : nullptr;
            if (!name || *name != "next" || !version || !version->is_string() ||
                !version_like(std::string_view(version->get_string())))
                return std::nullopt;
            return next_package{
                std::string(version->get_string()),
                real / "dist" / "docs",
                (seen / "dist" / "docs").lexically_relative(start).generic_string()};
        }
        if (directory == directory.parent_path())
            break;
        directory = directory.parent_path();
    }
    return std::nullopt;
}

std::vector<docs_file> read_docs(fs::path const& docs)
{
    std::vector<docs_file> files;
    std::vector<std::string> paths;
    std::error_code ec;
    // A link in its place would let a project name any folder for documentation.
    if (fs::canonical(docs, ec) != docs)
        return files;
    // The iterator follows no linked directory unless told to.
    for (fs::recursive_directory_iterator it(docs, ec), end; !ec && it != end; it.increment(ec)) {
        if (it.depth() > 16)
            it.disable_recursion_pending();
        if (it->path().extension() == ".md")
            paths.push_back(it->path().lexically_relative(docs).generic_string());
        if (paths.size() > 4 * max_docs_files)
            break;
    }
    std::sort(paths.begin(), paths.end());
    paths.resize(std::min(paths.size(), max_docs_files));
    for (auto& path : paths)
        if (auto text = read_file(docs / path, O_NOFOLLOW))
            files.push_back({std::move(path), std::move(*text)});
    return files;
}

std::string digest(std::vector<docs_file> const& files)
{
    boost::uuids::detail::sha1 hash;
    for (auto const& file : files) {
        // The terminating zero keeps "ab" + "c" apart from "a" + "bc".
        hash.process_bytes(file.path.c_str(), file.path.size() + 1);
        hash.process_bytes(file.text.c_str(), file.text.size() + 1);
    }
    boost::uuids::detail::sha1::digest_type words;
    hash.get_digest(words);
    std::string hex;
    for (auto const word : words) {
        char text[9];
        std::snprintf(text, sizeof text, "%08x", word);
        hex += text;
    }
    return hex;
}

}  // namespace agent
