#include "agent/tools/input.hpp"
#include "agent/tools/project_tools.hpp"
#include "protocol/ascii.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <exception>

namespace agent {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_search(5);
constexpr std::chrono::milliseconds slice(100);  // so that a cancelled search ends soon
constexpr std::int64_t default_matches = 100;
constexpr std::int64_t most_matches = 500;
constexpr std::int64_t most_context = 5;
constexpr std::size_t most_found = 32 << 10;
constexpr std::size_t longest_shown = 300;

struct search_options {
    std::string text;
    std::string glob;
    std::string path;
    bool whole_word = false;
    bool ignore_case = false;
    bool ignored_too = false;
    std::int64_t context = 0;
    std::int64_t limit = default_matches;
};

std::string folded(std::string_view text, bool fold)
{
    return fold ? mcp::lower(text) : std::string(text);
}

bool word_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

// One search, in slices on the pool. Lives on the frame of the coroutine that runs it.
class search {
public:
    search(staged_edits const& edits, search_options options)
        : edits_(edits),
          options_(std::move(options)),
          wanted_(folded(options_.text, options_.ignore_case)),
          deadline_(clock::now() + longest_search)
    {
    }

    // Works for about a slice. False: there is no more to do.
    bool step()
    {
        try {
            return work();
        } catch (std::exception const&) {
            error_ = "The search failed inside; search a smaller part of the project.";
            return false;
        }
    }

    tool_answer answer()
    {
        if (!error_.empty())
            return failed(std::move(error_));
        auto text = std::move(out_);
        if (matches_ == 0) {
            text = fmt::format("No match in {} files.\n", files_.size());
            if (options_.text.find_first_of("\\*|^[(") != std::string::npos)
                text += "The text is taken literally: it is not a regular expression.\n";
        }
        if (full())
            text += fmt::format(
                "… stopped after {} matches, {} files not searched; narrow with path or glob …\n",
                matches_,
                files_.size() - next_);
        if (timed_out_)
            text += fmt::format(
                "… stopped after 5 s, {} files not searched; narrow with path or glob …\n",
                files_.size() - next_);
        if (!complete_)
            text += "… the project is larger than one search (10,000 entries); search a folder …\n";
        return {std::move(text), false};
    }

private:
    bool work()
    {
        if (!listed_) {
            list();
            return !files_.empty();
        }
        auto const until = clock::now() + slice;
        while (next_ < files_.size() && !full()) {
            look_at(files_[next_++]);
            auto const now = clock::now();
            if (now >= deadline_) {
                timed_out_ = next_ < files_.size();
                return false;
            }
            if (now >= until)
                return true;
        }
        return false;
    }

    bool full() const { return matches_ >= options_.limit || out_.size() > most_found; }

    void list()
    {
        listed_ = true;
        walk_options walking;
        walking.start = options_.path;
        walking.ignored_too = options_.ignored_too;
        auto const found = edits_.walk(walking);
        if (!found) {
            error_ = found.error().message;
            return;
        }
        complete_ = found->complete;
        for (auto const& entry : found->entries)
            if (!entry.directory && !entry.link && entry.size <= max_file_bytes &&
                (options_.glob.empty() || matches_glob(options_.glob, entry.path)))
                files_.push_back(entry.path);
    }

    bool matches(std::string_view line) const
    {
        for (auto at = line.find(wanted_); at != std::string_view::npos;
             at = line.find(wanted_, at + 1)) {
            auto const end = at + wanted_.size();
            bool const before = at > 0 && word_character(line[at - 1]);
            bool const after = end < line.size() && word_character(line[end]);
            if (!options_.whole_word || (!before && !after))
                return true;
        }
        return false;
    }

    void look_at(std::string const& path)
    {
        auto const text = edits_.read(path);
        if (!text)
            return;  // binary, or gone meanwhile
        auto const haystack = folded(*text, options_.ignore_case);
        if (haystack.find(wanted_) == std::string::npos)
            return;
        std::vector<std::size_t> starts{0};
        for (auto at = haystack.find('\n'); at != std::string::npos;
             at = haystack.find('\n', at + 1))
            starts.push_back(at + 1);
        starts.push_back(haystack.size() + 1);
        auto const line = [&starts](std::string const& from, std::size_t i) {
            return std::string_view(from).substr(starts[i], starts[i + 1] - starts[i] - 1);
        };
        auto const context = static_cast<std::size_t>(options_.context);
        std::size_t shown = 0;  // lines of this file that need not be shown again
        for (std::size_t i = 0; i + 1 < starts.size() && !full(); ++i) {
            if (!matches(line(haystack, i)))
                continue;
            ++matches_;
            auto const first = std::max(shown, i - std::min(i, context));
            auto const last = std::min(i + context, starts.size() - 2);
            if (context > 0 && shown > 0 && first > shown)
                out_ += "--\n";
            for (auto k = first; k <= last; ++k)
                show(path, k + 1, line(*text, k), k == i);
            shown = last + 1;
        }
    }

