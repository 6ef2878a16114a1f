#include "agent/docs/context7/session.hpp"

#include "agent/docs/excerpt.hpp"
#include "agent/docs/untrusted.hpp"
#include "protocol/text.hpp"

#include <utility>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

constexpr int max_calls = 4;  // of query-docs, for one question
constexpr std::size_t max_passage = 4096;
constexpr std::size_t max_cleaned = 64 << 10;  // of a passage is looked at
constexpr std::size_t max_passages = 20;
constexpr std::size_t max_places = 500;
constexpr std::size_t shown = 200;

docs_error explained(mcp_error const& e)
{
    switch (e.kind) {
    case mcp_errc::timed_out:
        return {docs_errc::timed_out, e.message};
    case mcp_errc::starting:
        return {docs_errc::pending, e.message};
    case mcp_errc::protocol:
    case mcp_errc::refused:
        return {docs_errc::protocol, e.message};
    default:
        return {docs_errc::unavailable, e.message};
    }
}

docs_error explained(reply_kind kind, std::string const& text)
{
    auto const end = text.find_last_not_of(" \r\n\t");
    auto const said = "Context7 says: " + mcp::sanitize_line(text.substr(0, end + 1), shown);
    switch (kind) {
    case reply_kind::quota:
        return {docs_errc::quota, said + " (set CONTEXT7_API_KEY for a higher limit)"};
    case reply_kind::authentication:
        return {docs_errc::authentication, said + " (check CONTEXT7_API_KEY)"};
    case reply_kind::not_found:
    case reply_kind::tag_not_found:
    case reply_kind::redirect:
        return {docs_errc::not_found, said};
    case reply_kind::pending:
        return {docs_errc::pending, said};
    case reply_kind::transient:
        return {docs_errc::unavailable, said};
    default:
        return {docs_errc::protocol, said};
    }
}

// "/vercel/next.js/v16.1.6" and "/vercel/next.js@v16.1.6" name a version; a package is neither.
struct named_library {
    std::string id;
    std::string tag;
};

named_library id_of(std::string const& library)
{
    if (!library.starts_with('/'))
        return {};
    auto const project = library.find('/', 1);
    auto const end = project == library.npos ? project : library.find_first_of("/@", project + 1);
    if (end == library.npos)
        return {library, {}};
    return {library.substr(0, end), library.substr(end + 1)};
}

std::vector<passage>
passages_from(std::string const& text, docs_query const& q, std::string const& tag)
{
    std::vector<passage> passages;
    int emptied = 0;  // passages of which nothing is left
    for (auto& snippet : parse_snippets(text)) {
        if (passages.size() == max_passages)
            break;
        auto title = without_instructions(snippet.title);
        auto body = without_instructions(mcp::cut_utf8(snippet.text, max_cleaned));
        bool const cleaned = title.instructions + body.instructions > 0;
        if (cleaned && body.text.empty()) {
            ++emptied;
            continue;
        }
        auto version = version_in(snippet.source);
        if (version.empty())
            version = tag.starts_with('v') ? tag.substr(1) : tag;
        passages.push_back(
            {std::move(title.text),
             excerpt(body.text, max_passage),
             std::move(snippet.source),
             q.library,
             std::move(version),
             "Context7"});
        if (cleaned)
            passages.back().cleaned = 1;
    }
    if (emptied > 0 && !passages.empty())
        passages.front().cleaned = passages.front().cleaned.value_or(0) + emptied;
    return passages;
}

}  // namespace

awaitable<docs_error> context7_session::find_tools()
{
    if (tools_)
        co_return docs_error();
    auto const listed = co_await client_.list_tools(limit_);
    if (listed.has_error())
        co_return explained(listed.error());
    auto const found = find_context7_tools(*listed);
    if (found.has_error())
        co_return docs_error(
            docs_errc::unavailable, client_.name() + " cannot be used: " + found.error().reason);
    tools_ = *found;
    co_return docs_error();
}

context7_session::outcome<std::string>
context7_session::call(std::string tool, json::object arguments)
{
    auto const answer = co_await client_.call_tool(std::move(tool), std::move(arguments), limit_);
    if (answer.has_error())
        co_return explained(answer.error());
    if (answer->is_error)
        co_return explained(reply_kind::other, answer->text);
    co_return without_notice(answer->text);
}

