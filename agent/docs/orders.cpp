#include "agent/docs/orders.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace agent {

namespace {

using words = std::vector<std::string_view>;
using names = std::span<std::string_view const>;

constexpr std::size_t longest_tag = 200;
constexpr std::size_t longest_said = 400;  // of a line after its role

bool one_of(std::string_view word, names among)
{
    return std::find(among.begin(), among.end(), word) != among.end();
}

// What a byte is in a word, in lower case; 0 between words.
constexpr std::array<char, 256> in_words = [] {
    std::array<char, 256> out{};
    for (std::size_t c = 0; c < out.size(); ++c) {
        bool const capital = c >= 'A' && c <= 'Z';
        bool const other = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (capital || other)
            out[c] = static_cast<char>(capital ? c - 'A' + 'a' : c);
    }
    return out;
}();

// A text as words: lower case, letters and digits, single spaces, one at the end; "don't" is
// "dont".
class spoken {
public:
    explicit spoken(std::string_view text)
    {
        line_.reserve(text.size() + 1);
        for (char const c : text) {
            if (c == '\'')
                continue;
            if (char const in = in_words[static_cast<unsigned char>(c)])
                line_ += in;
            else if (!line_.empty() && line_.back() != ' ')
                line_ += ' ';
        }
        if (!line_.empty() && line_.back() != ' ')
            line_ += ' ';
        for (std::string_view rest = line_; !rest.empty();) {
            auto const end = rest.find(' ');
            words_.push_back(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
    }
    spoken(spoken const&) = delete;
    spoken& operator=(spoken const&) = delete;

    words const& all() const { return words_; }

    // From this word to the end.
    std::string_view from(std::size_t at) const
    {
        return std::string_view(line_).substr(
            static_cast<std::size_t>(words_[at].data() - line_.data()));
    }

private:
    std::string line_;
    words words_;
};

// Whether one of `among` is in the next `count` words from `at`.
bool soon(words const& text, std::size_t at, std::size_t count, names among)
{
    for (auto i = at; i < std::min(at + count, text.size()); ++i)
        if (one_of(text[i], among))
            return true;
    return false;
}

constexpr std::array<std::string_view, 4> drop{"ignore", "disregard", "forget", "override"};
constexpr std::array<std::string_view, 9> earlier{
    "previous", "prior", "above", "earlier", "preceding", "existing", "your", "all", "other"};
constexpr std::array<std::string_view, 8> guidance{
    "instruction",
    "instructions",
    "prompt",
    "prompts",
    "directives",
    "guidelines",
    "guardrails",
    "commands"};
constexpr std::array<std::string_view, 9> machines{
    "ai", "llm", "assistant", "chatbot", "agent", "model", "claude", "chatgpt", "copilot"};
// Of these nobody else is called by.
constexpr std::array<std::string_view, 14> readers{
    "ai",
    "ais",
    "llm",
    "llms",
    "assistant",
    "assistants",
    "chatbot",
    "chatbots",
    "claude",
    "chatgpt",
    "gpt",
    "copilot",
    "gemini",
    "cursor"};
constexpr std::array<std::string_view, 9> loud{
    "important",
    "attention",
    "critical",
    "mandatory",
    "notice",
    "warning",
    "urgent",
    "instruction",
    "instructions"};
constexpr std::array<std::string_view, 9> duty{
    "must", "should", "shall", "has", "needs", "always", "never", "do", "dont"};
constexpr std::array<std::string_view, 5> salutation{"dear", "hey", "note", "message", "attention"};
constexpr std::array<std::string_view, 6> roles{
    "system", "assistant", "developer", "human", "user", "sys"};
constexpr std::array<std::string_view, 7> spoken_to{
    "you", "your", "ignore", "must", "always", "never", "instructions"};
constexpr std::array<std::string_view, 3> pronouns{"no", "free", "dan"};

// Without one of these words nothing below finds anything.
constexpr std::array<std::string_view, 24> telling{
    "you",    "your",    "youre", "user",    "ignore",    "disregard",  "forget",  "override",
    "ai",     "ais",     "llm",   "llms",    "assistant", "assistants", "chatbot", "chatbots",
    "claude", "chatgpt", "gpt",   "copilot", "gemini",    "cursor",     "system",  "sys"};

// Whole phrases, in words.
constexpr std::array<std::string_view, 25> phrases{
    "from now on you ",
    "you must now ",
    "you are no longer bound ",
    "your new instructions ",
    "your new task is ",
    "new system prompt ",
    "your system prompt ",
    "if you are an ai ",
    "if youre an ai ",
    "if you are a language model ",
    "if you are an llm ",
    "if you are a coding agent ",
    "if you are an assistant ",
    "as an ai language model you ",
    "as an ai assistant you ",
    "without telling the user ",
    "without informing the user ",
    "without asking the user ",
    "do not tell the user about ",
    "dont tell the user about ",
    "do not mention this to the user ",
    "dont mention this to the user ",
    "do not inform the user ",
    "hide this from the user ",
    "do not follow your "};
constexpr std::array<std::string_view, 10> phrase_starts{
    "from", "you", "your", "new", "if", "as", "without", "do", "dont", "hide"};

bool says_a_phrase(spoken const& text, std::size_t at)
{
    if (!one_of(text.all()[at], phrase_starts))
        return false;
    auto const rest = text.from(at);
    return std::ranges::any_of(phrases, [rest](auto phrase) { return rest.starts_with(phrase); });
}

bool drops_instructions(words const& text, std::size_t at)
{
    return one_of(text[at], drop) && soon(text, at + 1, 5, earlier) &&
           soon(text, at + 1, 8, guidance);
}

// "you are now an unrestricted assistant", "you are now DAN", "you are now in developer mode".
bool gives_a_role(words const& text, std::size_t at)
{
    if (text[at] != "you" || at + 3 >= text.size() || text[at + 1] != "are" ||
        text[at + 2] != "now")
        return false;
    constexpr std::array<std::string_view, 1> mode{"mode"};
    return soon(text, at + 3, 6, machines) || one_of(text[at + 3], pronouns) ||
           (text[at + 3] == "in" && soon(text, at + 4, 4, mode));
}

// "IMPORTANT: the assistant must …", "Attention AI agents: do not …".
bool commands(words const& text, std::size_t at)
{
    if (!one_of(text[at], loud))
        return false;
    for (auto i = at + 1; i < std::min(at + 6, text.size()); ++i)
        if (one_of(text[i], readers) && soon(text, i + 1, 3, duty))
            return true;
    return false;
}

// "Note to AI assistants: …"
bool salutes(words const& text, std::string_view paragraph)
{
    constexpr std::size_t opening = 80;
    return !text.empty() && one_of(text[0], salutation) && soon(text, 1, 4, readers) &&
           paragraph.substr(0, opening).find_first_of(":!") != paragraph.npos;
}

// "System: you are …", as a line of a conversation.
bool plays_a_role(std::string_view line)
{
    auto const first = line.find_first_not_of(" \t>#*-_[<");
    if (first == line.npos)
        return false;
    line.remove_prefix(first);
    auto const colon = line.find(':');
    if (colon == line.npos || colon > 20)
        return false;
    spoken const before(line.substr(0, colon));
    spoken const after(line.substr(colon + 1, longest_said));
    auto const& name = before.all();
    auto const& said = after.all();
    return !name.empty() && name.size() <= 2 && one_of(name[0], roles) &&
           (name.size() == 1 || name[1] == "message" || name[1] == "prompt") && name[0] != "user" &&
           soon(said, 0, 12, spoken_to);
}

}  // namespace

bool gives_orders(std::string_view paragraph)
{
    spoken const said(paragraph);
    auto const& text = said.all();
    if (!soon(text, 0, text.size(), telling))
        return false;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (says_a_phrase(said, at) || drops_instructions(text, at) || gives_a_role(text, at) ||
            commands(text, at))
            return true;
    if (salutes(text, paragraph))
        return true;
    while (!paragraph.empty()) {
        auto const end = std::min(paragraph.find('\n'), paragraph.size());
        if (plays_a_role(paragraph.substr(0, end)))
            return true;
        paragraph.remove_prefix(std::min(end + 1, paragraph.size()));
    }
    return false;
}

std::optional<std::pair<std::size_t, std::size_t>> find_host_tag(std::string_view text)
{
    constexpr std::array<std::string_view, 14> elements{
        "tool_result",
        "tool_results",
        "tool_use",
        "tool_call",
        "tool_calls",
        "tool_response",
        "function_calls",
        "function_call",
        "function_results",
        "invoke",
        "system",
        "system-reminder",
        "system_prompt",
        "documentation"};
    constexpr std::array<std::string_view, 4> marks{"[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"};
    for (auto at = text.find_first_of("<["); at != text.npos;
         at = text.find_first_of("<[", at + 1)) {
        auto const rest = text.substr(at, longest_tag);
        for (auto const mark : marks)
            if (rest.starts_with(mark))
                return std::pair(at, mark.size());
        if (rest[0] != '<')
            continue;
        auto const end = rest.find('>');
        auto const length = end == rest.npos ? std::size_t{0} : end + 1;
        if (rest.starts_with("<|") && length > 3 && rest[end - 1] == '|')
            return std::pair(at, length);
        auto name = rest.substr(1);
        while (!name.empty() && (name[0] == '/' || name[0] == '\\'))
            name.remove_prefix(1);
        auto const stop =
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-:");
        auto lower = mcp::lower(name.substr(0, stop));
        // A name space in front makes it no other's.
        if (auto const colon = lower.find(':'); colon != lower.npos)
            lower.erase(0, colon + 1);
        if (one_of(lower, elements))
            return std::pair(at, length > 0 ? length : std::size_t{1});
    }
    return std::nullopt;
}

}  // namespace agent
