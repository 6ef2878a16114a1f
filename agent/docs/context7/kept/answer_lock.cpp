#include "agent/docs/context7/kept/answer_lock.hpp"

#include "agent/docs/context7/kept/question.hpp"
#include "agent/small_file.hpp"
#include "protocol/json_text.hpp"
#include "protocol/random.hpp"
#include "protocol/schema_of.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/parse.hpp>

#include <fstream>
#include <iomanip>
#include <sstream>

namespace agent {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct entry {
    std::string server;
    std::string stored;  // a date
    std::string body;
};
BOOST_DESCRIBE_STRUCT(entry, (), (server, stored, body))

struct document {
    std::int64_t version = 1;
    std::map<std::string, entry> answers;
};
BOOST_DESCRIBE_STRUCT(document, (), (version, answers))

std::chrono::system_clock::time_point day(std::string const& text)
{
    std::tm parts{};
    std::istringstream in(text);
    in >> std::get_time(&parts, "%Y-%m-%d");
    return in.fail() ? std::chrono::system_clock::time_point()
                     : std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace

// What stands in the file now, and what is known beside it. False: it is none of ours.
bool answer_lock::read()
{
    std::error_code ignored;
    if (!fs::exists(file_, ignored))
        return true;
    auto const name = file_.string();
    auto const text = read_small_file(name, most_bytes);
    if (!text) {
        warning_ = "--docs-lock: " + name + " " + text.error() + "; nothing is pinned.";
        return false;
    }
    try {
        boost::system::error_code bad;
        auto const value = json::parse(*text, bad);
        if (bad)
            throw mcp::decode_error("is not JSON: " + bad.message());
        auto read = mcp::decode_strict<document>(value, mcp::json_path{"the file"});
        if (read.version != 1)
            throw mcp::decode_error("is of a version that this program does not know");
        for (auto& [key, one] : read.answers)
            answers_[key] = {std::move(one.body), std::move(one.server), day(one.stored), true};
    } catch (mcp::decode_error const& e) {
        warning_ = "--docs-lock: " + name + ": " + e.what() + "; nothing is pinned.";
        return false;
    }
    return true;
}

// Empty, or why not.
std::string answer_lock::write() const
{
    document out;
    for (auto const& [key, one] : answers_)
        out.answers[key] = {one.server, iso_date(one.stored), one.body};
    // A line for each, so that a difference can be read.
    std::string text = "{\"version\": 1, \"answers\": {";
    bool first = true;
    for (auto const& [key, one] : out.answers) {
        text += first ? "\n" : ",\n";
        first = false;
        mcp::append_json(text, json::value(key));
        text += ": ";
        mcp::append_json(text, mcp::encode(one));
    }
    text += "\n}}\n";
    if (text.size() > most_bytes)
        return "it would be larger than 16 MiB";
    auto const beside = file_.string() + "." + mcp::random_hex(8);
    std::ofstream to(beside, std::ios::binary | std::ios::trunc);
    to << text;
    to.close();
    std::error_code bad;
    if (to)
        fs::rename(beside, file_, bad);
    if (to && !bad)
        return {};
    fs::remove(beside, bad);
    return "it cannot be written";
}

std::optional<kept_answer> answer_lock::find(std::string_view key)
{
    if (!opened_)
        usable_ = read();
    opened_ = true;
    auto const known = answers_.find(key);
    if (known == answers_.end())
        return std::nullopt;
    return known->second;
}

void answer_lock::keep(std::string_view key, kept_answer const& answer)
{
    if (find(key) || !usable_)
        return;
    usable_ = read();
    if (!usable_ || !answers_.try_emplace(std::string(key), answer).second)
        return;
    answers_.find(key)->second.fresh = true;
    if (auto const why = write(); !why.empty()) {
        warning_ = "--docs-lock: " + file_.string() + ": " + why + "; nothing more is pinned.";
        usable_ = false;
    }
}

std::string answer_lock::warning()
{
    return std::exchange(warning_, {});
}

}  // namespace agent
