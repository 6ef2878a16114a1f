#include "agent/models/cli/cli_program.hpp"

#include "agent/models/json_members.hpp"
#include "protocol/ascii.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace agent {

namespace json = boost::json;
using boost::system::result;

namespace {

// What the programs say where a subscription's share is used up, and where nobody is logged in.
constexpr std::string_view limit_words[] = {"usage limit", "rate limit", "limit reached", "quota"};
constexpr std::string_view login_words[] = {"/login", "log in", "not logged in", "api key", "401"};

constexpr std::string_view kept_from_them[] = {
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "OPENROUTER_API_KEY",
    "CONTEXT7_API_KEY",
    "NEXTJS_BACKEND_ENGINEER_TOKEN",
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT"};

bool says_one_of(std::string_view text, auto const& words)
{
    auto const lower = mcp::lower(text);
    return std::ranges::any_of(words, [&](auto word) { return mcp::has(lower, word); });
}

model_error failed_program(std::string_view program, std::string_view said)
{
    model_error out(
        model_errc::server_error,
        fmt::format("{}: {}", program, mcp::sanitize_line(said.empty() ? "no answer" : said, 300)));
    if (says_one_of(said, limit_words)) {
        out.kind = model_errc::rate_limited;
    } else if (says_one_of(said, login_words)) {
        out.kind = model_errc::authentication;
        out.message += fmt::format(" Log in: run `{}` at a terminal.", program);
    } else {
        out.retryable = true;
    }
    return out;
}

std::vector<std::string> claude_arguments(
    std::string const& model, std::string const& session, std::string const& instructions)
{
    std::vector<std::string> out{
        "claude",
        "-p",
        "--output-format",
        "json",
        "--tools",
        "",
        "--strict-mcp-config",
        "--setting-sources",
        "",
        "--disable-slash-commands",
        "--system-prompt-file",
        instructions};
    if (!model.empty())
        out.insert(out.end(), {"--model", model});
    if (!session.empty())
        out.insert(out.end(), {"--resume", session});
    return out;
}

result<cli_answer, model_error> read_claude(std::string_view output)
{
    auto const value = parsed(output);
    auto const* said = value ? value->if_object() : nullptr;
    if (!said)
        return failed_program("claude", output);
    auto const* wrong = said->if_contains("is_error");
    if (string_in(*said, "type") != "result" || (wrong && wrong->is_bool() && wrong->get_bool()))
        return failed_program("claude", string_in(*said, "result"));
    cli_answer out;
    out.text = string_in(*said, "result");
    out.session = string_in(*said, "session_id");
    if (auto const* models = object_in(*said, "modelUsage"); models && !models->empty())
        out.model = models->begin()->key();
    if (auto const* usage = object_in(*said, "usage")) {
        out.usage.input = count_in(*usage, "input_tokens").value_or(0);
        out.usage.cache_read = count_in(*usage, "cache_read_input_tokens").value_or(0);
        out.usage.cache_write_1h = count_in(*usage, "cache_creation_input_tokens").value_or(0);
        out.usage.output = count_in(*usage, "output_tokens").value_or(0);
    }
    return out;
}

std::vector<std::string> codex_arguments(
    std::string const& model, std::string const& session, std::string const& instructions)
{
    std::vector<std::string> out{"codex", "exec"};
    if (!session.empty())
        out.emplace_back("resume");
    out.insert(
        out.end(), {"--json", "--skip-git-repo-check", "--ignore-user-config", "--ignore-rules"});
    for (auto const* setting :
         {"sandbox_mode=read-only",
          "web_search=disabled",
          "features.shell_tool=false",
          "features.unified_exec=false",
          "features.multi_agent=false",
          "features.goals=false",
          "features.apps=false"})
        out.insert(out.end(), {"-c", setting});
    out.insert(out.end(), {"-c", "model_instructions_file=" + instructions});
    if (!model.empty())
        out.insert(out.end(), {"--model", model});
    if (!session.empty())
        out.push_back(session);
    out.emplace_back("-");
    return out;
}

result<cli_answer, model_error> read_codex(std::string_view output)
{
    cli_answer out;
    std::string trouble;
    bool complete = false;
    for (std::size_t at = 0; at < output.size();) {
        auto const end = std::min(output.find('\n', at), output.size());
        auto const value = parsed(output.substr(at, end - at));
        at = end + 1;
        auto const* event = value ? value->if_object() : nullptr;
        if (!event)
            continue;
        auto const type = string_in(*event, "type");
        auto const* item = object_in(*event, "item");
        if (type == "thread.started")
            out.session = string_in(*event, "thread_id");
        else if (type == "item.completed" && item && string_in(*item, "type") == "agent_message")
            out.text = string_in(*item, "text");
        else if (type == "error")
            trouble = string_in(*event, "message");
        else if (auto const* why = object_in(*event, "error"); type == "turn.failed" && why)
            trouble = string_in(*why, "message");
        else if (auto const* usage = object_in(*event, "usage");
                 type == "turn.completed" && usage) {
            complete = true;
            out.usage.cache_read = count_in(*usage, "cached_input_tokens").value_or(0);
            out.usage.input = count_in(*usage, "input_tokens").value_or(0) - out.usage.cache_read;
            out.usage.output = count_in(*usage, "output_tokens").value_or(0);
            out.usage.thinking = count_in(*usage, "reasoning_output_tokens").value_or(0);
        }
    }
    if (!complete)
        return failed_program("codex", trouble.empty() ? output : trouble);
    return out;
}

}  // namespace

cli_program const claude_cli{"claude", false, claude_arguments, read_claude};
cli_program const codex_cli{"codex", true, codex_arguments, read_codex};

std::vector<std::string> cli_environment(char const* const* environment)
{
    std::vector<std::string> out;
    for (; *environment; ++environment) {
        std::string_view const variable = *environment;
        auto const name = variable.substr(0, variable.find('='));
        if (std::ranges::find(kept_from_them, name) == std::end(kept_from_them))
            out.emplace_back(variable);
    }
    out.push_back(std::string(inside_variable) + "=1");
    return out;
}

}  // namespace agent
