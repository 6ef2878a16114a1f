#include "agent/front_matter.hpp"
#include "prompts/prompts.hpp"
#include "protocol/sha256.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

namespace front_matter_test {

using agent::parse_agent_file;

TEST_CASE("the expert's prompt is compiled in byte for byte as its author wrote it")
{
    std::ifstream file(NBE_SOURCE_DIR "/prompts/nextjs-backend-engineer.md", std::ios::binary);
    std::string const bytes(std::istreambuf_iterator<char>(file), {});
    CHECK(bytes == prompts::nextjs_backend_engineer);
    CHECK(
        mcp::sha256_hex(prompts::nextjs_backend_engineer) ==
        "04561eb9d4738e1c5bd434789ea7af9f0ab3e1571fb03e550016d3c3ee264713");
}

TEST_CASE("the expert's front matter is understood, its escapes are line ends")
{
    auto const expert = parse_agent_file(prompts::nextjs_backend_engineer);
    REQUIRE(expert.has_value());
    CHECK(expert->name == "nextjs-backend-engineer");
    CHECK(expert->model == "sonnet");
    CHECK(expert->color == "orange");
    CHECK(
        expert->description.find(
            "frontend-specific work.\n\nExamples:\n\n- Example 1:\n  user: \"I need") !=
        std::string::npos);
    CHECK(expert->description.find("\\n") == std::string::npos);
    CHECK(expert->body.starts_with("You are an elite Next.js backend engineer"));
    CHECK(prompts::nextjs_backend_engineer.ends_with(expert->body));
    // What was compiled in is the same.
    CHECK(prompts::expert.name == expert->name);
    CHECK(prompts::expert.description == expert->description);
    CHECK(prompts::expert.model == expert->model);
    CHECK(prompts::expert.body == expert->body);
}

TEST_CASE("a prompt file needs only a name and a body, and may hold more")
{
    auto const small = parse_agent_file("---\nname: x\ntools: [a, b]\n---\nbody\n---\nmore");
    REQUIRE(small.has_value());
    CHECK(small->body == "body\n---\nmore");
    CHECK(small->model.empty());
}

TEST_CASE("malformed prompt files are errors that say what is wrong")
{
    auto const message = [](std::string_view text) {
        auto const file = parse_agent_file(text);
        return file ? std::string("accepted") : file.error().message;
    };
    CHECK(message("no front matter").find("two lines of ---") != std::string::npos);
    CHECK(message("---\nname: x\n").find("two lines of ---") != std::string::npos);
    CHECK(message("---\n---\nbody").find("key: value") != std::string::npos);
    CHECK(message("---\n- a\n- b\n---\nbody").find("key: value") != std::string::npos);
    CHECK(message("---\nmodel: x\n---\nbody").find("name is missing") != std::string::npos);
    CHECK(message("---\nname: [x]\n---\nbody").find("name must be a text") != std::string::npos);
    CHECK(message("---\nname: x\n---\n\n").find("no prompt") != std::string::npos);
    CHECK(
        message("---\nname: x\nmodel: {a\n---\nbody").find("not YAML: line") != std::string::npos);
    CHECK(message("---\nname: *nowhere\n---\nbody").find("not YAML") != std::string::npos);
    CHECK(message("---\nname: x\n---\n\xff").find("UTF-8") != std::string::npos);
    CHECK(message(std::string(300 << 10, 'x')).find("256 KiB") != std::string::npos);
    CHECK(message("---\nname: " + std::string(20000, '[') + "\n---\nbody") != "accepted");
}

}  // namespace front_matter_test
