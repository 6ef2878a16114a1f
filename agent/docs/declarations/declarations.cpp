#include "agent/docs/declarations/declarations.hpp"

#include "agent/docs/declarations/section_packer.hpp"
#include "agent/docs/declarations/symbol.hpp"
#include "agent/docs/declarations/typescript/jsdoc.hpp"
#include "agent/docs/declarations/typescript/scanner.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <cctype>

namespace agent {

namespace {

using typescript::declaration;
using typescript::declared;

constexpr std::size_t max_sections = 4000;
constexpr std::size_t max_title = 400;
constexpr std::size_t min_size = 200;
constexpr std::size_t alias_size = 400;  // of a signature
// What a file opens with is about the file if it is more than a word.
constexpr std::size_t min_opening = 40;

bool same_ignoring_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

// Bundlers number what has one name in several files: Schema$1.
std::string_view without_number(std::string_view name)
{
    auto const digits = name.find_last_not_of("0123456789");
    bool const numbered = digits != std::string_view::npos && digits > 0 &&
                          digits + 1 < name.size() && name[digits] == '$';
    return numbered ? name.substr(0, digits) : name;
}

class cutter {
public:
    cutter(typescript::declaration_file const& file, std::size_t size)
        : file_(file), size_(std::max(size, min_size))
    {
    }

    std::vector<doc_section> cut()
    {
        for (auto const& comment : file_.loose) {
            auto const doc = typescript::read_jsdoc(comment);
            bool const opening = file_.opens_with_loose && &comment == &file_.loose.front() &&
                                 doc.text.size() >= min_opening;
            if (doc.about_file || opening)
                about_file(doc);
        }
        declarations(0, static_cast<std::uint32_t>(file_.declarations.size()));
        if (out_.size() > max_sections)
            out_.resize(max_sections);
        return std::move(out_);
    }

private:
    declaration const& at(std::uint32_t i) const { return file_.declarations[i]; }

    // "Stripe > Checkout"; a module is left out of it where the namespace in it has its name.
    std::string title(std::string_view name) const
    {
        std::string text;
        auto const add = [&](std::string_view crumb) {
            if (crumb.empty() || text.size() > max_title)
                return;
            text.append(text.empty() ? "" : " > ");
            text += mcp::sanitize_line(crumb, max_crumb);
        };
        for (std::size_t i = 0; i < crumbs_.size(); ++i) {
            auto const next = i + 1 < crumbs_.size() ? crumbs_[i + 1] : name;
            if (!same_ignoring_case(crumbs_[i], next) && !crumbs_[i].starts_with('.'))
                add(crumbs_[i]);
        }
        add(name);
        return text.empty() ? "global" : text;
    }

    void about_file(typescript::jsdoc const& doc)
    {
        if (doc.licence || doc.hidden || doc.text.empty())
            return;
        section_packer section(
            title(doc.module.empty() ? "Package documentation" : doc.module), size_, out_);
        section.add(doc.text);
        section.finish();
    }

    // Recursion is as deep as namespaces are: the scanner bounds it.
    void declarations(std::uint32_t first, std::uint32_t last)
    {
        for (auto i = first; i < last && out_.size() < max_sections;) {
            if (!at(i).documented)
                i = at(i).end;  // an alias; its namespace lists it
            else if (at(i).kind == declared::space)
                i = name_space(i);
            else
                i = symbol(i, last);
        }
    }

    std::uint32_t name_space(std::uint32_t i)
    {
        auto const& space = at(i);
        auto const doc = typescript::read_jsdoc(space.doc);
        if (doc.hidden)
            return space.end;
        if (doc.about_file)
            about_file(doc);
        crumbs_.push_back(space.name);
        section_packer section(title({}), size_, out_);
        if (!doc.about_file && !doc.licence && !doc.text.empty()) {
            section.add(doc.text);
            section.add("```ts\n" + signature_of(file_, space, alias_size) + "\n```");
        }
        auto const before = out_.size();
        declarations(i + 1, space.end);
        aliases(i, section, before < out_.size() || !doc.text.empty());
        section.finish();
        crumbs_.pop_back();
        return space.end;
    }

    // What values a parameter takes is often a union that has a name of its own.
    void aliases(std::uint32_t space, section_packer& section, bool told)
    {
        std::string lines;
        std::string_view first;
        auto const flush = [&] {
            if (!lines.empty())
                section.add("```ts\n" + lines + "```", first);
            lines.clear();
        };
        for (auto i = space + 1; told && i < at(space).end; i = at(i).end) {
            auto const& d = at(i);
            if (d.documented || d.kind != declared::type ||
                d.text.find_first_of("'\"`{") == std::string_view::npos)
                continue;
            auto const line = signature_of(file_, d, alias_size);
            if (lines.size() + line.size() > size_ / 2)
                flush();
            if (lines.empty())
                first = d.name;
            lines.append(line).append(";\n");
        }
        flush();
    }

    // One section or more, for all overloads of a function. Returns the index behind them.
    std::uint32_t symbol(std::uint32_t i, std::uint32_t last)
    {
        auto end = at(i).end;
        if (at(i).kind == declared::function)
            while (end < last && at(end).kind == declared::function && at(end).name == at(i).name)
                end = at(end).end;
        section_packer section(title(without_number(at(i).name)), size_, out_);
        symbol_text text(file_, size_, section);
        for (auto overload = i; overload < end; overload = at(overload).end) {
            auto const doc = typescript::read_jsdoc(at(overload).doc);
            if (doc.about_file)
                about_file(doc);
            if (!doc.hidden)
                text.add(overload, doc.about_file || doc.licence ? std::string_view() : doc.text);
        }
        auto const before = out_.size();
        text.finish();
        section.finish();
        if (!text.tells())
            out_.resize(before);
        return end;
    }

    typescript::declaration_file const& file_;
    std::size_t size_;
    std::vector<std::string_view> crumbs_;
    std::vector<doc_section> out_;
};

}  // namespace

std::vector<doc_section> cut_declarations(std::string_view source, std::size_t size)
{
    auto const file = typescript::scan(source);
    return cutter(file, size).cut();
}

}  // namespace agent
