#include "agent/docs/plan.hpp"

#include "agent/docs/knowledge/mentions.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <tuple>

namespace agent {
namespace {

constexpr std::size_t next_topics_first = 2;  // before the libraries; a third one after them
constexpr std::size_t most_notes = 12;

// "^16.2.0" and "16.4.6" → 16; nothing for "latest" and "workspace:*".
std::optional<int> major_of(fingerprint const& project, std::string_view package)
{
    auto const* found = project.find(package);
    if (!found)
        return std::nullopt;
    if (package == "next") {
        auto const release = project.next_release();
        return release ? std::optional(release->first) : std::nullopt;
    }
    std::string_view text = found->installed.empty() ? found->range : found->installed;
    text.remove_prefix(std::min(text.find_first_not_of("^~=v> "), text.size()));
    int major = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && digits < 6; ++digits) {
        if (std::isdigit(static_cast<unsigned char>(text[digits])) == 0)
            break;
        major = 10 * major + (text[digits] - '0');
    }
    return digits > 0 ? std::optional(major) : std::nullopt;
}

// Where a version is unknown, what holds today does.
bool since_holds(std::optional<int> since, std::optional<int> major)
{
    return !since || !major || *major >= *since;
}

bool holds(topic const& t, std::optional<int> major, std::optional<bool> cache_components)
{
    bool const version =
        since_holds(t.since, major) && (!t.before || (major && *major < *t.before));
    return version &&
           (!t.cache_components || cache_components.value_or(true) == *t.cache_components);
}

class planner {
public:
    planner(
        knowledge const& known,
        std::string_view task,
        std::string_view question,
        fingerprint const& project)
        : known_(known), text_(searchable(task)), question_(question), project_(project)
    {
        for (auto const& d : project.dependencies)
            installed_.insert(d.name);
        found_ = longest(candidates());
    }

    std::vector<planned_lookup> plan(std::size_t limit)
    {
        add("next", question_);
        auto const of_next = asks("next");
        for (std::size_t i = 0; i < std::min(next_topics_first, of_next.size()); ++i)
            add("next", of_next[i]);
        auto const packages = named();
        for (auto const& package : packages)
            add(package, first_ask(package));
        for (auto const& package : beside(packages))
            add(package, first_ask(package));
        for (auto const& package : implied())
            add(package, first_ask(package));
        for (std::size_t i = next_topics_first; i < of_next.size(); ++i)
            add("next", of_next[i]);
        for (auto const& package : packages)
            for (auto const& ask : asks(package))
                add(package, ask);
        if (out_.size() > limit)
            out_.resize(limit);
        return std::move(out_);
    }

    // The packages that the task names, in its order.
    std::vector<std::string> named() const
    {
        std::vector<std::string> out;
        auto const add_once = [&out](std::string const& package) {
            if (package != "next" && std::ranges::find(out, package) == out.end())
                out.push_back(package);
        };
        for (auto at = found_.begin(); at != found_.end();) {
            auto const same = std::find_if(at, found_.end(), [at](candidate const& c) {
                return c.begin != at->begin || c.end != at->end;
            });
            for (auto const& package : meant({at, same})) {
                auto const* l = known_.find(package);
                bool const gone = l && l->gone && l->instead && !has(package);
                add_once(gone ? *l->instead : package);
            }
            at = same;
        }
        return out;
    }

    bool names(library const& l) const
    {
        return std::ranges::any_of(
            found_, [&l](candidate const& c) { return c.package == l.package; });
    }

    // Whether the project declares it.
    bool has(std::string_view package) const { return installed_.contains(package); }

private:
    // A place in the task, and a package that it may mean.
    struct candidate {
        std::size_t begin;
        std::size_t end;
        std::size_t rank;  // the order of the list
        std::string package;
        bool by_name;  // and not by another word for it
    };

    void add(std::string const& package, std::string const& ask)
    {
        bool const there = std::ranges::any_of(out_, [&](planned_lookup const& p) {
            return p.library == package && p.question == ask;
        });
        if (!there)
            out_.push_back({package, ask});
    }

    // At most two of a library, and three of Next.js, which has most of them.
    std::vector<std::string> asks(std::string const& package) const
    {
        std::vector<std::string> out;
        auto const* l = known_.find(package);
        if (!l)
            return out;
        auto const major = major_of(project_, package);
        for (auto const& t : l->topics)
            if (out.size() < (package == "next" ? 3U : 2U) &&
                holds(t, major, project_.cache_components) && mentions_any(text_, t.when))
                out.push_back(t.ask);
        return out;
    }

    std::string first_ask(std::string const& package) const
    {
        auto const all = asks(package);
        return all.empty() ? question_ : all.front();
    }

