#pragma once

// Where a part of the program says what it is doing: a threshold and a sink, handed down like
// everything else. The levels are RFC 5424's, as MCP's are (server/utilities/logging).

#include <boost/describe/enum.hpp>

#include <functional>
#include <string_view>

namespace mcp {

enum class LoggingLevel { debug, info, notice, warning, error, critical, alert, emergency };
BOOST_DESCRIBE_ENUM(LoggingLevel, debug, info, notice, warning, error, critical, alert, emergency)

struct logger {
    LoggingLevel threshold = LoggingLevel::info;
    std::function<void(LoggingLevel, std::string_view)> sink;

    void operator()(LoggingLevel level, std::string_view text) const
    {
        if (sink && level >= threshold)
            sink(level, text);
    }
    void debug(std::string_view text) const { (*this)(LoggingLevel::debug, text); }
    void info(std::string_view text) const { (*this)(LoggingLevel::info, text); }
    void warning(std::string_view text) const { (*this)(LoggingLevel::warning, text); }
    void error(std::string_view text) const { (*this)(LoggingLevel::error, text); }
};

}  // namespace mcp
