#pragma once

// What was checked before files were delivered, as values: a row for each check, with what it found
// or why it did not run. Nothing that did not run is called verified. hosts-and-domain 2.4, 2.5.

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace agent {

enum class check_status { passed, failed, not_run };
BOOST_DESCRIBE_ENUM(check_status, passed, failed, not_run)

struct check_problem {
    std::string rule;    // "revalidate-tag-one-argument"
    bool error = false;  // else a warning, which stops nothing
    std::string path;
    std::int64_t line = 0;  // from 1
    std::int64_t column = 0;
    std::string message;  // what is wrong, and what to do instead
    std::string page;     // the documentation it follows; may be empty
};
BOOST_DESCRIBE_STRUCT(check_problem, (), (rule, error, path, line, column, message, page))

struct check_result {
    std::string check;  // "Conventions"
    check_status status = check_status::not_run;
    std::string detail;                   // what was checked by what, or why it was not
    std::vector<check_problem> problems;  // that the files brought; errors first
};
BOOST_DESCRIBE_STRUCT(check_result, (), (check, status, detail, problems))

using verification = std::vector<check_result>;

inline bool has_errors(verification const& results)
{
    for (auto const& r : results)
        if (r.status == check_status::failed)
            return true;
    return false;
}

}  // namespace agent
