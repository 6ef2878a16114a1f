#pragma once

// What people say and what documentation writes: "customers, each on a subdomain" is "multi
// tenant". Knowledge of the trade, by which a question finds pages that share no word with it. It
// is data (vocabulary.json of this folder, compiled in), and a file of the same form can be laid
// over it:
//
//     {"meanings": [{"said": ["subdomain*", "customer* + own"], "written": "multi-tenant tenant"},
//                   {"packages": ["stripe"], "said": ["money back"], "written": "refund"}]}
//
// A question that says one of `said` probably means what is `written`; where `packages` are named,
// in their documentation alone. A star stands for any ending; " + " joins what must all be there,
// in any order.
//
// A value: copies share what was read, once, at its first use, from whichever thread that is.

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class vocabulary {
public:
    vocabulary();  // what is compiled in

    // That, with a text or a file over it, read at once. The error says what is wrong where.
    static boost::system::result<vocabulary, std::string> with(std::string_view text);
    static boost::system::result<vocabulary, std::string> with_file(std::string const& path);

    // Words and names that pages about the question are likely to hold, in the order of the list:
    // an element for each meaning. Valid as long as this, or a copy of it, is.
    std::vector<std::string_view>
    written_for(std::string_view question, std::string_view package) const;

    std::size_t size() const;

private:
    struct contents;
    explicit vocabulary(std::shared_ptr<contents> all) : all_(std::move(all)) {}
    contents const& read() const;

    std::shared_ptr<contents> all_;
};

}  // namespace agent
