#pragma once

// A Context7 that answers as a test says, and the questions to one.

#include "agent/docs/documentation.hpp"
#include "agent/downstream/downstream_server.hpp"
#include "tests/agent/downstream/fake_server.hpp"
#include "tests/support.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace test {

using agent::docs_error;
using agent::downstream_server;
using agent::passage;
using answer = boost::system::result<std::vector<passage>, docs_error>;

// What it was asked goes to a journal, one tool call a line.
class server_with_journal {
public:
    explicit server_with_journal(std::string const& cases)
        : journal_(
              std::filesystem::temp_directory_path() /
              ("nbe-journal-" + std::to_string(::getpid())))
    {
        std::filesystem::remove(journal_);
        server = test::fake_server(
            test::discovered +
            R"(*tools/list*) reply '{"tools":[{"name":"resolve-library-id","inputSchema":{"properties":{"query":{},"libraryName":{}},"required":["query","libraryName"]}},{"name":"query-docs","inputSchema":{"properties":{"libraryId":{},"query":{}},"required":["libraryId","query"]}}]}';;
*tools/call*) say "$line" >> )" +
            journal_.string() + "\ncase $line in\n" + cases + "\nesac;;\n");
        server.name = "Context7";
    }
    server_with_journal(server_with_journal const&) = delete;
    server_with_journal& operator=(server_with_journal const&) = delete;
    ~server_with_journal() { std::filesystem::remove(journal_); }

    // The ids and names that were asked for, in order.
    std::string asked() const
    {
        std::ifstream file(journal_);
        std::string line, all;
        while (std::getline(file, line))
            for (std::string const name : {"\"libraryId\":\"", "\"libraryName\":\""})
                if (auto const at = line.find(name); at != std::string::npos) {
                    auto const value = line.substr(at + name.size());
                    all += (all.empty() ? "" : " ") + value.substr(0, value.find('"'));
                }
        return all;
    }
    std::string text() const
    {
        std::ifstream file(journal_);
        return std::string(
            (std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    }

    downstream_server server;

private:
    std::filesystem::path journal_;
};

inline std::string found(std::string const& version)
{
    return R"(text '### Title\n\nSource: https://github.com/o/r/blob/)" + version +
           R"(/docs/x.mdx\n\nBody\n\n--------------------------------\n\n### Second\n\nSource: https://x.dev\n\nMore';;
)";
}

inline std::string told(answer const& a)
{
    if (a.has_error())
        return std::to_string(static_cast<int>(a.error().kind)) + " " + a.error().message;
    return a->at(0).title + " " + a->at(0).version;
}

}  // namespace test
