#include "server/app/command_prompts.hpp"

#include <doctest/doctest.h>

namespace command_prompts_test {

TEST_CASE("a command is filled in with what was given, and leaves out what was not")
{
    std::string const text = "Do {what} for {who}\nCalled from {route}.\n\n- always {\n";
    CHECK(
        app::fill_in(text, {{"what", "this {who}"}, {"who", "them"}}) ==
        "Do this {who} for them\n\n- always {\n");
    CHECK(app::fill_in("{task}", {{"task", "a\nb"}}) == "a\nb");
    CHECK(app::fill_in("", {}).empty());
}

}  // namespace command_prompts_test
