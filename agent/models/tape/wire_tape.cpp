#include "agent/models/tape/wire_tape.hpp"

#include "protocol/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace agent {

namespace json = boost::json;
namespace fs = std::filesystem;
using boost::system::result;

namespace {

constexpr std::size_t largest_file = std::size_t(128) << 20;
constexpr std::size_t most_files = 10'000;
constexpr int last_number = 999'999;

// What went wrong, with the file or before.
std::string write_all(int fd, std::string_view text)
{
    if (fd < 0)
        return std::strerror(errno);
    while (!text.empty()) {
        auto const n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return std::strerror(errno);
        text.remove_prefix(std::size_t(std::max<ssize_t>(n, 0)));
    }
    return {};
}

// What is wrong with the file, if anything. What a server sent is kept as it was, and that may be
// no UTF-8.
std::string read_exchange(fs::path const& file, wire_exchange& to)
{
    std::error_code bad;
    if (!fs::is_regular_file(file, bad) || fs::file_size(file, bad) > largest_file)
        return file.string() + " is not a file of at most 128 MiB";
    std::ifstream in(file, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    json::error_code ec;
    auto const value = json::parse(text, ec, {}, options);
    if (ec)
        return file.string() + " is not JSON: " + ec.message();
    try {
        to = mcp::decode<wire_exchange>(value, {"exchange"});
        return {};
    } catch (mcp::decode_error const& e) {
        return file.string() + " is no recorded exchange: " + e.what();
    }
}

}  // namespace

wire_recorder::wire_recorder(std::string folder, std::function<std::string(std::string)> redact)
    : folder_(std::move(folder)), redact_(std::move(redact))
{
}

result<void, std::string> wire_recorder::write(wire_exchange exchange)
{
    exchange.request = redact_(std::move(exchange.request));
    exchange.response = redact_(std::move(exchange.response));
    exchange.url = redact_(std::move(exchange.url));
    if (exchange.failure)
        exchange.failure->message = redact_(std::move(exchange.failure->message));
    auto const text = json::serialize(mcp::encode(exchange)) + "\n";
    ::mkdir(folder_.c_str(), 0700);
    // Whole or not at all: a part would be no recording.
    auto part = folder_ + "/part-XXXXXX";
    int const file = ::mkostemp(part.data(), O_CLOEXEC);
    auto wrong = write_all(file, text);
    if (file >= 0)
        ::close(file);
    if (wrong.empty())
        wrong = named(part);
    if (file >= 0)
        ::unlink(part.c_str());
    if (wrong.empty())
        return {};
    return fmt::format("cannot record into {}: {}", folder_, wrong);
}

// Under the next number that is free: other processes may record into the same folder.
std::string wire_recorder::named(std::string const& part)
{
    while (++last_ <= last_number) {
        auto const name = fmt::format("{}/{:06}.json", folder_, last_);
        if (::link(part.c_str(), name.c_str()) == 0)
            return {};
        if (errno != EEXIST)
            return std::strerror(errno);
    }
    return "it is full";
}

result<wire_player, std::string> wire_player::open(std::string const& folder)
{
    std::vector<fs::path> files;
    std::error_code bad;
    for (fs::directory_iterator at(folder, bad), end; !bad && at != end; at.increment(bad))
        if (at->path().extension() == ".json" && files.size() < most_files)
            files.push_back(at->path());
    if (bad)
        return folder + " cannot be read: " + bad.message();
    std::sort(files.begin(), files.end());
    wire_player out;
    for (auto const& file : files) {
        wire_exchange read;
        if (auto const wrong = read_exchange(file, read); !wrong.empty())
            return wrong;
        out.exchanges_.push_back({std::move(read), false});
    }
    if (out.exchanges_.empty())
        return folder + " holds no recorded exchange";
    return out;
}

wire_player::played wire_player::next(std::string_view request)
{
    auto const free = [](entry const& e) { return !e.given; };
    auto at = std::ranges::find_if(
        exchanges_, [&](entry const& e) { return free(e) && e.what.request == request; });
    bool const exact = at != exchanges_.end();
    if (!exact)
        at = std::ranges::find_if(exchanges_, free);
    if (at == exchanges_.end())
        return {};
    at->given = true;
    return {&at->what, exact};
}

}  // namespace agent