context7_session::outcome<context7_session::place>
context7_session::search(std::string package, std::string question)
{
    auto arguments = search_arguments(*tools_, library_name(package), question);
    auto const text = co_await call(tools_->search, std::move(arguments));
    if (text.has_error())
        co_return text.error();
    auto const reply = classify_reply(*text);
    if (reply.kind != reply_kind::content)
        co_return explained(reply.kind, *text);
    auto const entries = parse_libraries(*text);
    auto const* chosen = choose_library(entries, package);
    if (!chosen)
        co_return docs_error(
            docs_errc::not_found, "Context7 knows no library that is the npm package " + package);
    place where;
    where.id = chosen->id;
    where.tags = chosen->versions;
    where.tags_known = true;
    where.searched = true;
    co_return where;
}

context7_session::outcome<std::string>
context7_session::resolve(std::string name, std::string question)
{
    auto const problem = co_await find_tools();
    if (problem.kind != docs_errc::none)
        co_return problem;
    auto arguments = search_arguments(*tools_, name, question);
    auto text = co_await call(tools_->search, std::move(arguments));
    if (text.has_error())
        co_return text.error();
    auto const reply = classify_reply(*text);
    if (reply.kind != reply_kind::content)
        co_return explained(reply.kind, *text);
    if (parse_libraries(*text).empty())
        co_return docs_error(docs_errc::not_found, "Context7 found no library of that name");
    co_return std::move(*text);
}

library_place const* context7_session::found(std::string const& package) const
{
    auto const known = places_.find(package);
    return known == places_.end() ? nullptr : &known->second;
}

void context7_session::remember(std::string const& package, library_place where)
{
    if (places_.size() < max_places || places_.contains(package))
        places_[package] = std::move(where);
}

std::string context7_session::tag_for(place const& where, std::string const& version) const
{
    if (where.tags_known)
        return nearest_tag(where.tags, version);
    return is_release(version) ? "v" + version : std::string();
}

context7_session::outcome<std::vector<passage>> context7_session::ask(docs_query q)
{
    auto const problem = co_await find_tools();
    if (problem.kind != docs_errc::none)
        co_return problem;

    auto asked = id_of(q.library);
    if (!asked.tag.empty())
        q.version = asked.tag;
    place where;
    auto const remembered = places_.find(q.library);
    bool const is_known = remembered != places_.end();
    if (!asked.id.empty() && (!asked.tag.empty() || !is_known)) {
        where.id = asked.id;
        where.searched = true;  // somebody has: it is this one or none
    } else if (is_known) {
        where = remembered->second;
    } else if (auto const known = known_.context7_id(q.library)) {
        where.id = *known;
    } else {
        auto const found = co_await search(q.library, q.question);
        if (found.has_error())
            co_return found.error();
        where = *found;
    }

    auto tag = asked.tag.empty() ? tag_for(where, q.version) : asked.tag;
    bool redirected = false;
    docs_error failure;
    for (int calls = 0; calls < max_calls; ++calls) {
        auto id = where.id;
        if (!tag.empty())
            id += "/" + tag;
        auto arguments = docs_arguments(*tools_, id, q.question);
        auto const text = co_await call(tools_->docs, std::move(arguments));
        if (text.has_error())
            co_return text.error();
        auto const reply = classify_reply(*text);
        failure = explained(reply.kind, *text);

        if (reply.kind == reply_kind::content) {
            auto passages = passages_from(*text, q, tag);
            if (passages.empty())
                co_return docs_error(
                    docs_errc::protocol,
                    "Context7 answered with no passage that names its source and is not addressed "
                    "to an AI");
            if (asked.tag.empty())
                remember(q.library, where);
            co_return passages;
        }
        if (reply.kind == reply_kind::tag_not_found && !tag.empty()) {
            auto nearest = nearest_tag(reply.tags, q.version);
            where.tags = reply.tags;
            where.tags_known = true;
            tag = nearest == tag ? std::string() : std::move(nearest);
        } else if (reply.kind == reply_kind::redirect && !std::exchange(redirected, true)) {
            where.id = reply.target;
        } else if (reply.kind == reply_kind::not_found && !tag.empty()) {
            tag.clear();
            where.tags.clear();
            where.tags_known = true;
        } else if (reply.kind == reply_kind::not_found && !where.searched) {
            auto const found = co_await search(q.library, q.question);
            if (found.has_error())
                co_return found.error();
            where = *found;
            tag = tag_for(where, q.version);
        } else {
            break;
        }
    }
    co_return failure;
}

}  // namespace agent