    void show(std::string const& path, std::size_t number, std::string_view line, bool match)
    {
        auto const cut = mcp::cut_utf8(line, longest_shown);
        out_ += fmt::format(
            "{}{}{}{} {}{}\n",
            mcp::sanitize_line(path, 1100),
            match ? ':' : '-',
            number,
            match ? ':' : '-',
            mcp::sanitize(cut),
            cut.size() < line.size() ? " …" : "");
    }

    staged_edits const& edits_;
    search_options options_;
    std::string wanted_;
    clock::time_point deadline_;
    std::vector<std::string> files_;
    std::size_t next_ = 0;
    bool listed_ = false;
    bool complete_ = true;
    bool timed_out_ = false;
    std::int64_t matches_ = 0;
    std::string out_;
    std::string error_;
};

std::vector<input_field> const& search_fields()
{
    static std::vector<input_field> const once{
        {"text", field_type::string, true, "What to find, literally, within one line."},
        {"glob",
         field_type::string,
         false,
         "Only files that match, such as **/*.ts or app/**/route.ts."},
        {"path", field_type::string, false, "Folder to search; the whole project if absent."},
        {"whole_word", field_type::boolean, false, "Only where no letter, digit, _ or $ adjoins."},
        {"ignore_case", field_type::boolean, false, "Upper and lower case are the same (ASCII)."},
        {"context", field_type::integer, false, "Lines to show around each match, at most 5."},
        {"include_ignored",
         field_type::boolean,
         false,
         "Also node_modules and other ignored folders; give a path with it."},
        {"limit", field_type::integer, false, "Most matches: 100 if absent, at most 500."}};
    return once;
}

tool_declaration const& declared_search_files()
{
    static tool_declaration const once{
        "search_files",
        "Finds text in the files of the project, staged changes included: path:line: text. Call "
        "this to learn where a function, variable or package is used before you change it, and how "
        "the project does similar things. The text is literal, not a regular expression.",
        schema_of(search_fields())};
    return once;
}

class search_files final : public tool {
public:
    search_files(staged_edits& edits, boost::asio::any_io_executor pool)
        : edits_(edits), pool_(std::move(pool))
    {
    }

    tool_declaration const& declaration() const override { return declared_search_files(); }
    bool read_only() const override { return true; }

    boost::asio::awaitable<tool_answer> run(boost::json::object input) override
    {
        auto wrong = input_error(input, search_fields());
        if (!wrong.empty())
            co_return failed(std::move(wrong));
        search_options options;
        options.text = string_of(input, "text");
        options.glob = string_of(input, "glob");
        options.path = string_of(input, "path");
        options.whole_word = boolean_of(input, "whole_word");
        options.ignore_case = boolean_of(input, "ignore_case");
        options.ignored_too = boolean_of(input, "include_ignored");
        options.context =
            std::clamp<std::int64_t>(integer_of(input, "context").value_or(0), 0, most_context);
        options.limit = std::clamp<std::int64_t>(
            integer_of(input, "limit").value_or(default_matches), 1, most_matches);
        if (options.text.empty() || options.text.size() > 1000)
            co_return failed("text must be 1 to 1,000 bytes long.");
        if (options.text.find('\n') != std::string::npos)
            co_return failed("text must be within one line; search for one of its lines.");
        search running(edits_, std::move(options));
        auto step = [&running] { return running.step(); };
        bool more = true;
        while (more)
            more = co_await mcp::offload(pool_, step);
        co_return running.answer();
    }

private:
    staged_edits& edits_;
    boost::asio::any_io_executor pool_;
};

}  // namespace

std::unique_ptr<tool> make_search_files(staged_edits& edits, boost::asio::any_io_executor pool)
{
    return std::make_unique<search_files>(edits, std::move(pool));
}

}  // namespace agent
