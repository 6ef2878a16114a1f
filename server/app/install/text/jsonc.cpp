#include "server/app/install/text/jsonc.hpp"

#include "server/app/install/text/config_text.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace app {

namespace json = boost::json;

namespace {

constexpr int deepest = 64;

class jsonc_reader {
public:
    explicit jsonc_reader(std::string_view text) : text_(text)
    {
        if (text_.starts_with("\xef\xbb\xbf"))
            at_ = 3;
    }

    std::unique_ptr<jsonc_node> document()
    {
        auto out = value(0);
        blanks();
        if (at_ < text_.size())
            fail("something follows its end");
        return out;
    }

private:
    [[noreturn]] void fail(std::string_view why) const
    {
        auto const before = text_.substr(0, std::min(at_, text_.size()));
        throw config_text_error(
            fmt::format("line {}: {}", 1 + std::count(before.begin(), before.end(), '\n'), why));
    }

    char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void blanks()
    {
        for (;;) {
            at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
            auto const rest = text_.substr(at_);
            if (rest.starts_with("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (rest.starts_with("/*")) {
                auto const end = text_.find("*/", at_ + 2);
                if (end == std::string_view::npos)
                    fail("a comment does not end");
                at_ = end + 2;
            } else {
                return;
            }
        }
    }

    std::unique_ptr<jsonc_node> value(int depth)
    {
        if (depth > deepest)
            fail("too deep");
        blanks();
        auto out = std::make_unique<jsonc_node>();
        out->begin = at_;
        if (here() == '{')
            object(*out, depth);
        else if (here() == '[')
            array(*out, depth);
        else
            scalar(*out);
        out->end = at_;
        return out;
    }

    // Whether another element comes; past the closing bracket if not.
    bool more(jsonc_node& in, char close, bool first)
    {
        blanks();
        in.ends_with_comma = false;
        if (!first && here() == ',') {
            in.comma = ++at_;
            blanks();
            in.ends_with_comma = here() == close;
        } else if (!first && here() != close) {
            fail(fmt::format("a comma or \"{}\" is missing", close));
        }
        if (here() != close)
            return true;
        ++at_;
        return false;
    }

    void object(jsonc_node& out, int depth)
    {
        out.is_object = true;
        ++at_;
        for (bool first = true; more(out, '}', first); first = false) {
            jsonc_node::member one;
            one.begin = at_;
            if (here() != '"')
                fail("a name in quotes is missing");
            jsonc_node name;
            scalar(name);
            one.name = std::string(name.value.as_string());
            blanks();
            if (here() != ':')
                fail("a colon is missing");
            ++at_;
            one.value = value(depth + 1);
            out.members.push_back(std::move(one));
        }
    }

    void array(jsonc_node& out, int depth)
    {
        json::array all;
        ++at_;
        for (bool first = true; more(out, ']', first); first = false)
            all.push_back(value(depth + 1)->to_value());
        out.value = std::move(all);
    }

    void scalar(jsonc_node& out)
    {
        auto const begin = at_;
        if (here() == '"') {
            for (++at_; at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; ++at_)
                at_ += text_[at_] == '\\';
            if (here() != '"')
                fail("a string does not end");
            ++at_;
        } else {
            at_ = std::min(text_.find_first_of(",]} \t\r\n/", at_), text_.size());
        }
        auto const said = text_.substr(begin, at_ - begin);
        json::error_code bad;
        out.value = json::parse(json::string_view(said.data(), said.size()), bad);
        if (!bad)
            return;
        at_ = begin;
        fail(
            said.empty() ? "a value is missing"
                         : fmt::format("\"{}\" is no JSON", said.substr(0, 40)));
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

jsonc_node::member const* jsonc_node::find(std::string_view name) const
{
    auto const found = std::find_if(
        members.rbegin(), members.rend(), [name](member const& m) { return m.name == name; });
    return found == members.rend() ? nullptr : &*found;
}

json::value jsonc_node::to_value() const
{
    if (!is_object)
        return value;
    json::object out;
    for (auto const& one : members)
        out[one.name] = one.value->to_value();
    return out;
}

std::unique_ptr<jsonc_node> read_jsonc(std::string_view text)
{
    return jsonc_reader(text).document();
}

}  // namespace app
