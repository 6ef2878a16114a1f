#pragma once

// The knowledge map: what is known of the npm packages that people have next to Next.js. The one
// list of the program; it is data (libraries.json, compiled in), and a file of the same form can be
// laid over it. It says what a project's packages are for, where their documentation is, which
// questions are worth asking, and what has gone or has another name.
//
// A value: copies are cheap and share what was read. It is read at its first use and not before,
// once, from whichever thread that is; it does not change after that.

#include "agent/docs/knowledge/library.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class knowledge {
public:
    knowledge();  // what is compiled in

    // That, with a text or a file of the form of libraries.json over it, read at once. The error
    // names the file, the entry in it and what was expected there.
    static boost::system::result<knowledge, std::string> with(std::string_view text);
    static boost::system::result<knowledge, std::string> with_file(std::string const& path);

    std::string const& as_of() const;               // the date of the list
    std::vector<library> const& libraries() const;  // of a kind, the preferred one first
    std::vector<job> const& jobs() const;

    // By npm name; nothing for a package that is not in the list.
    library const* find(std::string_view package) const;

    // Context7's id of the package, where it is surely known: a wrong one is worse than none.
    std::optional<std::string_view> context7_id(std::string_view package) const;

    // Where the documentation of a package lies among the installed ones: itself first.
    std::vector<std::string> homes_of(std::string_view package) const;

    // Whether the documentation of `asked` covers code that imports `imported`: it is the same
    // package, or one of them is a home of the other.
    bool documents(std::string_view asked, std::string_view imported) const;

private:
    struct contents;
    explicit knowledge(std::shared_ptr<contents> all) : all_(std::move(all)) {}
    contents const& read() const;

    std::shared_ptr<contents> all_;
};

}  // namespace agent
