#include "agent/project/source/source_memory.hpp"

#include <utility>

namespace agent {

namespace {

constexpr auto settled = std::chrono::seconds(2);

std::string name_of(std::string const& root, directory_entry const& file)
{
    return root + "/" + file.path;
}

bool same(directory_entry const& a, directory_entry const& b)
{
    return a.size == b.size && a.modified_ns == b.modified_ns && a.inode == b.inode;
}

}  // namespace

source_memory& source_memory::of_process()
{
    static source_memory all;
    return all;
}

std::shared_ptr<source_facts const>
source_memory::find(std::string const& root, directory_entry const& file)
{
    std::lock_guard const alone(lock_);
    auto const at = by_name_.find(name_of(root, file));
    if (at == by_name_.end() || !same(at->second->file, file))
        return nullptr;
    recent_.splice(recent_.begin(), recent_, at->second);
    return at->second->facts;
}

void source_memory::keep(
    std::string const& root,
    directory_entry const& file,
    std::shared_ptr<source_facts const> facts,
    clock::time_point now)
{
    auto const age = now.time_since_epoch() - std::chrono::nanoseconds(file.modified_ns);
    if (age < settled)
        return;
    auto name = name_of(root, file);
    std::lock_guard const alone(lock_);
    if (auto const at = by_name_.find(name); at != by_name_.end()) {
        recent_.erase(at->second);
        by_name_.erase(at);
    }
    recent_.push_front({name, file, std::move(facts)});
    by_name_.emplace(std::move(name), recent_.begin());
    if (recent_.size() > most_) {
        by_name_.erase(recent_.back().name);
        recent_.pop_back();
    }
}

}  // namespace agent
