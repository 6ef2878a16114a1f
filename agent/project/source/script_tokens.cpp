#include "agent/project/source/script_tokens.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace agent {

namespace {

constexpr std::size_t max_tokens = 1000000;

bool word_character(char c)
{
    auto const u = static_cast<unsigned char>(c);
    return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80;
}

// After these words a slash begins a regular expression, not a division.
bool expects_operand(std::string_view word)
{
    static constexpr std::array<std::string_view, 14> words{
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "await",
        "void",
        "delete",
        "throw",
        "else",
        "yield",
        "new",
        "do",
        "instanceof"};
    return std::find(words.begin(), words.end(), word) != words.end();
}

class lexer {
public:
    lexer(std::string_view source, std::vector<std::string_view>* doc_comments)
        : source_(source), doc_comments_(doc_comments)
    {
    }

    std::vector<token> run()
    {
        if (source_.starts_with("#!"))
            at_ = line_end(0);
        while (at_ < source_.size() && tokens_.size() < max_tokens)
            step();
        return std::move(tokens_);
    }

private:
    char peek(std::size_t ahead = 0) const
    {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    std::size_t line_end(std::size_t from) const
    {
        return std::min(source_.find('\n', from), source_.size());
    }

    void emit(token_kind kind, std::size_t begin, std::size_t end, bool whole = true)
    {
        int const depth = static_cast<int>(open_.size());
        tokens_.push_back({kind, source_.substr(begin, end - begin), line_, depth, whole});
    }

    void move_to(std::size_t end)
    {
        auto const from = source_.begin() + static_cast<std::ptrdiff_t>(at_);
        auto const to =
            source_.begin() + static_cast<std::ptrdiff_t>(std::min(end, source_.size()));
        line_ += static_cast<std::size_t>(std::count(from, to, '\n'));
        at_ = std::min(end, source_.size());
    }

    void step()
    {
        char const c = peek();
        if (c == '\n' || std::isspace(static_cast<unsigned char>(c)) != 0)
            move_to(at_ + 1);
        else if (c == '/' && peek(1) == '/')
            move_to(line_end(at_));
        else if (c == '/' && peek(1) == '*') {
            auto const end = open_comment_ ? std::string_view::npos : source_.find("*/", at_ + 2);
            // Without an end it is JSX text such as "image/*", or the source is broken.
            open_comment_ = end == std::string_view::npos;
            if (doc_comments_ && !open_comment_ && peek(2) == '*' && end > at_ + 2)
                doc_comments_->push_back(source_.substr(at_ + 3, end - at_ - 3));
            move_to(open_comment_ ? at_ + 2 : end + 2);
        } else if (c == '"' || c == '\'')
            quoted(c);
        else if (c == '`')
            template_piece();
        else if (std::isdigit(static_cast<unsigned char>(c)) != 0)
            run_of(token_kind::number);
        else if (word_character(c))
            run_of(token_kind::word);
        else if (c == '/' && regex_possible())
            regex();
        else
            mark(c);
    }

    void run_of(token_kind kind)
    {
        auto end = at_;
        while (end < source_.size() && (word_character(source_[end]) ||
                                        (kind == token_kind::number && source_[end] == '.')))
            ++end;
        emit(kind, at_, end);
        at_ = end;
    }

    void quoted(char quote)
    {
        auto& tried = quote == '"' ? no_double_until_ : no_single_until_;
        if (at_ < tried)
            return mark(quote);
        auto end = at_ + 1;
        while (end < source_.size() && source_[end] != quote && source_[end] != '\n')
            end += source_[end] == '\\' ? 2 : 1;
        if (end >= source_.size() || source_[end] != quote) {
            tried = end;
            return mark(quote);  // an apostrophe in JSX text
        }
        emit(token_kind::string, at_ + 1, end);
        move_to(end + 1);
    }

    // From ` or from the } that ends a ${ } to the next ${ or to the closing `.
    void template_piece()
    {
        if (open_template_)
            return punctuation();
        auto end = at_ + 1;
        while (end < source_.size() && source_[end] != '`' &&
               !(source_[end] == '$' && end + 1 < source_.size() && source_[end + 1] == '{'))
            end += source_[end] == '\\' ? 2 : 1;
        open_template_ = end >= source_.size();
        if (open_template_)
            return punctuation();
        bool const closed = source_[end] == '`';
        emit(token_kind::template_text, at_ + 1, end, closed && source_[at_] == '`');
        if (!closed)
            open_.push_back('$');
        move_to(end + (closed ? 1 : 2));
    }

    bool regex_possible() const
    {
        if (tokens_.empty())
            return true;
        auto const& last = tokens_.back();
        if (last.kind == token_kind::word)
            return expects_operand(last.text);
        if (last.kind != token_kind::punctuation)
            return false;
        // "</" closes a JSX element.
        return last.text != ")" && last.text != "]" && last.text != "}" && last.text != "<";
    }

    void regex()
    {
        if (at_ < no_regex_until_)
            return mark('/');
        bool in_class = false;
        auto end = at_ + 1;
        for (; end < source_.size() && source_[end] != '\n'; ++end) {
            char const c = source_[end];
            if (c == '\\')
                ++end;
            else if (c == '[')
                in_class = true;
            else if (c == ']')
                in_class = false;
            else if (c == '/' && !in_class)
                break;
        }
        if (end >= source_.size() || source_[end] != '/') {
            no_regex_until_ = end;
            return mark('/');
        }
        emit(token_kind::regex, at_ + 1, end);
        move_to(end + 1);
        while (at_ < source_.size() && word_character(source_[at_]))
            ++at_;
    }

    void punctuation()
    {
        emit(token_kind::punctuation, at_, at_ + 1);
        move_to(at_ + 1);
    }

    void mark(char c)
    {
        bool const closes = c == '}' || c == ')' || c == ']';
        if (closes && !open_.empty()) {
            if (c == '}' && open_.back() == '$') {
                open_.pop_back();
                return template_piece();
            }
            open_.pop_back();
        }
        punctuation();
        if (c == '{' || c == '(' || c == '[')
            open_.push_back(c);
    }

    std::string_view source_;
    std::vector<std::string_view>* doc_comments_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::vector<char> open_;  // { ( [ and $ for ${
    // Where the search for an end has failed already: without these a hostile file costs the square
    // of its size.
    bool open_comment_ = false;
    bool open_template_ = false;
    std::size_t no_double_until_ = 0;
    std::size_t no_single_until_ = 0;
    std::size_t no_regex_until_ = 0;
    std::vector<token> tokens_;
};

}  // namespace

std::vector<token> tokenize(std::string_view source, std::vector<std::string_view>* doc_comments)
{
    return lexer(source, doc_comments).run();
}

}  // namespace agent
