#include "agent/docs/declarations/typescript/scanner.hpp"

#include "agent/docs/declarations/typescript/grammar.hpp"
#include "agent/docs/declarations/typescript/level.hpp"

#include <utility>

namespace agent::typescript {

namespace {

constexpr std::size_t max_depth = 48;
constexpr std::size_t max_declarations = 250'000;
std::string_view unquoted(std::string_view text)
{
    return text.size() < 2 ? std::string_view() : text.substr(1, text.size() - 2);
}

class scanner {
public:
    explicit scanner(std::string_view source) : lex_(source), last_end_(source.data())
    {
        levels_.reserve(max_depth);
        levels_.emplace_back();
    }

    declaration_file run()
    {
        for (auto t = lex_.next(); t.kind != lexeme::end; t = lex_.next()) {
            step(t);
            if (out_.declarations.size() >= max_declarations)
                break;
        }
        while (levels_.size() > 1)
            pop(last_end_);
        finish_statement();
        keep_loose();
        return std::move(out_);
    }

private:
    level& top() { return levels_.back(); }
    declaration& current() { return out_.declarations[top().node]; }
    bool declaring() { return top().node != none && top().node != ignored; }

    void step(token const& t)
    {
        auto const end = t.text.data() + t.text.size();
        bool const opens =
            t.kind == lexeme::hole ||
            (t.kind == lexeme::sign && (t.sign == '{' || t.sign == '(' || t.sign == '['));
        bool const closes =
            t.kind == lexeme::sign && (t.sign == '}' || t.sign == ')' || t.sign == ']');
        if (skipped_ > 0) {
            skipped_ += opens ? 1 : 0;
            skipped_ -= closes ? 1 : 0;
        } else if (t.kind == lexeme::doc) {
            if (top().what == inside::other)
                return;
            keep_loose();
            top().doc = t.text;
            return;
        } else if (closes) {
            close(t.sign, end);
        } else {
            if (top().what != inside::other)
                statement(t);
            if (opens)
                open(t);
        }
        before_ = t;
        last_end_ = end;
        nothing_yet_ = false;
    }

    void keep_loose()
    {
        if (levels_.size() > 1 || top().doc.empty())
            return;
        if (out_.loose.empty())
            out_.opens_with_loose = nothing_yet_;
        out_.loose.push_back(top().doc);
        top().doc = {};
    }

    void statement(token const& t)
    {
        auto const what = top().what;
        bool const semicolon = t.kind == lexeme::sign && t.sign == ';';
        bool const comma = t.kind == lexeme::sign && t.sign == ',';
        if (semicolon || (comma && what != inside::declarations && top().angles == 0)) {
            finish_statement();
            return;
        }
        if (top().node != none && t.new_line && what != inside::parameters && top().angles == 0 &&
            !goes_on(before_, t, what != inside::declarations))
            finish_statement();
        if (top().node == none)
            begin_statement(t);
        else
            arm(t);
        if (top().in_head) {
            if (what == inside::declarations)
                head_of_declaration(t);
            else if (what == inside::parameters)
                head_of_parameter(t);
            else
                head_of_member(t);
        }
        if (t.kind == lexeme::sign && what != inside::enumeration) {
            if (t.sign == '<')
                ++top().angles;
            else if (t.sign == '>' && top().angles > 0)
                --top().angles;
        }
    }

    void begin_statement(token const& t)
    {
        auto& in = top();
        in.node = static_cast<std::uint32_t>(out_.declarations.size());
        in.angles = in.words = 0;
        in.in_head = true;
        in.has_kind = in.hidden = in.whole = false;
        in.computed = nullptr;
        declaration d;
        d.doc = in.doc;
        d.text = t.text;
        d.kind = in.what == inside::parameters ? declared::parameter : declared::member;
        d.documented = !in.doc.empty();
        d.bodies = static_cast<std::uint32_t>(out_.bodies.size());
        out_.declarations.push_back(d);
        in.doc = {};
    }

