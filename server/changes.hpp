#pragma once

// What changes under the eyes of clients, and who wants to know. A listener has a filter and
// collects what happened since it last looked, so that a slow reader costs no memory: two changes
// of a list are one.

#include "protocol/jsonrpc.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace server {

struct change_filter {
    bool tools = false;
    bool prompts = false;
    bool resources = false;
    std::set<std::string, std::less<>> uris;   // of resources, or of what they are part of
    std::set<std::string, std::less<>> tasks;  // by id
};

class change_listener;

class changes {
public:
    changes() = default;
    changes(changes const&) = delete;
    changes& operator=(changes const&) = delete;

    void tools();
    void prompts();
    void resources();
    void resource(std::string_view uri);
    void task(std::string_view id);

    // Every listener of this owner, or of all, has nothing more to wait for.
    void end(void const* owner);
    void end_all();

    std::size_t listeners() const { return listeners_.size(); }

private:
    friend class change_listener;
    std::set<change_listener*> listeners_;
};

class change_listener {
public:
    // `owner` is whose end ends this, such as a connection; only compared.
    change_listener(
        changes& from, change_filter wanted, void const* owner, boost::asio::any_io_executor ex);
    ~change_listener();
    change_listener(change_listener const&) = delete;
    change_listener& operator=(change_listener const&) = delete;

    change_filter& wanted() { return wanted_; }

    // Returns with what happened, as soon as something has, or with nothing once it has ended.
    // `wanted` is the shape of it too. Throws operation_aborted.
    boost::asio::awaitable<change_filter> next();

    bool ended() const { return ended_; }

private:
    friend class changes;
    template <class F>
    void note(bool is_wanted, F remember);

    changes& from_;
    change_filter wanted_;
    void const* owner_;
    change_filter happened_;
    bool any_ = false;
    bool ended_ = false;
    mcp::event changed_;
};

// The notifications that tell of what happened; those about tasks, which carry the task, are not
// among them.
std::vector<mcp::jsonrpc::notification> notifications_of(change_filter const& happened);

}  // namespace server
