#pragma once

// What source files said when they were read last, for as long as they are as they were then: by
// name, size, inode and time of modification. A file that was changed a moment ago is not kept,
// since it may change again within the same tick of its clock. Of the process, bounded, and safe to
// use from every thread.

#include "agent/project/project_root.hpp"
#include "agent/project/source/source_facts.hpp"

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace agent {

class source_memory {
public:
    using clock = std::chrono::system_clock;

    explicit source_memory(std::size_t most = 20'000) : most_(most) {}

    static source_memory& of_process();

    // `file` is what a walk of `root` has found. Nothing if it is not known as it is.
    std::shared_ptr<source_facts const> find(std::string const& root, directory_entry const& file);

    void keep(
        std::string const& root,
        directory_entry const& file,
        std::shared_ptr<source_facts const> facts,
        clock::time_point now = clock::now());

private:
    struct known {
        std::string name;
        directory_entry file;
        std::shared_ptr<source_facts const> facts;
    };

    std::size_t most_;
    std::mutex lock_;          // of all below
    std::list<known> recent_;  // the one that was used last is the first
    std::unordered_map<std::string, std::list<known>::iterator> by_name_;
};

}  // namespace agent
