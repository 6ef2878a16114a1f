#include "agent/docs/knowledge/knowledge.hpp"

#include "agent/docs/knowledge/built_in.hpp"
#include "agent/docs/knowledge/library_file.hpp"
#include "agent/small_file.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace agent {

using boost::system::result;

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20;

library_tables built_in()
{
    auto read = lay_over({}, built_in_libraries);
    if (!read)
        throw std::logic_error("libraries.json: " + read.error());
    return std::move(*read);
}

}  // namespace

struct knowledge::contents {
    std::once_flag once;
    library_tables tables;
    std::unordered_map<std::string_view, library const*> by_package;

    void take(library_tables all)
    {
        tables = std::move(all);
        for (auto const& l : tables.libraries)
            by_package.emplace(l.package, &l);
    }
};

knowledge::knowledge() : all_(std::make_shared<contents>()) {}

result<knowledge, std::string> knowledge::with(std::string_view text)
{
    auto tables = lay_over(built_in(), text);
    if (!tables)
        return {boost::system::in_place_error, tables.error()};
    auto all = std::make_shared<contents>();
    std::call_once(all->once, [&] { all->take(std::move(*tables)); });
    return knowledge(std::move(all));
}

result<knowledge, std::string> knowledge::with_file(std::string const& path)
{
    auto const text = read_small_file(path, largest_file);
    if (!text)
        return {boost::system::in_place_error, path + " " + text.error()};
    auto out = with(*text);
    if (!out)
        return {boost::system::in_place_error, path + ": " + out.error()};
    return out;
}

knowledge::contents const& knowledge::read() const
{
    std::call_once(all_->once, [this] { all_->take(built_in()); });
    return *all_;
}

std::string const& knowledge::as_of() const
{
    return read().tables.as_of;
}

std::vector<library> const& knowledge::libraries() const
{
    return read().tables.libraries;
}

std::vector<job> const& knowledge::jobs() const
{
    return read().tables.jobs;
}

library const* knowledge::find(std::string_view package) const
{
    auto const& known = read().by_package;
    auto const at = known.find(package);
    return at == known.end() ? nullptr : at->second;
}

std::optional<std::string_view> knowledge::context7_id(std::string_view package) const
{
    auto const* known = find(package);
    if (!known || !known->context7)
        return std::nullopt;
    return *known->context7;
}

std::vector<std::string> knowledge::homes_of(std::string_view package) const
{
    std::vector<std::string> out{std::string(package)};
    if (auto const* known = find(package))
        for (auto const& home : known->also)
            if (std::ranges::find(out, home) == out.end())
                out.push_back(home);
    return out;
}

bool knowledge::documents(std::string_view asked, std::string_view imported) const
{
    auto const is_home = [this](std::string_view home, std::string_view of) {
        auto const* known = find(of);
        return known && std::ranges::find(known->also, home) != known->also.end();
    };
    return asked == imported || is_home(asked, imported) || is_home(imported, asked);
}

}  // namespace agent