    std::vector<candidate> candidates() const
    {
        std::vector<candidate> out;
        std::size_t rank = 0;
        auto const look = [&](std::string const& package, std::string_view word, bool by_name) {
            for (auto const& m : mentions(text_, word))
                out.push_back({m.begin, m.end, rank, package, by_name});
        };
        for (auto const& l : known_.libraries()) {
            ++rank;
            if (!l.ordinary || has(l.package))
                look(l.package, searchable(l.package), true);
            for (auto const& word : l.words)
                look(l.package, word, false);
        }
        // What is installed to be deployed, and what no list knows.
        ++rank;
        for (auto const& d : project_.dependencies)
            if (!d.development && d.name.size() > 2 && !known_.find(d.name))
                look(d.name, searchable(d.name), true);
        std::ranges::sort(out, [](candidate const& a, candidate const& b) {
            return std::tie(a.begin, b.end, a.rank) < std::tie(b.begin, a.end, b.rank);
        });
        return out;
    }

    // Without those that stand inside a longer one: "upstash redis" is not node-redis.
    static std::vector<candidate> longest(std::vector<candidate> all)
    {
        std::vector<candidate> out;
        std::size_t begin = 0;
        std::size_t end = 0;
        for (auto& c : all) {
            if (c.end < end || (c.end == end && c.begin > begin))
                continue;
            begin = c.begin;
            end = c.end;
            out.push_back(std::move(c));
        }
        return out;
    }

    // Of the packages that one word may mean: those that are installed, else the one that is called
    // so, else the first.
    std::vector<std::string> meant(std::vector<candidate> const& same) const
    {
        std::vector<std::string> out;
        for (auto const& c : same) {
            bool const there = std::ranges::any_of(
                out, [&](auto const& p) { return known_.documents(p, c.package); });
            if (!there && has(c.package))
                out.push_back(c.package);
        }
        if (!out.empty())
            return out;
        auto const called =
            std::ranges::find_if(same, [](candidate const& c) { return c.by_name; });
        return {called != same.end() ? called->package : same.front().package};
    }

    // What is installed beside a named package, for what the task wants of it: with Upstash, for a
    // rate limit, @upstash/ratelimit.
    std::vector<std::string> beside(std::vector<std::string> const& named) const
    {
        std::vector<std::string> out;
        for (auto const& l : known_.libraries()) {
            auto const is_named = [&](std::string const& package) {
                return std::ranges::find(named, package) != named.end();
            };
            if (has(l.package) && !l.gone && !is_named(l.package) &&
                std::ranges::any_of(l.also, is_named) && !asks(l.package).empty())
                out.push_back(l.package);
        }
        return out;
    }

    // Of each kind that the job calls for, the first one that is installed.
    std::vector<std::string> implied() const
    {
        std::vector<std::string> out;
        std::set<library_kind> done;
        for (auto const& p : out_)
            if (auto const* l = known_.find(p.library))
                done.insert(*l->kind);
        for (auto const& j : known_.jobs()) {
            if (!mentions_any(text_, j.when))
                continue;
            // Kinds of one job stand for each other: with an ORM, nobody writes for its driver.
            if (std::ranges::any_of(j.kinds, [&](auto kind) { return done.contains(kind); }))
                continue;
            for (auto const kind : j.kinds)
                if (auto const* l = installed(kind)) {
                    done.insert(kind);
                    out.push_back(l->package);
                    break;
                }
        }
        return out;
    }

    library const* installed(library_kind kind) const
    {
        for (auto const& l : known_.libraries())
            if (l.kind == kind && !l.gone && has(l.package))
                return &l;
        return nullptr;
    }

    knowledge const& known_;
    std::string text_;
    std::string question_;
    fingerprint const& project_;
    std::set<std::string_view> installed_;
    std::vector<candidate> found_;  // in the task, in its order
    std::vector<planned_lookup> out_;
};

// What the files of a project say in names that may have changed.
std::string names_in(fingerprint const& project)
{
    std::string out;
    if (!project.middleware.empty())
        out += "middleware.ts\n";
    for (auto const& flag : project.config)
        out += flag.name + "\n";
    return searchable(out);
}

}  // namespace

std::vector<planned_lookup> plan_lookups(
    knowledge const& known,
    std::string_view task,
    std::string_view question,
    fingerprint const& project,
    std::size_t limit)
{
    return planner(known, task, question, project).plan(limit);
}

std::vector<std::string>
plan_notes(knowledge const& known, std::string_view task, fingerprint const& project)
{
    planner const plan(known, task, {}, project);
    auto const text = searchable(task) + "\n" + names_in(project);
    std::vector<std::string> out;
    for (auto const& l : known.libraries()) {
        bool const spoken_of = plan.has(l.package) || plan.names(l);
        if (l.gone && spoken_of)
            out.push_back(*l.gone);
        if (l.package != "next" && project.package_json && !spoken_of)
            continue;  // ".flatten()" is not Zod's where there is no Zod
        auto const major = major_of(project, l.package);
        for (auto const* changes : {&l.renamed, &l.removed})
            for (auto const& c : *changes)
                if (since_holds(c.since, major) && mentions_any(text, c.was))
                    out.push_back(c.note);
    }
    if (out.size() > most_notes)
        out.resize(most_notes);
    return out;
}

}  // namespace agent
