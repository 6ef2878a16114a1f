#include "protocol/errors.hpp"
#include "protocol/json_text.hpp"
#include "protocol/wire/classify.hpp"
#include "protocol/wire/era.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <algorithm>

namespace wire_test {

namespace {

using boost::json::parse;
using mcp::protocol_version;
using enum mcp::protocol_version;

mcp::json::object object(std::string_view text)
{
    return parse({text.data(), text.size()}).as_object();
}

std::string const enough = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{})";

mcp::request_meta lift_modern(std::string const& meta)
{
    auto params = object(R"({"_meta":{)" + meta + R"(},"name":"x"})");
    auto out = mcp::modern().lift(params, nullptr);
    CHECK(params == object(R"({"name":"x"})"));
    return out;
}

mcp::jsonrpc::error refusal(std::string const& params)
{
    try {
        auto p = object(params);
        mcp::modern().lift(p, nullptr);
    } catch (mcp::jsonrpc::error const& e) {
        return e;
    } catch (mcp::decode_error const& e) {
        return {-32602, e.what()};
    }
    return {0, "accepted"};
}

std::string gated(std::string_view method, protocol_version version, std::string_view text)
{
    auto result = object(text);
    mcp::legacy().stamp(method, version, object("{}"), result);
    return mcp::json_text(result);
}

constexpr protocol_version legacy_versions[] = {v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25};

}  // namespace

TEST_CASE("versions are compared by their place in the list")
{
    CHECK(mcp::version_from("2025-06-18") == v2025_06_18);
    for (auto const* made_up : {"", "zzz", "2025-06-19", "2026-07-28 ", "9999-99-99"})
        CHECK(!mcp::version_from(made_up));
    CHECK(mcp::is_modern(v2026_07_28));
    CHECK(!mcp::is_modern(v2025_11_25));
    CHECK(mcp::supported_versions().front() == "2026-07-28");
    CHECK(std::ranges::is_sorted(mcp::version_names));
}

TEST_CASE("each request is addressed by what it says itself")
{
    using mcp::addressed;
    auto const claim = object("{\"_meta\":{" + enough + "}}");
    for (bool session : {false, true}) {
        CHECK(mcp::classify("tools/list", claim, session) == addressed::modern);
        CHECK(mcp::classify("ping", claim, session) == addressed::modern);
        CHECK(mcp::classify("initialize", {}, session) == addressed::handshake);
        CHECK(mcp::classify("initialize", claim, session) == addressed::handshake);
        CHECK(mcp::classify("ping", {}, session) == addressed::legacy);
    }
    CHECK(mcp::classify("tools/list", {}, true) == addressed::legacy);
    CHECK(mcp::classify("tools/list", {}, false) == addressed::nobody);
    CHECK(
        mcp::classify("tools/list", object(R"({"_meta":{"progressToken":1}})"), false) ==
        addressed::nobody);
    CHECK(mcp::classify("tools/list", object(R"({"_meta":1})"), false) == addressed::nobody);
    CHECK(
        std::string(mcp::unaddressed("server/discover").what()) ==
        "Invalid params: missing _meta[\"io.modelcontextprotocol/protocolVersion\"] and "
        "_meta[\"io.modelcontextprotocol/clientCapabilities\"]");
    CHECK(mcp::unaddressed("tools/list").data->at("supported") == mcp::supported_versions());
}

TEST_CASE("a modern request's envelope is read and taken out of its params")
{
    auto const least = lift_modern(enough);
    CHECK(least.client->version == v2026_07_28);
    CHECK(!least.client->info);
    CHECK(!least.progress_token);
    CHECK(!least.log_level);

    auto const full = lift_modern(
        R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":0,)"
        R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{},"sampling":{"tools":{}},)"
        R"("extensions":{"io.modelcontextprotocol/tasks":{}}},"traceparent":"00-1-2-01",)"
        R"("io.modelcontextprotocol/clientInfo":{"name":"c","version":"1","extra":1},)"
        R"("io.modelcontextprotocol/logLevel":"warning")");
    CHECK(full.client->info->name == "c");
    CHECK(full.client->supports("elicitation", "form"));
    CHECK(!full.client->supports("elicitation", "url"));
    CHECK(full.client->supports("sampling"));
    CHECK(full.client->supports("sampling", "tools"));
    CHECK(!full.client->supports("roots"));
    CHECK(full.client->has_extension("io.modelcontextprotocol/tasks"));
    CHECK(!full.client->has_extension("io.modelcontextprotocol/ui"));
    CHECK(full.progress_token == mcp::json::value(0));
    CHECK(full.log_level == mcp::LoggingLevel::warning);
    CHECK(full.rest == object(R"({"traceparent":"00-1-2-01"})"));
    CHECK(lift_modern(enough + R"(,"progressToken":"")").progress_token == mcp::json::value(""));
}

