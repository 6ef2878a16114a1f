#include "agent/checks/types/output/file_names.hpp"

#include "agent/project/paths.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <vector>

namespace agent {

namespace {

constexpr std::string_view out_of_shadow = "../../../";

void replace_all(std::string& text, std::string const& what, std::string_view with)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

std::string_view line_at(std::string_view text, std::size_t line)
{
    for (; line > 1 && !text.empty(); --line)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text.substr(0, text.find('\n'));
}

std::string_view trimmed_name(std::string_view text)
{
    auto const begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// "a/b" + "../../c/d" → "c/d" with `above` 0; what goes higher is counted in `above`.
std::string joined(std::string_view folder, std::string_view name, int& above)
{
    std::vector<std::string_view> parts;
    above = 0;
    auto const add = [&](std::string_view path) {
        while (!path.empty()) {
            auto const end = std::min(path.find('/'), path.size());
            auto const part = path.substr(0, end);
            path.remove_prefix(std::min(end + 1, path.size()));
            if (part.empty() || part == ".")
                continue;
            if (part != "..")
                parts.push_back(part);
            else if (parts.empty())
                ++above;
            else
                parts.pop_back();
        }
    };
    add(folder);
    add(name);
    std::string out;
    for (auto const part : parts)
        out.append(out.empty() ? "" : "/").append(part);
    return out;
}

bool is_validator(std::string_view file)
{
    return file.ends_with("types/validator.ts") || file.ends_with("types/validator.d.ts");
}

std::string between(std::string_view text, std::string_view before, std::string_view after)
{
    auto const begin = text.find(before);
    if (begin == std::string_view::npos)
        return {};
    auto const rest = text.substr(begin + before.size());
    return std::string(rest.substr(0, rest.find(after)));
}

// The route that the block around a line of the validator is about: its heading names the file.
std::string validated_file(std::string_view validator, std::string_view file, std::size_t line)
{
    constexpr std::string_view heading = "// Validate ";
    std::string_view last;
    std::size_t at = 1;
    for (auto rest = validator; !rest.empty() && at <= line; ++at) {
        auto const end = std::min(rest.find('\n'), rest.size());
        if (rest.starts_with(heading))
            last = rest.substr(heading.size(), end - heading.size());
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    int above = 0;
    auto const folder = file.substr(0, file.rfind('/') + 1);
    auto out = joined(folder, trimmed_name(last), above);
    return last.empty() || above > 0 ? std::string() : out;
}

// The line that exports what the validator finds at fault, as far as its message says.
std::size_t export_line(std::string_view source, std::string_view message)
{
    auto const name = between(message, "property '", "'");
    std::size_t line = 1;
    while (!name.empty() && !source.empty()) {
        auto const end = std::min(source.find('\n'), source.size());
        auto const text = source.substr(0, end);
        auto const at = text.find(name);
        bool const whole =
            at != std::string_view::npos && at > 0 &&
            (at + name.size() == text.size() ||
             std::string_view(" (<:=,;}\r").find(text[at + name.size()]) != std::string_view::npos);
        if (trimmed_name(text).starts_with("export") && whole)
            return line;
        ++line;
        source.remove_prefix(std::min(end + 1, source.size()));
    }
    return 1;
}

}  // namespace

std::string without_places(std::string_view text, shadow_place const& place)
{
    std::string out(text);
    replace_all(out, place.shadow + "/", "");
    replace_all(out, place.shadow, ".");
    replace_all(out, place.project + "/", "");
    if (place.shadow.starts_with(place.project + "/"))
        replace_all(out, place.shadow.substr(place.project.size() + 1) + "/", "");
    return out;
}

diagnostic told_of_project(
    diagnostic d,
    shadow_place const& place,
    file_reader const& generated,
    file_reader const& source)
{
    d.message = std::string(
        mcp::cut_utf8(mcp::sanitize(without_places(d.message, place)), max_diagnostic_message));
    if (d.file.empty())
        return d;
    int above = 0;
    auto const printed = without_places(d.file, place);
    bool const absolute = printed.starts_with('/');
    auto file = joined("", printed, above);
    if (!absolute && above == 0 && is_validator(file)) {
        auto const validator = generated(file);
        auto const route = validator ? validated_file(*validator, file, d.line) : std::string();
        auto const text = route.empty() ? std::nullopt : source(route);
        if (text) {
            d.file = route;
            d.line = export_line(*text, d.message);
            d.column = 1;
            d.source_line =
                mcp::sanitize_line(trimmed_name(line_at(*text, d.line)), max_source_line);
            return d;
        }
    }
    // From the shadow, three up is the project.
    if (above > 0)
        above -= 3;
    bool const package =
        ("/" + file).find("/node_modules/") != std::string::npos && !absolute && above >= 0;
    if (absolute || above < 0 || (above > 0 && !package)) {
        d.file.clear();
        d.line = d.column = 0;
        d.message = "There is an error in a file outside of the project; it is not shown here.";
        return d;
    }
    d.file = mcp::sanitize_line(file, 1024);
    bool const ours = !package && !file.starts_with(".next/");
    if (ours && !denied(file, access::read).empty()) {
        d.message = "There is an error in this file, which is closed to this tool.";
        return d;
    }
    if (auto const text = ours ? source(file) : std::nullopt)
        d.source_line = mcp::sanitize_line(trimmed_name(line_at(*text, d.line)), max_source_line);
    return d;
}

std::string relocated_config(std::string_view text, std::string_view path)
{
    auto const depth = std::count(path.begin(), path.end(), '/');
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t at = 0; at < text.size();) {
        auto const rest = text.substr(at);
        if (rest.front() != '"') {
            std::size_t size = 1;
            if (rest.starts_with("//"))
                size = std::min(rest.find('\n'), rest.size());
            else if (rest.starts_with("/*"))
                size = std::min(std::min(rest.find("*/", 2), rest.size()) + 2, rest.size());
            out.append(rest.substr(0, size));
            at += size;
            continue;
        }
        std::size_t end = 1;
        while (end < rest.size() && rest[end] != '"')
            end += rest[end] == '\\' ? 2 : 1;
        end = std::min(end + 1, rest.size());
        auto const inside = rest.substr(1);
        long up = 0;
        while (inside.substr(static_cast<std::size_t>(up) * 3).starts_with("../"))
            ++up;
        if (inside.substr(static_cast<std::size_t>(up) * 3).starts_with("..\""))
            ++up;
        out.push_back('"');
        if (up > depth)
            out.append(out_of_shadow);
        out.append(rest.substr(1, end - 1));
        at += end;
    }
    return out;
}

}  // namespace agent
