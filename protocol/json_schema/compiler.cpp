#include "protocol/json_schema/compiler.hpp"

#include "protocol/json_schema/strings/uri_reference.hpp"
#include "protocol/names.hpp"
#include "protocol/text.hpp"

#include <charconv>

namespace mcp::json_schema {
namespace {

constexpr std::string_view dialect_2020_12 = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view dialect_07 = "http://json-schema.org/draft-07/schema";

// The next token of a JSON pointer (RFC 6901), unescaped, taken off its front with its slash.
std::string next_token(std::string_view& pointer)
{
    pointer.remove_prefix(1);
    auto const token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    std::string out;
    for (std::size_t i = 0; i < token.size(); ++i) {
        bool const escaped = token[i] == '~' && i + 1 < token.size();
        if (escaped && (token[i + 1] == '0' || token[i + 1] == '1'))
            out += token[++i] == '0' ? '~' : '/';
        else
            out += token[i];
    }
    return out;
}

json::value const* element(json::value const& of, std::string_view token)
{
    if (auto const* object = of.if_object())
        return object->if_contains(token);
    auto const* array = of.if_array();
    std::size_t index = 0;
    auto const* const end = token.data() + token.size();
    auto const [stop, failure] = std::from_chars(token.data(), end, index);
    bool const canonical = token == "0" || !token.starts_with('0');
    if (!array || failure != std::errc() || stop != end || !canonical || index >= array->size())
        return nullptr;
    return &(*array)[index];
}

}  // namespace

void compiler::fail(std::string const& why) const
{
    std::string where = "#";
    for (auto const& name : path_)
        where.append("/").append(name, 0, 100);
    throw invalid_schema("at " + sanitize_line(where, 300) + ": " + why);
}

void compiler::run()
{
    if (auto const* object = out_.text.if_object())
        check_dialect(*object);
    out_.root = read(out_.text, new_resource("", out_.text));
    // Reading what one points at may find more of them.
    for (std::size_t i = 0; i < references_.size(); ++i)
        resolve(reference(references_[i]));
}

void compiler::check_dialect(json::object const& text)
{
    auto const* value = string(text, "$schema");
    if (!value)
        return;
    auto const uri = without_fragment(*value);
    if (uri != dialect_2020_12 && uri != dialect_07)
        fail(
            "the dialect " + sanitize_line(*value, 100) + " is not supported; write " +
            std::string(dialect_2020_12));
    if (out_.nodes.empty())
        out_.draft_07 = uri == dialect_07;
    else if ((uri == dialect_07) != out_.draft_07)
        fail("a schema must not mix dialects");
}

resource* compiler::new_resource(std::string uri, json::value const& root)
{
    for (auto const& other : out_.resources)
        if (other.uri == uri)
            fail("two schemas have the same $id");
    auto& made = out_.resources.emplace_back();
    made.uri = std::move(uri);
    made.root = &root;
    return &made;
}

node* compiler::read(json::value const& text, resource* home)
{
    if (auto const known = out_.by_place.find(&text); known != out_.by_place.end())
        return known->second;
    auto const& limits = out_.with.limits;
    if (depth_ >= limits.depth)
        fail("schemas are nested more than " + std::to_string(limits.depth) + " deep");
    if (out_.nodes.size() >= limits.subschemas)
        fail("there are more than " + std::to_string(limits.subschemas) + " subschemas");
    auto const* object = text.if_object();
    if (!object && !text.is_bool())
        fail("a schema must be an object or a boolean");

    auto& n = out_.nodes.emplace_back();
    out_.by_place.emplace(&text, &n);
    n.home = home;
    if (!object) {
        n.always = text.get_bool();
        return &n;
    }
    ++depth_;
    bool const alone = out_.draft_07 && object->contains("$ref");  // what stands beside is ignored
    if (!alone) {
        home = identify(*object, text, n, home);
        assertions(*object, n);
        logic(*object, n, home);
        arrays(*object, n, home);
        objects(*object, n, home);
    }
    definitions(*object, home);
    refer(*object, n, home);
    --depth_;
    return &n;
}

resource*
compiler::identify(json::object const& text, json::value const& whole, node& n, resource* home)
{
    check_dialect(text);
    if (auto const* id = string(text, "$id")) {
        std::string_view const uri = without_fragment(*id);
        std::string const fragment(fragment_of(*id));
        if (!fragment.empty() && !out_.draft_07)
            fail("$id must not have a fragment; write $anchor");
        if (!uri.empty() && &whole == &out_.text)
            home->uri = uri;
        else if (!uri.empty())
            home = new_resource(json_schema::resolve(home->uri, uri), whole);
        if (!fragment.empty() && !home->anchors.emplace(fragment, &n).second)
            fail("two schemas have the same anchor");
    }
    n.home = home;
    if (!out_.draft_07)
        name_anchors(text, n, home);
    return home;
}

void compiler::name_anchors(json::object const& text, node& n, resource* home)
{
    for (std::string_view const keyword : {"$anchor", "$dynamicAnchor"}) {
        auto const* anchor = string(text, keyword);
        if (!anchor)
            continue;
        auto const [it, is_new] = home->anchors.emplace(std::string(*anchor), &n);
        if (!is_new && it->second != &n)
            fail("two schemas have the same anchor");
        if (keyword == "$dynamicAnchor")
            home->dynamic_anchors.emplace(std::string(*anchor), &n);
    }
}

void compiler::refer(json::object const& text, node& n, resource const* home)
{
    for (std::string_view const keyword : {"$ref", "$dynamicRef"}) {
        if (out_.draft_07 && keyword == "$dynamicRef")
            continue;
        if (auto const* target = string(text, keyword))
            references_.push_back({&n, keyword, json_schema::resolve(home->uri, *target)});
    }
}

void compiler::resolve(reference const& r)
{
    auto const* target = find(r);
    if (!target)
        fail(
            std::string(r.keyword) + ' ' + sanitize_line(r.uri, 100) +
            " leads nowhere in this schema, and nothing outside of it is ever fetched; put what it "
            "means under $defs");
    if (r.keyword == "$ref") {
        r.from->ref = target;
        return;
    }
    r.from->dynamic_ref = target;
    auto const& dynamic = target->home->dynamic_anchors;
    auto const name = dynamic.find(fragment_of(r.uri));
    if (name != dynamic.end() && name->second == target)
        r.from->dynamic_name = name->first;
}

node const* compiler::find(reference const& r)
{
    auto const uri = without_fragment(r.uri);
    auto const fragment = percent_decoded(fragment_of(r.uri));
    for (auto const& candidate : out_.resources) {
        if (candidate.uri != uri)
            continue;
        if (fragment.empty() || fragment.starts_with('/'))
            return by_pointer(candidate, fragment);
        auto const anchor = candidate.anchors.find(fragment);
        return anchor != candidate.anchors.end() ? anchor->second : nullptr;
    }
    return nullptr;
}

// The target may lie where no keyword is known; it is read as a schema all the same.
node const* compiler::by_pointer(resource const& in, std::string_view pointer)
{
    auto const* at = in.root;
    auto const* home = &in;
    while (at) {
        if (auto const known = out_.by_place.find(at); known != out_.by_place.end())
            home = known->second->home;
        if (pointer.empty())
            break;
        at = element(*at, next_token(pointer));
    }
    if (!at)
        return nullptr;
    for (auto& candidate : out_.resources)
        if (&candidate == home)
            return read(*at, &candidate);
    return nullptr;
}

}  // namespace mcp::json_schema