TEST_CASE("a modern request without its envelope is refused with the missing key")
{
    for (auto const* params : {"{}", R"({"_meta":{}})", R"({"_meta":[]})"}) {
        auto const e = refusal(params);
        CHECK(e.code == -32602);
        CHECK(
            std::string(e.what()) ==
            "Invalid params: missing _meta[\"io.modelcontextprotocol/protocolVersion\"]");
    }
    auto const e = refusal(R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})");
    CHECK(e.code == -32602);
    CHECK(
        std::string(e.what()) ==
        "Invalid params: missing _meta[\"io.modelcontextprotocol/clientCapabilities\"]");
}

TEST_CASE("a version that is not served, or not that way, is refused with those that are")
{
    for (std::string const version : {"1900-01-01", "v999.0.0", "2025-11-25", ""}) {
        auto const e = refusal(
            R"({"_meta":{"io.modelcontextprotocol/protocolVersion":")" + version +
            R"(","io.modelcontextprotocol/clientCapabilities":{}}})");
        CHECK(e.code == -32022);
        CHECK(e.data->at("requested") == mcp::json::value(version));
        CHECK(e.data->at("supported") == mcp::supported_versions());
    }
}

TEST_CASE("an envelope of the wrong shape is refused")
{
    for (std::string const meta : {
             R"("io.modelcontextprotocol/protocolVersion":1,)"
             R"("io.modelcontextprotocol/clientCapabilities":{})",
             R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
             R"("io.modelcontextprotocol/clientCapabilities":[])",
         })
        CHECK(refusal("{\"_meta\":{" + meta + "}}").code == -32602);
    for (std::string const more : {
             R"("progressToken":1.5)",
             R"("progressToken":null)",
             R"("progressToken":{})",
             R"("io.modelcontextprotocol/logLevel":"loud")",
             R"("io.modelcontextprotocol/clientInfo":{"name":"c"})",
         })
        CHECK(refusal("{\"_meta\":{" + enough + "," + more + "}}").code == -32602);
    CHECK(
        std::string(
            refusal("{\"_meta\":{" + enough + R"(,"io.modelcontextprotocol/clientInfo":{}}})")
                .what()) == "_meta[\"io.modelcontextprotocol/clientInfo\"].name: missing");
}

TEST_CASE("a modern result is stamped, and may be cached where that is allowed")
{
    auto const self = object(R"({"name":"s","version":"1"})");
    auto stamped = [&](std::string_view method, std::string_view text) {
        auto result = object(text);
        mcp::modern().stamp(method, v2026_07_28, self, result);
        CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo") == self);
        return result;
    };
    for (auto const* method : {"server/discover", "tools/list", "prompts/list"}) {
        auto const result = stamped(method, "{}");
        CHECK(result.at("resultType") == "complete");
        CHECK(result.at("ttlMs").as_int64() >= 0);
        CHECK(result.at("cacheScope") == "public");
        CHECK(!stamped(method, R"({"resultType":"input_required"})").contains("ttlMs"));
    }
    for (auto const* method : {"tools/call", "prompts/get"})
        CHECK(!stamped(method, "{}").contains("ttlMs"));
    auto const kept = stamped("tools/call", R"({"resultType":"task","_meta":{"a":1}})");
    CHECK(kept.at("resultType") == "task");
    CHECK(kept.at("_meta").at("a") == 1);
}

TEST_CASE("a legacy result has the fields of its version, and of the modern era none")
{
    auto const tool =
        R"({"tools":[{"name":"t","title":"T","description":"d","inputSchema":{"type":"object"},)"
        R"("outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true},"_meta":{"a":1}}],)"
        R"("resultType":"complete","ttlMs":1,"cacheScope":"public"})";
    auto const least = R"({"tools":[{"name":"t","description":"d","inputSchema":{"type":"object"})";
    CHECK(gated("tools/list", v2024_11_05, tool) == std::string(least) + "}]}");
    CHECK(
        gated("tools/list", v2025_03_26, tool) ==
        std::string(least) + R"(,"annotations":{"readOnlyHint":true}}]})");
    for (auto const version : {v2025_06_18, v2025_11_25})
        CHECK(
            parse(gated("tools/list", version, tool)) ==
            parse(R"({"tools":[{"name":"t","title":"T","description":"d",)"
                  R"("inputSchema":{"type":"object"},"outputSchema":{"type":"object"},)"
                  R"("annotations":{"readOnlyHint":true},"_meta":{"a":1}}]})"));
    CHECK(gated("ping", v2025_11_25, R"({"resultType":"complete"})") == "{}");
}

