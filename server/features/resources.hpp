#pragma once

// The resources and resource templates on offer, in the order they were added (server/resources).

#include "protocol/resources.hpp"
#include "protocol/uri_template.hpp"
#include "server/features/completion.hpp"
#include "server/step.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace server {

class resources {
public:
    // `variables` are those of the template that the URI matched; of a plain resource there are
    // none.
    using reader = std::function<boost::asio::awaitable<step>(
        request_context&, std::string const& uri, mcp::uri_variables const& variables)>;

    struct match {
        std::shared_ptr<reader const> read;
        mcp::uri_variables variables;
    };

    // Throw std::logic_error for a URI or template that is none, or is there already.
    void add(mcp::Resource what, reader read);
    void add(mcp::ResourceTemplate what, reader read, completers complete);
    void remove(std::string_view uri);

    bool empty() const { return resources_.empty() && templates_.empty(); }
    bool has_completers() const { return has_completers_; }
    mcp::json::array const& listed() const { return listed_; }
    mcp::json::array const& listed_templates() const { return listed_templates_; }

    // Who reads a URI. Throws -32602 with `data.uri` where nobody does.
    match find(std::string const& uri) const;

    // By what it is called in a completion's ref. Throws -32602.
    completers const& template_completers(std::string_view uri_template) const;

private:
    struct resource {
        std::string uri;
        std::shared_ptr<reader const> read;
    };
    struct resource_template {
        std::string uri;
        mcp::uri_template pattern;
        std::shared_ptr<reader const> read;
        completers complete;  // by variable
    };
    std::vector<resource> resources_;
    std::vector<resource_template> templates_;
    mcp::json::array listed_;
    mcp::json::array listed_templates_;
    bool has_completers_ = false;
};

}  // namespace server
