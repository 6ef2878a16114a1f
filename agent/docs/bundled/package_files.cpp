#include "agent/docs/bundled/package_files.hpp"

#include "protocol/ascii.hpp"

#include <boost/json/parse.hpp>
#include <boost/uuid/detail/sha1.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int max_levels = 64;
constexpr int max_depth = 12;

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

// It becomes a path, and the name of a file.
bool package_name_like(std::string_view name)
{
    auto const slash = name.find('/');
    auto const scoped = name.starts_with('@') && slash != std::string_view::npos;
    auto const base = scoped ? name.substr(slash + 1) : name;
    return name.size() <= 214 && !base.empty() && base.front() != '.' &&
           base.find('/') == std::string_view::npos && (!scoped || slash > 1) &&
           name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_~@/") == std::string_view::npos;
}

class hash {
public:
    void add(std::string_view text) { sha_.process_bytes(text.data(), text.size()); }
    void add(long long number) { sha_.process_bytes(&number, sizeof number); }
    std::string hex()
    {
        boost::uuids::detail::sha1::digest_type words;
        sha_.get_digest(words);
        std::string out;
        for (auto const word : words)
            out += fmt::format("{:08x}", word);
        return out;
    }

private:
    boost::uuids::detail::sha1 sha_;
};

// Inside node_modules a package changes only by being installed anew, which writes its manifest.
std::string stamp_of(fs::path const& root)
{
    struct stat info {};
    if (::stat((root / "package.json").c_str(), &info) != 0)
        return {};
    hash all;
    all.add(root.native());
    for (long long const part :
         {static_cast<long long>(info.st_dev),
          static_cast<long long>(info.st_ino),
          static_cast<long long>(info.st_size),
          static_cast<long long>(info.st_ctim.tv_sec),
          static_cast<long long>(info.st_ctim.tv_nsec)})
        all.add(part);
    return all.hex();
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings)
{
    return std::any_of(beginnings.begin(), beginnings.end(), [&](auto beginning) {
        return text.starts_with(beginning);
    });
}

bool documents_nothing(std::string_view directory)
{
    constexpr std::array<std::string_view, 8> names{
        "node_modules",
        "__tests__",
        "test",
        "tests",
        "compiled",
        "ts3.4",
        "fixtures",
        "benchmarks"};
    return directory.starts_with('.') ||
           std::find(names.begin(), names.end(), directory) != names.end();
}

bool is_markdown(std::string_view file)
{
    return (file.ends_with(".md") || file.ends_with(".mdx")) && !starts_with_any(
                                                                    file,
                                                                    {"changelog",
                                                                     "history",
                                                                     "license",
                                                                     "licence",
                                                                     "code_of_conduct",
                                                                     "contributing",
                                                                     "agents.",
                                                                     "claude.",
                                                                     "security"});
}

// ".d.ts" of the three kinds of declaration, or nothing.
std::string_view declaration_kind(std::string_view file)
{
    for (std::string_view const kind : {".d.ts", ".d.mts", ".d.cts"})
        if (file.ends_with(kind))
            return kind;
    return {};
}

// A declaration file that is there in several module formats is read in one.
void drop_twins(std::vector<std::string>& paths)
{
    std::set<std::string, std::less<>> const all(paths.begin(), paths.end());
    auto const twin = [&all](std::string const& path) {
        auto const kind = declaration_kind(path);
        if (kind.empty())
            return false;
        auto const stem = path.substr(0, path.size() - kind.size());
        if (kind != ".d.ts" && all.contains(stem + ".d.ts"))
            return true;
        if (kind == ".d.cts" && all.contains(stem + ".d.mts"))
            return true;
        auto const cjs = path.find("cjs/");
        if (cjs == std::string::npos)
            return false;
        auto other = path;
        other.replace(cjs, 3, "esm");
        return all.contains(other);
    };
    std::erase_if(paths, twin);
}

std::vector<std::string> paths_in(fs::path const& root, bool declarations)
{
    std::vector<std::string> paths;
    std::error_code ec;
    // The iterator follows no linked directory unless told to.
    for (fs::recursive_directory_iterator it(root, ec), end; !ec && it != end; it.increment(ec)) {
        auto const name = it->path().filename().string();
        std::error_code ignored;
        if (it->is_directory(ignored) && (it.depth() >= max_depth || documents_nothing(name)))
            it.disable_recursion_pending();
        else if (is_markdown(mcp::lower(name)) || (declarations && !declaration_kind(name).empty()))
            paths.push_back(it->path().lexically_relative(root).generic_string());
        if (paths.size() > 4 * max_docs_files)
            break;
    }
    drop_twins(paths);
    // What people wrote for people comes first, should there be too much.
    auto const order = [](std::string const& path) {
        return std::make_pair(!declaration_kind(path).empty(), std::string_view(path));
    };
    std::sort(paths.begin(), paths.end(), [&](auto const& a, auto const& b) {
        return order(a) < order(b);
    });
    paths.resize(std::min(paths.size(), max_docs_files));
    return paths;
}

}  // namespace

std::optional<docs_package>
find_package(fs::path const& from, std::string_view name, fs::path const& project)
{
    std::error_code ec;
    auto directory = fs::canonical(from, ec);
    if (ec || !package_name_like(name))
        return std::nullopt;
    auto const start = fs::canonical(project, ec);
    for (int level = 0; level < max_levels; ++level) {
        auto const seen = directory / "node_modules" / name;
        auto const real = fs::canonical(seen, ec);
        if (auto const text = ec ? std::nullopt : read_file(real / "package.json", O_NOFOLLOW)) {
            auto const manifest = json::parse(*text, ec);
            auto const* object = ec ? nullptr : manifest.if_object();
            auto const* called = object ? object->if_contains("name") : nullptr;
            auto const* version = object ? object->if_contains("version") : nullptr;
            // A cloned repository must not show another folder of the user's by linking to it.
            bool const installed =
                real.native().ends_with(fs::path("/node_modules" / fs::path(name)).native());
            if (!installed || !called || *called != json::string_view(name.data(), name.size()) ||
                !version || !version->is_string() ||
                !version_like(std::string_view(version->get_string())))
                return std::nullopt;
            return docs_package{
                std::string(name),
                std::string(version->get_string()),
                real,
                seen.lexically_relative(start).generic_string(),
                stamp_of(real)};
        }
        if (directory == directory.parent_path())
            break;
        directory = directory.parent_path();
    }
    return std::nullopt;
}

std::vector<docs_file> read_docs(docs_package const& package)
{
    bool const next = package.name == "next";
    auto const root = next ? package.root / "dist" / "docs" : package.root;
    std::vector<docs_file> files;
    std::error_code ec;
    // A link in its place would let a project name any folder for documentation.
    if (fs::canonical(root, ec) != root)
        return files;
    std::size_t size = 0;
    for (auto& path : paths_in(root, !next)) {
        auto text = read_file(root / path, O_NOFOLLOW);
        if (!text || size + text->size() > max_docs_size)
            continue;
        size += text->size();
        files.push_back({std::move(path), std::move(*text)});
    }
    return files;
}

std::string digest(std::vector<docs_file> const& files)
{
    hash all;
    for (auto const& file : files) {
        // The terminating zero keeps "ab" + "c" apart from "a" + "bc".
        all.add(std::string_view(file.path.c_str(), file.path.size() + 1));
        all.add(std::string_view(file.text.c_str(), file.text.size() + 1));
    }
    return all.hex();
}

}  // namespace agent