    // Within a statement: what is documented there is a type of a union, or nothing.
    void arm(token const& t)
    {
        auto& in = top();
        bool const bar = t.kind == lexeme::sign && t.sign == '|';
        bool const after = before_.kind == lexeme::sign &&
                           (before_.sign == '|' || before_.sign == '=' || before_.sign == ':');
        if (bar && in.doc.empty() && in.angles == 0)
            finish_arm();
        auto const doc = std::exchange(in.doc, {});
        if (doc.empty() || !declaring() || in.in_head || in.angles > 0 || !(bar || after))
            return;
        finish_arm();
        in.arm = static_cast<std::uint32_t>(out_.declarations.size());
        declaration d;
        d.doc = doc;
        d.text = t.text;
        d.kind = declared::arm;
        d.documented = true;
        d.bodies = static_cast<std::uint32_t>(out_.bodies.size());
        out_.declarations.push_back(d);
        current().documented = true;
    }

    void finish_arm()
    {
        if (top().arm == none)
            return;
        auto& d = out_.declarations[top().arm];
        d.text = {d.text.data(), static_cast<std::size_t>(last_end_ - d.text.data())};
        d.end = static_cast<std::uint32_t>(out_.declarations.size());
        top().arm = none;
    }

    void ignore_statement()
    {
        auto& in = top();
        in.doc = current().doc;
        keep_loose();
        out_.declarations.pop_back();
        in.node = ignored;
        in.in_head = false;
    }

    void head_of_declaration(token const& t)
    {
        auto& in = top();
        auto& d = current();
        if (t.kind == lexeme::word && !in.has_kind) {
            if (modifies_declaration(t.text)) {
                if (t.text == "default")
                    d.name = t.text;
            } else if (auto const kind = kind_of(t.text)) {
                d.kind = *kind;
                d.callable = *kind == declared::function;
                in.has_kind = true;
                in.in_head = t.text != "global";
            } else {
                ignore_statement();
            }
        } else if (t.kind == lexeme::word && t.text == "enum" && d.kind == declared::constant) {
            d.kind = declared::enumeration;
        } else if (t.kind == lexeme::word) {
            d.name = t.text;
            in.in_head = false;
        } else if (t.kind == lexeme::text && in.has_kind && d.kind == declared::space) {
            d.name = unquoted(t.text);
            in.in_head = false;
        } else if (in.has_kind && !d.name.empty()) {
            in.in_head = false;
        } else {
            ignore_statement();
        }
    }

    // The name is the last word before the first sign: what is before it are modifiers.
    void head_of_member(token const& t)
    {
        auto& in = top();
        auto& d = current();
        if (t.kind == lexeme::word || t.kind == lexeme::text) {
            in.hidden = in.hidden || (in.words > 0 && d.name == "private") || t.text[0] == '#';
            d.name = t.kind == lexeme::word ? t.text : unquoted(t.text);
            ++in.words;
        } else if (t.kind == lexeme::sign && t.sign == '[') {
            in.hidden = in.hidden || d.name == "private";
            in.computed = t.text.data();
        } else if (t.kind != lexeme::sign || (t.sign != '-' && t.sign != '+' && t.sign != '.')) {
            in.in_head = false;
            d.callable = t.kind == lexeme::sign && (t.sign == '(' || t.sign == '<');
        }
    }

    // Parentheses may also group types: only what a colon follows is a name.
    void head_of_parameter(token const& t)
    {
        auto& in = top();
        auto& d = current();
        bool const sign = t.kind == lexeme::sign;
        if (t.kind == lexeme::word && (in.words == 0 || modifies_parameter(d.name))) {
            d.name = t.text;
            ++in.words;
        } else if (!(sign && t.sign == '.' && in.words == 0)) {
            in.in_head = false;
            if (!sign || (t.sign != ':' && t.sign != '?'))
                d.name = {};
        }
    }

