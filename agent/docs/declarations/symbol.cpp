#include "agent/docs/declarations/symbol.hpp"

#include "agent/docs/declarations/typescript/jsdoc.hpp"
#include "agent/docs/declarations/typescript/prose.hpp"
#include "agent/docs/declarations/typescript/signature.hpp"

#include <algorithm>

namespace agent {

namespace {

using typescript::declaration;
using typescript::declared;

// Bytes of a signature.
constexpr std::size_t symbol_size = 600;
constexpr std::size_t overload_size = 240;
constexpr std::size_t values_size = 1200;  // where it lists what a constant or a type may be
constexpr std::size_t member_size = 300;
constexpr std::size_t shape_size = 160;

// How many undocumented members of one name follow each other.
constexpr std::ptrdiff_t max_repeated = 3;
constexpr std::size_t max_overloads = 4;
constexpr std::size_t max_path = 200;

bool holds_values(declaration const& d)
{
    return d.text.find_first_of("'\"`{") != std::string_view::npos;
}

// Members that a package has for itself: `_def`, `"~standard"`, `[entityKind]`.
bool not_for_users(declaration const& d)
{
    return d.text.starts_with("protected ") || d.name.starts_with('_') || d.name.starts_with('~') ||
           (d.name.starts_with('[') && d.name.find(':') == std::string_view::npos &&
            d.name.find(" in ") == std::string_view::npos);
}

}  // namespace

std::string signature_of(
    typescript::declaration_file const& file, declaration const& declaration, std::size_t limit)
{
    auto const from = std::min<std::size_t>(declaration.bodies, file.bodies.size());
    return typescript::signature(declaration.text, std::span(file.bodies).subspan(from), limit);
}

std::optional<std::string> overloads::add(std::string_view text)
{
    if (++count_ == 1) {
        first_ = text;
        return first_;
    }
    auto fresh = news(text);
    if (count_ > max_overloads && (fresh.empty() || fresh.starts_with("- @"))) {
        ++left_out_;
        return {};
    }
    return fresh;
}

std::string overloads::news(std::string_view text)
{
    if (text.empty() || text == first_)
        return {};
    if (said_.empty())  // most have no second one
        split(first_, nullptr);
    std::string fresh;
    split(text, &fresh);
    return fresh;
}

// By blocks, and lists of tags by items.
void overloads::split(std::string_view text, std::string* fresh)
{
    while (!text.empty()) {
        auto block = typescript::take_block(text);
        while (!block.empty()) {
            bool const item = block.starts_with("- @");
            auto const end = item ? std::min(block.find("\n- @"), block.size()) : block.size();
            std::string part(block.substr(0, end));
            block.remove_prefix(std::min(end + 1, block.size()));
            if (!said_.insert(part).second || fresh == nullptr)
                continue;
            if (!fresh->empty())
                *fresh += item && fresh->starts_with("- @") ? "\n" : "\n\n";
            *fresh += part;
        }
    }
}

void symbol_text::add(std::uint32_t index, std::string_view doc)
{
    auto const news = overloads_.add(doc);
    if (!news)
        return;
    auto const& d = file_.declarations[index];
    bool const values = d.kind == declared::type || d.kind == declared::constant;
    if (!news->empty())
        append_news(*news);
    signatures_ += signature_of(
        file_,
        d,
        values           ? values_size
        : shown_.empty() ? symbol_size
                         : overload_size);
    signatures_ += ";\n";
    // A tag such as @public alone says nothing, but values do.
    tells_ = tells_ || !doc.empty() || (!d.doc.empty() && values && holds_values(d)) ||
             (!d.doc.empty() && d.end > index + 1);
    shown_.push_back(index);
}

void symbol_text::append_news(std::string_view news)
{
    auto const last = doc_.rfind("\n\n");
    bool const after_item =
        std::string_view(doc_).substr(last == std::string::npos ? 0 : last + 2).starts_with("- @");
    if (!doc_.empty())
        doc_ += after_item && news.starts_with("- @") ? "\n" : "\n\n";
    doc_ += news;
}

void symbol_text::finish()
{
    if (shown_.empty())
        return;
    if (auto const more = overloads_.left_out(); more > 0)
        signatures_ += "// and " + std::to_string(more) + " more overloads\n";
    else if (shown_.size() == 1 && file_.declarations[shown_[0]].kind == declared::interface)
        signatures_.replace(signatures_.size() - 2, 1, "");
    auto const code = "```ts\n" + signatures_ + "```";
    if (doc_.size() + code.size() <= size_) {
        section_.add(doc_);
        section_.add(code);
    } else {
        section_.add(code);
        section_.add(doc_);
    }
    for (auto const index : shown_)
        members(index, {});
    flush_shape();
}

// Recursion is as deep as brackets are: the scanner bounds it.
void symbol_text::members(std::uint32_t of, std::string const& path)
{
    for (auto i = of + 1; i < file_.declarations[of].end; i = file_.declarations[i].end)
        member(i, path);
}

void symbol_text::member(std::uint32_t index, std::string const& path)
{
    auto const& d = file_.declarations[index];
    auto const doc = typescript::read_jsdoc(d.doc);
    if (doc.hidden)
        return;
    bool const parameter = d.kind == declared::parameter;
    auto inner = path;
    if (!d.name.empty() && inner.size() < max_path) {
        auto const name = std::string(d.name.substr(0, max_path));
        inner = path.empty() ? name : parameter ? path + "(" + name + ")" : path + "." + name;
    }
    if (parameter && doc.text.empty())
        return members(index, inner);

    // A nested member begins with its name, behind its path.
    auto line = signature_of(file_, d, doc.text.empty() ? shape_size : member_size);
    if (!path.empty()) {
        auto const at = line.find(d.name);
        auto const rest = line.substr(std::min(at, line.size()));
        line = parameter                 ? path + "(" + rest + ")"
               : d.kind == declared::arm ? path + ": " + line
                                         : path + "." + rest;
    }
    if (doc.text.empty()) {
        if (d.documented || !not_for_users(d))
            shape(d, path, std::move(line));
        return members(index, inner);
    }
    flush_shape();
    tells_ = true;
    if (!d.callable || d.name != last_name_)
        member_overloads_ = {};
    last_name_ = d.name;
    auto const news = member_overloads_.add(doc.text);
    if (!news)
        return;
    section_.add(typescript::inline_code(line) + (news->empty() ? "" : "\n") + *news, inner);
    members(index, inner);
}

void symbol_text::shape(declaration const& d, std::string const& path, std::string line)
{
    if (!d.documented &&
        (spent_ > 4 * size_ || std::count(names_.begin(), names_.end(), d.name) >= max_repeated))
        return;
    if (lines_.size() + line.size() > size_ / 2)
        flush_shape();
    if (lines_.empty())
        first_ = path.empty() ? std::string(d.name) : path + "." + std::string(d.name);
    spent_ += line.size();
    lines_.append(line).append(";\n");
    names_.push_back(d.name);
}

void symbol_text::flush_shape()
{
    if (names_.size() == 1)
        section_.add(typescript::inline_code(lines_.substr(0, lines_.size() - 2)), first_);
    else if (!lines_.empty())
        section_.add("```ts\n" + lines_ + "```", first_);
    lines_.clear();
    names_.clear();
}

}  // namespace agent
