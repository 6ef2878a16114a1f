#include "agent/front_matter.hpp"

#include "protocol/text.hpp"

#include <fmt/format.h>

#include <yaml-cpp/yaml.h>

namespace agent {

namespace {

// The description is written with \\n inside double quotes, so YAML gives a backslash and an n.
std::string with_line_ends(std::string text)
{
    for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at + 1))
        text.replace(at, 2, "\n");
    return text;
}

std::string text_of(YAML::Node const& node, char const* key)
{
    auto const value = node[key];
    if (!value || value.IsNull())
        return {};
    if (!value.IsScalar())
        throw front_matter_error(fmt::format("Front matter: {} must be a text.", key));
    return value.Scalar();
}

agent_file parse(std::string_view yaml, std::string_view body)
{
    auto const node = YAML::Load(std::string(yaml));
    if (!node.IsMap())
        throw front_matter_error("Front matter: expected lines of \"key: value\".");
    agent_file file;
    file.name = text_of(node, "name");
    file.description = with_line_ends(text_of(node, "description"));
    file.model = text_of(node, "model");
    file.color = text_of(node, "color");
    file.body = body;
    if (file.name.empty())
        throw front_matter_error("Front matter: name is missing.");
    if (file.body.empty())
        throw front_matter_error("There is no prompt after the front matter.");
    return file;
}

}  // namespace

boost::system::result<agent_file, front_matter_error> parse_agent_file(std::string_view text)
{
    constexpr std::string_view fence = "---\n";
    if (text.size() > (256 << 10))
        return front_matter_error("A prompt file is at most 256 KiB long.");
    if (!mcp::valid_utf8(text))
        return front_matter_error("A prompt file must be UTF-8.");
    auto const end = text.find("\n---\n", fence.size() - 1);
    if (!text.starts_with(fence) || end == std::string_view::npos)
        return front_matter_error(
            "A prompt file begins with front matter between two lines of ---.");
    auto const yaml = text.substr(fence.size(), end + 1 - fence.size());
    auto body = text.substr(end + 5);
    body.remove_prefix(std::min(body.find_first_not_of('\n'), body.size()));
    try {
        return parse(yaml, body);
    } catch (front_matter_error const& error) {
        return error;
    } catch (YAML::Exception const& error) {
        return front_matter_error(fmt::format(
            "Front matter is not YAML: line {}: {}.",
            error.mark.line + 2,
            mcp::sanitize_line(error.msg, 100)));
    }
}

}  // namespace agent
