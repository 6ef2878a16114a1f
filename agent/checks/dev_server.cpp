#include "agent/checks/dev_server.hpp"

#include "agent/downstream/mcp_client.hpp"
#include "agent/small_file.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

constexpr auto whole_time = 15s;
constexpr auto call_time = 10s;
constexpr auto new_route_time = 3s;  // until its watcher has seen a file that is new
constexpr std::size_t most_routes = 20;
constexpr std::size_t most_problems = 50;

std::int64_t number_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    auto const* number = value != nullptr ? value->if_int64() : nullptr;
    return number != nullptr ? *number : 0;
}

std::string text_of(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr)
        return {};
    std::string line(text->begin(), text->end());
    std::ranges::replace(line, '\n', ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    return mcp::sanitize_line(line, 500);
}

json::object const* object_of(json::object const& in, std::string_view name)
{
    auto const* value = in.if_contains(name);
    return value != nullptr ? value->if_object() : nullptr;
}

std::optional<json::object> object_in(std::string_view text)
{
    json::error_code bad;
    auto value = json::parse(json::string_view(text.data(), text.size()), bad);
    if (bad || !value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

// A process of Next.js, by its title or its script.
bool is_next(std::int64_t pid)
{
    std::ifstream in(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
    std::string const words{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return words.find("next") != std::string::npos;
}

bool is_group(std::string_view segment)
{
    return segment.starts_with('(') || segment.starts_with('@');
}

check_problem problem_of(json::object const& issue)
{
    constexpr std::string_view root = "[project]/";
    check_problem out;
    out.rule = "next dev";
    auto const severity = text_of(issue, "severity");
    out.error = severity == "error" || severity == "fatal" || severity == "bug";
    out.path = text_of(issue, "filePath");
    if (out.path.starts_with(root))
        out.path.erase(0, root.size());
    auto const* source = object_of(issue, "source");
    auto const* range = source != nullptr ? object_of(*source, "range") : nullptr;
    if (auto const* start = range != nullptr ? object_of(*range, "start") : nullptr) {
        out.line = std::max<std::int64_t>(number_of(*start, "line"), 0);
        out.column = std::max<std::int64_t>(number_of(*start, "column"), 0);
    }
    out.message = text_of(issue, "title");
    if (auto const more = text_of(issue, "description"); !more.empty())
        out.message += ": " + more;
    return out;
}

class compiling {
public:
    compiling(mcp_client& client, check_result& out) : client_(client), out_(out) {}

    // Why it could not be compiled; empty if it was.
    awaitable<std::string> compile(std::string route)
    {
        auto const seen_by = steady::now() + new_route_time;
        for (;;) {
            json::object arguments;
            arguments["routeSpecifier"] = route;
            auto const answer =
                co_await client_.call_tool("compile_route", std::move(arguments), call_time);
            if (!answer)
                co_return answer.error().message;
            auto const said = object_in(answer->text);
            if (!said)
                co_return "it answered something that is no result of compile_route";
            if (said->contains("notFound") && steady::now() < seen_by) {
                co_await mcp::sleep_for(300ms);
                continue;
            }
            if (answer->is_error || said->contains("notFound"))
                co_return "it does not know the route " + route;
            take(*said);
            co_return "";
        }
    }

private:
    void take(json::object const& said)
    {
        auto const* issues = said.if_contains("issues");
        if (issues == nullptr || !issues->is_array())
            return;
        for (auto const& issue : issues->get_array()) {
            if (!issue.is_object() || out_.problems.size() >= most_problems)
                continue;
            auto problem = problem_of(issue.get_object());
            auto const same = std::ranges::any_of(out_.problems, [&](check_problem const& other) {
                return other.path == problem.path && other.line == problem.line &&
                       other.message == problem.message;
            });
            if (!same)
                out_.problems.push_back(std::move(problem));
        }
    }

    mcp_client& client_;
    check_result& out_;
};

}  // namespace

std::optional<unsigned> dev_server_port(std::string const& project)
{
    auto const text = read_small_file(project + "/.next/dev/lock", 4096);
    auto const lock = text ? object_in(*text) : std::nullopt;
    if (!lock)
        return std::nullopt;
    auto const port = number_of(*lock, "port");
    auto const pid = number_of(*lock, "pid");
    if (port < 1 || port > 65535 || pid < 2 || !is_next(pid))
        return std::nullopt;
    return static_cast<unsigned>(port);
}

std::optional<std::string> route_of(std::string const& file, fingerprint const& project)
{
    auto const below = [&file](std::string const& folder) {
        return !folder.empty() && file.starts_with(folder + "/");
    };
    bool const app = below(project.app_dir);
    if (!app && !below(project.pages_dir))
        return std::nullopt;
    auto const dot = file.rfind('.');
    auto const extension = dot == std::string::npos ? "" : file.substr(dot + 1);
    if (extension != "ts" && extension != "tsx" && extension != "js" && extension != "jsx")
        return std::nullopt;
    auto const start = (app ? project.app_dir : project.pages_dir).size() + 1;
    std::string out;
    std::string last;
    for (std::size_t at = start; at < dot;) {
        auto const end = std::min(file.find('/', at), dot);
        last = file.substr(at, end - at);
        at = end + 1;
        if (at > dot || (app && is_group(last)))
            continue;
        if (app && last.starts_with('_'))
            return std::nullopt;  // private
        out += "/" + last;
    }
    if (app && last != "route" && last != "page")
        return std::nullopt;
    if (!app && last.starts_with('_'))
        return std::nullopt;
    if (!app && last != "index")
        out += "/" + last;
    return out.empty() ? "/" : out;
}

awaitable<check_result> compile_routes(
    unsigned port, std::vector<std::string> routes, curl_multi& transfers, mcp::logger log)
{
    check_result out;
    out.check = "Dev server";
    downstream_server server;
    server.name = "next dev";
    auto& endpoint = server.endpoint.emplace();
    endpoint.url = fmt::format("http://127.0.0.1:{}/_next/mcp", port);
    endpoint.transfers = &transfers;
    server.probe_limit = server.start_limit = server.patience = 5s;
    auto const executor = co_await boost::asio::this_coro::executor;
    mcp_client client(executor, std::move(server), std::move(log));
    auto const until = steady::now() + whole_time;
    compiling work(client, out);
    std::string compiled;
    std::string why;
    for (std::size_t i = 0; i < routes.size() && why.empty(); ++i) {
        if (i == most_routes || steady::now() > until) {
            why = fmt::format("only {} of {} routes were compiled in time", i, routes.size());
            break;
        }
        why = co_await work.compile(routes[i]);
        if (why.empty())
            compiled += (compiled.empty() ? "" : ", ") + routes[i];
    }
    bool const wrong = std::ranges::any_of(out.problems, &check_problem::error);
    out.status = wrong         ? check_status::failed
                 : why.empty() ? check_status::passed
                               : check_status::not_run;
    out.detail = compiled.empty() ? std::string() : fmt::format("next dev compiled {}", compiled);
    if (!why.empty())
        out.detail += (out.detail.empty() ? "" : "; ") + mcp::sanitize_line(why, 300);
    co_return out;
}

}  // namespace agent
