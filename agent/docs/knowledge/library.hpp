#pragma once

// What is known of one npm package, and of the jobs that call for a kind of package: the entries of
// libraries.json, as they are written there. Plain values; library_file reads them, plan uses them.
//
// Words are matched as mentions() says: whole words in lower case, "cach*" for every ending.

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <vector>

namespace agent {

enum class library_kind {
    framework,
    orm,
    database,
    auth,
    validation,
    testing,
    payments,
    email,
    storage,
    queue,
    cache,
    logging,
    ai,
    api,
    realtime,
    content,
    platform
};
BOOST_DESCRIBE_ENUM(
    library_kind,
    framework,
    orm,
    database,
    auth,
    validation,
    testing,
    payments,
    email,
    storage,
    queue,
    cache,
    logging,
    ai,
    api,
    realtime,
    content,
    platform)

// A question that is worth asking of a package for a job.
struct topic {
    std::vector<std::string> when;  // any of these words in the task
    std::string ask;
    std::optional<int> since, before;      // major versions of the package that it is about
    std::optional<bool> cache_components;  // only with that switch of next.config
};
BOOST_DESCRIBE_STRUCT(topic, (), (when, ask, since, before, cache_components))

// Something of a package that has another name now, or none.
struct change {
    std::vector<std::string> was;  // words
    std::optional<std::string> now;
    std::optional<int> since;  // major version of the package
    std::string note;          // one sentence for the model
};
BOOST_DESCRIBE_STRUCT(change, (), (was, now, since, note))

struct library {
    std::optional<library_kind> kind;  // there in every entry of a knowledge
    std::optional<std::string> context7;
    std::vector<std::string> words;      // besides its npm name, which always counts...
    bool ordinary = false;               // ...unless it is an everyday word and not installed
    std::vector<std::string> also;       // packages that its documentation lies in, too
    std::vector<topic> topics;           // most particular first
    std::optional<std::string> gone;     // one sentence: why not to start with it
    std::optional<std::string> instead;  // the package to use in its place
    std::vector<change> renamed;
    std::vector<change> removed;
    std::string package;  // npm name, the key of the entry
};

// Words of a task that call for what the project has installed of these kinds.
struct job {
    std::vector<std::string> when;
    std::vector<library_kind> kinds;
};
BOOST_DESCRIBE_STRUCT(job, (), (when, kinds))

}  // namespace agent
