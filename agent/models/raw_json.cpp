#include "agent/models/raw_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

#include <algorithm>

namespace agent {

namespace {

// A cursor over text that has been parsed before.
struct scanner {
    std::string_view text;
    std::size_t at = 0;

    bool done() const { return at >= text.size(); }
    void skip_space() { at = std::min(text.find_first_not_of(" \t\r\n", at), text.size()); }
    bool take(char c)
    {
        skip_space();
        if (done() || text[at] != c)
            return false;
        ++at;
        return true;
    }
    std::string_view string()  // at its opening quote; with its quotes
    {
        auto const from = at++;
        while (!done() && text[at] != '"')
            at += text[at] == '\\' ? 2 : 1;
        at = std::min(at + 1, text.size());
        return text.substr(from, at - from);
    }
    std::string_view value()
    {
        skip_space();
        auto const from = at;
        int depth = 0;
        while (!done()) {
            char const c = text[at];
            if (c == '"') {
                string();
            } else if (c == '{' || c == '[') {
                ++depth;
                ++at;
            } else if (depth == 0 && (c == ',' || c == '}' || c == ']' || c <= ' ')) {
                break;
            } else {
                depth -= c == '}' || c == ']';
                ++at;
                if (depth == 0 && (c == '}' || c == ']'))
                    break;
                continue;
            }
            if (depth == 0 && c == '"')
                break;
        }
        return text.substr(from, at - from);
    }
};

}  // namespace

std::vector<raw_member> raw_members(std::string_view object)
{
    std::vector<raw_member> members;
    scanner s{object};
    if (!s.take('{'))
        return members;
    do {
        s.skip_space();
        if (s.done() || s.text[s.at] != '"')
            break;
        auto const key = s.string();
        if (!s.take(':'))
            break;
        members.emplace_back(key.substr(1, key.size() - 2), s.value());
    } while (s.take(','));
    return members;
}

std::string_view raw_member_of(std::string_view object, std::string_view key)
{
    std::string_view found;
    for (auto const& [name, value] : raw_members(object))
        if (name == key)
            found = value;
    return found;
}

std::vector<std::string_view> raw_elements(std::string_view array)
{
    std::vector<std::string_view> elements;
    scanner s{array};
    if (!s.take('['))
        return elements;
    s.skip_space();
    if (s.done() || s.text[s.at] == ']')
        return elements;
    do
        elements.push_back(s.value());
    while (s.take(','));
    return elements;
}

std::string json_string(std::string_view text)
{
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

bool is_json_object(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = json_depth;
    boost::json::error_code ec;
    auto const value =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), ec, {}, options);
    return !ec && value.is_object();
}

}  // namespace agent
