#include "protocol/schema_of.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace schema_of_test {

namespace {

enum class Mode { implement, plan };
BOOST_DESCRIBE_ENUM(Mode, implement, plan)

struct File {
    std::string path;
    std::optional<std::string> text;
};
BOOST_DESCRIBE_STRUCT(File, (), (path, text))

struct Arguments {
    std::string task;
    std::optional<std::vector<File>> files;
    std::optional<Mode> mode;
    std::optional<double> max_cost_usd;
    std::optional<int> wait_seconds;
    std::optional<bool> verify;
};
BOOST_DESCRIBE_STRUCT(Arguments, (), (task, files, mode, max_cost_usd, wait_seconds, verify))

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

std::string failure(char const* text)
{
    try {
        mcp::decode_strict<Arguments>(boost::json::parse(text), {"arguments"});
        return "";
    } catch (mcp::decode_error const& e) {
        return e.what();
    }
}

}  // namespace

TEST_CASE("the schema of a struct says what decoding it demands")
{
    auto const schema =
        mcp::schema_of<Arguments>({{"task", "What to do."}, {"files.path", "Relative."}});
    CHECK(schema == boost::json::parse(R"({
        "type": "object",
        "properties": {
            "task": {"type": "string", "description": "What to do."},
            "files": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "path": {"type": "string", "description": "Relative."},
                    "text": {"type": "string"}
                },
                "required": ["path"],
                "additionalProperties": false
            }},
            "mode": {"type": "string", "enum": ["implement", "plan"]},
            "max_cost_usd": {"type": "number"},
            "wait_seconds": {"type": "integer"},
            "verify": {"type": "boolean"}
        },
        "required": ["task"],
        "additionalProperties": false
    })"));
    CHECK(
        mcp::schema_of<Nothing>() ==
        boost::json::parse(R"({"type":"object","properties":{},"additionalProperties":false})"));
    CHECK_THROWS_AS(mcp::schema_of<Arguments>({{"tsk", "A slip."}}), std::logic_error);
}

TEST_CASE("arguments that do not fit are refused with where and why")
{
    CHECK(failure(R"({"task":"t","mode":"plan","files":[{"path":"a"}],"wait_seconds":5.0})") == "");
    CHECK(failure(R"({})") == "arguments.task: missing");
    CHECK(failure("[]") == "arguments: value is not an object");
    CHECK(
        failure(R"({"task":"t","mode":"plam"})") ==
        "arguments.mode: must be one of implement, plan");
    CHECK(
        failure(R"({"task":"t","files":[{"path":"a","txt":"b"}]})") ==
        R"(arguments.files: no member "txt"; did you mean "text"?)");
    CHECK(
        failure(R"({"task":"t","max_cost":1})") ==
        R"(arguments: no member "max_cost"; there are task, files, mode, max_cost_usd, )"
        "wait_seconds, verify");
    CHECK(failure(R"({"tsak":"t"})") == R"(arguments: no member "tsak"; did you mean "task"?)");
    CHECK(failure(R"({"task":"t","wait_seconds":1.5})") != "");
    CHECK(failure(R"({"task":"t","verify":"yes"})") != "");
}

TEST_CASE("a peer's name is quoted short and printable")
{
    CHECK(mcp::quoted("a\n\"b\xff") == "\"a??b?\"");
    CHECK(mcp::quoted(std::string(1000, 'n')) == '"' + std::string(40, 'n') + "...\"");
    CHECK(mcp::closest("zzz", {"query", "task"}) == "");
    CHECK(mcp::closest("library", {"libraryName", "libraries", "query"}) == "libraries");
    CHECK(mcp::closest(std::string(100'000, 'a'), {"task"}) == "");
    CHECK(mcp::unknown_name("tool", "x", {}) == "no tool \"x\"; there are none");
}

}  // namespace schema_of_test
