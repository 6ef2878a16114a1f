#include "server/changes.hpp"

#include <utility>

namespace server {
namespace {

// A subscription may be to what a resource is part of (server/resources, Subscriptions).
bool covers(std::set<std::string, std::less<>> const& uris, std::string_view uri)
{
    if (uris.contains(uri))
        return true;
    for (auto slash = uri.rfind('/'); slash != std::string_view::npos && slash > 0;
         slash = uri.rfind('/', slash - 1))
        if (uris.contains(uri.substr(0, slash)) || uris.contains(uri.substr(0, slash + 1)))
            return true;
    return false;
}

}  // namespace

template <class F>
void change_listener::note(bool is_wanted, F remember)
{
    if (!is_wanted)
        return;
    remember(happened_);
    any_ = true;
    changed_.notify();
}

void changes::tools()
{
    for (auto* l : listeners_)
        l->note(l->wanted_.tools, [](change_filter& h) { h.tools = true; });
}

void changes::prompts()
{
    for (auto* l : listeners_)
        l->note(l->wanted_.prompts, [](change_filter& h) { h.prompts = true; });
}

void changes::resources()
{
    for (auto* l : listeners_)
        l->note(l->wanted_.resources, [](change_filter& h) { h.resources = true; });
}

void changes::resource(std::string_view uri)
{
    for (auto* l : listeners_)
        l->note(covers(l->wanted_.uris, uri), [&](change_filter& h) { h.uris.emplace(uri); });
}

void changes::task(std::string_view id)
{
    for (auto* l : listeners_)
        l->note(l->wanted_.tasks.contains(id), [&](change_filter& h) { h.tasks.emplace(id); });
}

void changes::end(void const* owner)
{
    for (auto* l : listeners_)
        if (l->owner_ == owner) {
            l->ended_ = true;
            l->changed_.notify();
        }
}

void changes::end_all()
{
    for (auto* l : listeners_) {
        l->ended_ = true;
        l->changed_.notify();
    }
}

change_listener::change_listener(
    changes& from, change_filter wanted, void const* owner, boost::asio::any_io_executor ex)
    : from_(from), wanted_(std::move(wanted)), owner_(owner), changed_(ex)
{
    from_.listeners_.insert(this);
}

change_listener::~change_listener()
{
    from_.listeners_.erase(this);
}

boost::asio::awaitable<change_filter> change_listener::next()
{
    while (!any_ && !ended_)
        co_await changed_.wait();
    any_ = false;
    co_return std::exchange(happened_, change_filter());
}

std::vector<mcp::jsonrpc::notification> notifications_of(change_filter const& happened)
{
    std::vector<mcp::jsonrpc::notification> out;
    if (happened.tools)
        out.push_back({"notifications/tools/list_changed", {}});
    if (happened.prompts)
        out.push_back({"notifications/prompts/list_changed", {}});
    if (happened.resources)
        out.push_back({"notifications/resources/list_changed", {}});
    for (auto const& uri : happened.uris)
        out.push_back({"notifications/resources/updated", {{"uri", uri}}});
    return out;
}

}  // namespace server
