#pragma once

// What was checked before files were delivered, as values: a row for each check, with what it found
// or why it did not run. Nothing that did not run is called verified. hosts-and-domain 2.4, 2.5.

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// How much is run of a project to check files for it: nothing, its type checker (which executes its
// next.config), or its build as well (which executes the files).
enum class verify_level { rules, types, build };
BOOST_DESCRIBE_ENUM(verify_level, rules, types, build)

enum class check_status { passed, failed, not_run };
BOOST_DESCRIBE_ENUM(check_status, passed, failed, not_run)

struct check_problem {
    std::string rule;       // "revalidate-tag-one-argument", "TS2345"
    bool error = false;     // else a warning, which stops nothing
    std::string path;       // empty: about the project as a whole
    std::int64_t line = 0;  // from 1; 0: about the file as a whole
    std::int64_t column = 0;
    std::string message;  // what is wrong, and what to do instead
    std::string page;     // the documentation it follows; may be empty
};
BOOST_DESCRIBE_STRUCT(check_problem, (), (rule, error, path, line, column, message, page))

struct check_result {
    std::string check;  // "Conventions", "Types", "Build"
    check_status status = check_status::not_run;
    std::string detail;                   // what was checked by what, or why it was not
    std::vector<check_problem> problems;  // that the files brought; errors first
};
BOOST_DESCRIBE_STRUCT(check_result, (), (check, status, detail, problems))

using verification = std::vector<check_result>;

struct checked_edits {
    verification results;  // empty: nothing was staged that is checked
    std::string listing;   // the problems with their code, for the model to repair
};

constexpr std::string_view shown(check_status status)
{
    switch (status) {
    case check_status::passed:
        return "passed";
    case check_status::failed:
        return "failed";
    case check_status::not_run:
        break;
    }
    return "not run";
}

inline bool has_errors(verification const& results)
{
    for (auto const& r : results)
        if (r.status == check_status::failed)
            return true;
    return false;
}

}  // namespace agent
