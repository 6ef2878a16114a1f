#include "protocol/json_schema/strings/pattern.hpp"

#include "protocol/json_schema/strings/ecma_pattern.hpp"
#include "protocol/text.hpp"

// Before the first include of Boost.Regex: how many states a match may go through, and how many
// blocks of 4 KiB it may remember them in.
#define BOOST_REGEX_MAX_STATE_COUNT 1000000
#define BOOST_REGEX_MAX_BLOCKS 1024
#include <boost/regex.hpp>

#include <iterator>

namespace mcp::json_schema {
namespace {

struct steps_exhausted {};

// A position in the text. Each step is paid for.
class position {
public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = wchar_t;
    using difference_type = std::ptrdiff_t;
    using pointer = wchar_t const*;
    using reference = wchar_t const&;

    position() = default;
    position(wchar_t const* at, std::size_t* left) : at_(at), left_(left) {}

    reference operator*() const { return *at_; }
    position& operator++()
    {
        pay();
        ++at_;
        return *this;
    }
    position& operator--()
    {
        pay();
        --at_;
        return *this;
    }
    position operator++(int)
    {
        auto const before = *this;
        ++*this;
        return before;
    }
    position operator--(int)
    {
        auto const before = *this;
        --*this;
        return before;
    }
    bool operator==(position const& other) const { return at_ == other.at_; }

private:
    void pay() const
    {
        if (*left_ == 0)
            throw steps_exhausted();
        --*left_;
    }

    wchar_t const* at_ = nullptr;
    std::size_t* left_ = nullptr;
};

static_assert(sizeof(wchar_t) == sizeof(char32_t), "a wchar_t is a code point");

}  // namespace

struct pattern::machine {
    std::string source;
    boost::wregex expression;
};

boost::system::result<pattern, invalid_pattern> pattern::compile(std::string_view source)
{
    constexpr std::size_t longest = 4096;
    if (source.size() > longest)
        return invalid_pattern("is longer than " + std::to_string(longest) + " bytes");
    auto const translated = for_boost(source);
    if (translated.has_error())
        return translated.error();
    auto const made = std::make_shared<machine>();
    made->source = source;
    try {
        made->expression.assign(*translated, boost::wregex::perl);
    } catch (std::exception const&) {  // std::runtime_error in all but name
        return invalid_pattern("is no regular expression that is understood here");
    }
    return pattern(made);
}

std::optional<bool> pattern::occurs_in(std::string_view text, std::size_t& budget) const
{
    auto const points = code_points(text);
    std::wstring const wide(points.begin(), points.end());
    if (budget == 0)
        return std::nullopt;
    --budget;
    try {
        return boost::regex_search(
            position(wide.data(), &budget),
            position(wide.data() + wide.size(), &budget),
            machine_->expression,
            boost::match_single_line | boost::match_not_dot_newline | boost::match_any);
    } catch (steps_exhausted) {
        return std::nullopt;
    } catch (std::runtime_error const&) {  // too many states
        budget = 0;
        return std::nullopt;
    }
}

std::string const& pattern::source() const
{
    return machine_->source;
}

}  // namespace mcp::json_schema