TEST_CASE("content that an older version does not know is told in words")
{
    auto const result =
        R"({"content":[{"type":"audio","data":"","mimeType":"audio/wav"},)"
        R"({"type":"resource_link","uri":"run://1","name":"n","title":"t"},)"
        R"({"type":"text","text":"x","annotations":{"priority":1,"lastModified":"d"},)"
        R"("_meta":{}},{"type":"resource","resource":{"uri":"u","text":"","_meta":{}}}],)"
        R"("structuredContent":{"a":1}})";
    auto const link = R"({"type":"text","text":"n: run://1"},)";
    auto const rest = R"({"type":"text","text":"x","annotations":{"priority":1}},)"
                      R"({"type":"resource","resource":{"uri":"u","text":""}}]})";
    CHECK(
        gated("tools/call", v2024_11_05, result) ==
        R"({"content":[{"type":"text","text":"[audio that this version of the protocol cannot )"
        R"(carry]"},)" +
            std::string(link) + rest);
    CHECK(
        gated("tools/call", v2025_03_26, result) ==
        R"({"content":[{"type":"audio","data":"","mimeType":"audio/wav"},)" + std::string(link) +
            rest);
    CHECK(parse(gated("tools/call", v2025_06_18, result)) == parse(result));
    CHECK(
        gated(
            "prompts/get",
            v2024_11_05,
            R"({"messages":[{"role":"user","content":{"type":"resource_link","uri":"u","name":"n"}}]})") ==
        R"({"messages":[{"role":"user","content":{"type":"text","text":"n: u"}}]})");
}

TEST_CASE("structured output that is no object exists in the modern era alone")
{
    for (auto const version : legacy_versions) {
        CHECK(
            gated("tools/call", version, R"({"content":[],"structuredContent":[1]})") ==
            R"({"content":[]})");
        CHECK(
            gated(
                "tools/list",
                version,
                R"({"tools":[{"name":"t","outputSchema":{"type":"array"}}]})") ==
            R"({"tools":[{"name":"t"}]})");
    }
}

TEST_CASE("prompts and the handshake are gated by version")
{
    auto const prompts =
        R"({"prompts":[{"name":"p","title":"t","arguments":[{"name":"a","title":"t"}],"_meta":{}}]})";
    CHECK(
        gated("prompts/list", v2025_03_26, prompts) ==
        R"({"prompts":[{"name":"p","arguments":[{"name":"a"}]}]})");
    CHECK(parse(gated("prompts/list", v2025_06_18, prompts)) == parse(prompts));

    auto const hello =
        R"({"capabilities":{"completions":{},"tools":{},"extensions":{}},"serverInfo":{"name":"n",)"
        R"("version":"1","title":"t","description":"d","websiteUrl":"u"}})";
    CHECK(
        gated("initialize", v2024_11_05, hello) ==
        R"({"capabilities":{"tools":{}},"serverInfo":{"name":"n","version":"1"}})");
    CHECK(
        gated("initialize", v2025_06_18, hello) ==
        R"({"capabilities":{"completions":{},"tools":{}},)"
        R"("serverInfo":{"name":"n","version":"1","title":"t"}})");
    CHECK(
        gated("initialize", v2025_11_25, hello) ==
        R"({"capabilities":{"completions":{},"tools":{}},)"
        R"("serverInfo":{"name":"n","version":"1","title":"t","description":"d","websiteUrl":"u"}})");
}

TEST_CASE("progress has no message before 2025-03-26")
{
    for (auto const version : legacy_versions) {
        mcp::jsonrpc::notification n{
            "notifications/progress", object(R"({"progressToken":1,"progress":2,"message":"m"})")};
        mcp::legacy().stamp_notification(version, n);
        CHECK(n.params.contains("message") == (version != v2024_11_05));
    }
}

TEST_CASE("a legacy request's _meta is optional and its progress token exact")
{
    auto const facts = std::make_shared<mcp::client_facts const>();
    auto params = object(R"({"_meta":{"progressToken":"0","x":1},"a":1})");
    auto const meta = mcp::legacy().lift(params, facts);
    CHECK(params == object(R"({"a":1})"));
    CHECK(meta.progress_token == mcp::json::value("0"));
    CHECK(meta.rest == object(R"({"x":1})"));
    CHECK(meta.client == facts);
    auto none = object("{}");
    CHECK(!mcp::legacy().lift(none, facts).progress_token);
}

TEST_CASE("the methods of an era are sorted, and those of the other are not among them")
{
    for (auto const* era : {&mcp::legacy(), &mcp::modern()})
        CHECK(std::ranges::is_sorted(era->requests()));
    for (auto const* removed : {"initialize", "ping", "logging/setLevel"}) {
        CHECK(mcp::legacy().has_request(removed));
        CHECK(!mcp::modern().has_request(removed));
    }
    CHECK(!mcp::legacy().has_request("server/discover"));
}

TEST_CASE("each error of the protocol has its code and its data")
{
    CHECK(mcp::method_not_found("x").code == -32601);
    CHECK(mcp::invalid_params("x").code == -32602);
    CHECK(mcp::header_mismatch("x").code == -32020);
    auto const missing = mcp::missing_client_capability(object(R"({"sampling":{}})"));
    CHECK(missing.code == -32021);
    CHECK(*missing.data == parse(R"({"requiredCapabilities":{"sampling":{}}})"));
    auto const version = mcp::unsupported_version("v9");
    CHECK(version.code == -32022);
    CHECK(version.data->at("requested") == "v9");
}

}  // namespace wire_test