    void finish_statement()
    {
        auto& in = top();
        if (!declaring()) {
            in.node = none;
            return;
        }
        finish_arm();
        auto& d = current();
        if (!in.whole)
            d.text = {d.text.data(), static_cast<std::size_t>(last_end_ - d.text.data())};
        d.end = static_cast<std::uint32_t>(out_.declarations.size());
        bool const kept = in.hidden
                              ? false
                              : d.documented || in.what == inside::members ||
                                    in.what == inside::enumeration ||
                                    (in.what == inside::declarations && undocumented_but_of_use(d));
        if (kept) {
            in.documented = in.documented || d.documented;
            in.last = in.node;
        } else {
            auto const bodies = d.bodies;
            out_.declarations.resize(in.node);
            out_.bodies.resize(bodies);
        }
        in.node = none;
    }

    bool undocumented_but_of_use(declaration const& d)
    {
        if (d.kind == declared::type)
            return levels_.size() > 1;
        if (d.kind != declared::function || top().last == none)
            return false;
        auto const& last = out_.declarations[top().last];
        return last.kind == declared::function && last.name == d.name;
    }

    void open(token const& t)
    {
        if (levels_.size() >= max_depth) {
            skipped_ = 1;
            return;
        }
        auto& in = top();
        level next;
        next.first = static_cast<std::uint32_t>(out_.declarations.size());
        next.body = static_cast<std::uint32_t>(out_.bodies.size());
        next.begin = t.text.data();
        next.closer = t.sign == '(' ? ')' : t.sign == '[' ? ']' : '}';
        next.owner = in.what == inside::other ? in.owner : declaring() ? in.node : none;
        if (t.kind == lexeme::hole) {
            next.closer = '}';
            next.hole = true;
            next.what = inside::other;
        } else if (next.owner == none || t.sign == '[') {
            next.what = inside::other;
        } else if (t.sign == '(') {
            next.what = inside::parameters;
        } else if (in.what == inside::declarations && in.angles == 0 && has_body(current().kind)) {
            auto& d = current();
            next.own = in.whole = true;
            next.what = d.kind == declared::space         ? inside::declarations
                        : d.kind == declared::enumeration ? inside::enumeration
                                                          : inside::members;
            d.text = {d.text.data(), static_cast<std::size_t>(last_end_ - d.text.data())};
            if (d.kind == declared::space && before_.kind == lexeme::word && !d.name.empty())
                d.name = {d.name.data(), static_cast<std::size_t>(last_end_ - d.name.data())};
        } else {
            next.what = inside::members;
            out_.bodies.emplace_back();
        }
        levels_.push_back(next);
    }

    void close(char closer, char const* end)
    {
        auto match = levels_.size() - 1;
        while (match > 0 && levels_[match].closer != closer) {
            if (levels_[match].closer == '}')
                return;  // a ) or ] too many
            --match;
        }
        if (match == 0)
            return;
        bool const hole = levels_[match].hole;
        while (levels_.size() > match)
            pop(end);
        if (hole)
            if (auto const rest = lex_.rest_of_template(); rest.kind == lexeme::hole)
                open(rest);
    }

    // The innermost bracket closes, `end` behind its closer.
    void pop(char const* end)
    {
        finish_statement();
        auto const closed = top();
        levels_.pop_back();
        bool documented = closed.documented;
        if (!closed.own && closed.what == inside::members) {
            if (documented) {
                out_.bodies[closed.body] = {
                    closed.begin, static_cast<std::size_t>(end - closed.begin)};
            } else {
                out_.declarations.resize(closed.first);
                out_.bodies.resize(closed.body);
            }
        }
        if (declaring()) {
            auto& d = current();
            d.documented = d.documented || documented;
            if (top().in_head && top().computed != nullptr && closed.closer == ']')
                d.name = {top().computed, static_cast<std::size_t>(end - top().computed)};
            if (closed.own)
                finish_statement();
        } else if (top().what == inside::other) {
            top().documented = top().documented || documented;
        }
    }

    lexer lex_;
    token before_;
    char const* last_end_;
    std::vector<level> levels_;
    std::size_t skipped_ = 0;  // brackets open beyond max_depth
    bool nothing_yet_ = true;
    declaration_file out_;
};

}  // namespace

declaration_file scan(std::string_view source)
{
    if (source.starts_with("\xEF\xBB\xBF"))
        source.remove_prefix(3);
    return scanner(source).run();
}

}  // namespace agent::typescript
