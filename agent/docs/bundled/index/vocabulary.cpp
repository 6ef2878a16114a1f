#include "agent/docs/bundled/index/vocabulary.hpp"

#include "agent/docs/knowledge/built_in.hpp"
#include "agent/docs/knowledge/mentions.hpp"
#include "agent/small_file.hpp"
#include "protocol/ascii.hpp"
#include "protocol/schema_of.hpp"
#include "protocol/text.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace agent {

namespace json = boost::json;
using boost::system::result;

namespace {

constexpr std::size_t largest_vocabulary = std::size_t{1} << 20;
constexpr std::size_t longest_said_word = 80;
constexpr std::size_t longest_written = 300;
constexpr std::size_t max_joined = 8;  // bits of a byte
constexpr std::string_view joint = " + ";

struct meaning {
    std::optional<std::vector<std::string>> packages;
    std::vector<std::string> said;
    std::string written;
};
BOOST_DESCRIBE_STRUCT(meaning, (), (packages, said, written))

struct document {
    std::vector<meaning> meanings;
};
BOOST_DESCRIBE_STRUCT(document, (), (meanings))

bool in_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Whether `said` ends a word where it ends in the text; an s for the plural may follow.
bool ends_word(std::string_view text, std::size_t end, char last)
{
    auto const at_end = [text](std::size_t i) { return i >= text.size() || !in_word(text[i]); };
    return !in_word(last) || at_end(end) || (text[end] == 's' && at_end(end + 1));
}

// The next part of what must all be there; `said` advances.
std::string_view take_part(std::string_view& said)
{
    auto const plus = std::min(said.find(joint), said.size());
    auto const part = said.substr(0, plus);
    said.remove_prefix(std::min(plus + joint.size(), said.size()));
    return part;
}

bool sound(std::string_view said)
{
    if (said.empty() || said.size() > longest_said_word || said.ends_with(joint))
        return false;
    std::size_t parts = 0;
    while (!said.empty()) {
        auto part = take_part(said);
        part.remove_suffix(part.ends_with('*') ? 1 : 0);
        if (part.empty() || part.find('*') != part.npos || ++parts > max_joined)
            return false;
    }
    return true;
}

void check(meaning const& m, mcp::json_path const& path)
{
    if (m.said.empty())
        mcp::json_path{"said", &path}.fail("must name at least one phrase");
    for (auto const& said : m.said)
        if (!sound(said))
            mcp::json_path{"said", &path}.fail(
                mcp::quoted(said) + " is not a phrase of 1 to 80 characters, in at most 8 parts, "
                                    "with * at most at the end of a part");
    if (m.written.empty() || m.written.size() > longest_written)
        mcp::json_path{"written", &path}.fail("must be a text of 1 to 300 characters");
}

std::vector<meaning> parsed(std::string_view text)
{
    json::error_code failure;
    auto const value = json::parse(json::string_view(text.data(), text.size()), failure);
    if (failure)
        throw mcp::decode_error("is not JSON: " + failure.message());
    mcp::json_path const root{"meanings"};
    auto read = mcp::decode_strict<document>(value, mcp::json_path{"the file"}).meanings;
    for (auto& m : read) {
        check(m, root);
        for (auto& said : m.said)
            said = mcp::lower(said);
    }
    return read;
}

std::vector<meaning> built_in()
{
    try {
        return parsed(built_in_vocabulary);
    } catch (mcp::decode_error const& e) {
        throw std::logic_error(std::string("vocabulary.json: ") + e.what());
    }
}

}  // namespace

struct vocabulary::contents {
    // One of what a meaning is said by, or a part of it where several must be there.
    struct phrase {
        std::string_view text;
        bool any_ending = false;
        std::uint8_t bit = 1;
        std::uint32_t saying = 0;
    };
    struct saying {
        std::uint8_t needed = 0;
        std::uint32_t meaning = 0;
    };

    std::once_flag once;
    std::vector<meaning> meanings;
    std::vector<saying> sayings;
    std::array<std::vector<phrase>, 256> by_beginning;

    void take(std::vector<meaning> all)
    {
        meanings = std::move(all);
        for (std::uint32_t i = 0; i < meanings.size(); ++i)
            for (auto const& said : meanings[i].said)
                add(said, i);
    }

    void add(std::string_view said, std::uint32_t meaning)
    {
        saying s{0, meaning};
        for (std::size_t part = 0; part < max_joined && !said.empty(); ++part) {
            auto text = take_part(said);
            bool const any_ending = text.ends_with('*');
            text.remove_suffix(any_ending ? 1 : 0);
            auto const bit = static_cast<std::uint8_t>(1U << part);
            s.needed = static_cast<std::uint8_t>(s.needed | bit);
            by_beginning[static_cast<unsigned char>(text.front())].push_back(
                {text, any_ending, bit, static_cast<std::uint32_t>(sayings.size())});
        }
        sayings.push_back(s);
    }
};

vocabulary::vocabulary() : all_(std::make_shared<contents>()) {}

result<vocabulary, std::string> vocabulary::with(std::string_view text)
{
    try {
        auto meanings = built_in();
        std::ranges::move(parsed(text), std::back_inserter(meanings));
        auto all = std::make_shared<contents>();
        std::call_once(all->once, [&] { all->take(std::move(meanings)); });
        return vocabulary(std::move(all));
    } catch (mcp::decode_error const& e) {
        return {boost::system::in_place_error, std::string(e.what())};
    }
}

result<vocabulary, std::string> vocabulary::with_file(std::string const& path)
{
    auto const text = read_small_file(path, largest_vocabulary);
    if (!text)
        return {boost::system::in_place_error, path + " " + text.error()};
    auto out = with(*text);
    if (!out)
        return {boost::system::in_place_error, path + ": " + out.error()};
    return out;
}

vocabulary::contents const& vocabulary::read() const
{
    std::call_once(all_->once, [this] { all_->take(built_in()); });
    return *all_;
}

std::size_t vocabulary::size() const
{
    return read().meanings.size();
}

std::vector<std::string_view>
vocabulary::written_for(std::string_view question, std::string_view package) const
{
    auto const& all = read();
    auto const text = searchable(question);
    std::vector<std::uint8_t> found(all.sayings.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at > 0 && in_word(text[at]) && in_word(text[at - 1]))
            continue;
        for (auto const& p : all.by_beginning[static_cast<unsigned char>(text[at])]) {
            if ((found[p.saying] & p.bit) != 0 || text.compare(at, p.text.size(), p.text) != 0)
                continue;
            if (p.any_ending || ends_word(text, at + p.text.size(), p.text.back()))
                found[p.saying] = static_cast<std::uint8_t>(found[p.saying] | p.bit);
        }
    }
    std::vector<std::string_view> out;
    std::uint32_t last = 0xffffffff;
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto const& saying = all.sayings[i];
        if (saying.meaning == last || found[i] != saying.needed || saying.needed == 0)
            continue;
        auto const& m = all.meanings[saying.meaning];
        last = saying.meaning;
        if (!m.packages || std::ranges::find(*m.packages, package) != m.packages->end())
            out.emplace_back(m.written);
    }
    return out;
}

}  // namespace agent
