#include "agent/tools/query_docs.hpp"

#include "agent/docs/quote.hpp"
#include "agent/project/source/imports.hpp"
#include "protocol/schema_of.hpp"

#include <boost/describe/class.hpp>

namespace agent {

namespace json = boost::json;
using boost::asio::awaitable;

namespace {

struct query_docs_arguments {
    std::string library;
    std::string question;
};
BOOST_DESCRIBE_STRUCT(query_docs_arguments, (), (library, question))

// The same for every run, and made once.
tool_declaration const& declared_query_docs()
{
    static tool_declaration const once{
        "query_docs",
        "Looks up current documentation, version-exact where it can be. Call this before you use "
        "any API that the "
        "passages you already have do not cover, and once for every package that a file of yours "
        "imports: finish "
        "is refused otherwise. This is the Context7 lookup of your instructions.",
        mcp::schema_of<query_docs_arguments>(
            {{"library", "npm package name, e.g. next, zod, @prisma/client"},
             {"question",
              "One concept in a few words, e.g. 'updateTag in server actions'. It is sent to a "
              "third party: no secrets, no code of the project."}})};
    return once;
}

}  // namespace

query_docs::query_docs(lookups& documentation)
    : documentation_(documentation), declaration_(declared_query_docs())
{
}

awaitable<tool_answer> query_docs::run(json::object input)
{
    tool_answer out;
    query_docs_arguments args;
    try {
        args = mcp::decode_strict<query_docs_arguments>(json::value(std::move(input)), {"input"});
    } catch (mcp::decode_error const& e) {
        out.text = std::string(e.what()) +
                   ". Expected: {\"library\": npm package name, \"question\": a few words}.";
        out.is_error = true;
        co_return out;
    }
    // "next/headers" is a part of next.
    if (auto package = package_of(args.library); !package.empty())
        args.library = std::move(package);
    auto const found =
        co_await documentation_.look_up(std::move(args.library), std::move(args.question));
    out.text = quote(found);
    out.is_error = found.passages.empty() && !found.failures.empty();
    out.effect = mcp::encode(found);
    co_return out;
}

void query_docs::restore(json::value const& effect)
{
    documentation_.restore(mcp::decode<lookup>(effect, {"effect"}));
}

}  // namespace agent
