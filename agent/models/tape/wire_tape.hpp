#pragma once

// Exchanges with a model API in a folder, a JSON file each, numbered: written by --record, answered
// from by --replay.

#include "agent/models/tape/wire_exchange.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class wire_recorder {
public:
    // `redact` is applied to all that is written. The folder is made when there is something to
    // write.
    wire_recorder(std::string folder, std::function<std::string(std::string)> redact);

    // The error is a sentence. Blocking, for a moment.
    boost::system::result<void, std::string> write(wire_exchange exchange);

private:
    std::string named(std::string const& part);

    std::string folder_;
    std::function<std::string(std::string)> redact_;
    int last_ = 0;
};

// The exchange of the same request is the answer; where there is none (a bug report is played
// without its project), the next one in order. Each is given once.
class wire_player {
public:
    // The error is a sentence.
    static boost::system::result<wire_player, std::string> open(std::string const& folder);

    // What was recorded first, which tells whose API it was.
    wire_exchange const& first() const { return exchanges_.front().what; }
    std::size_t size() const { return exchanges_.size(); }

    struct played {
        wire_exchange const* what = nullptr;  // nothing is left
        bool exact = false;
    };
    played next(std::string_view request);

private:
    struct entry {
        wire_exchange what;
        bool given = false;
    };
    std::vector<entry> exchanges_;
};

}  // namespace agent
