// Whether each line of stdin, a document in Base64, is JSON: "yes", or why it is not. Members may
// repeat, which is for messages alone to forbid.

#include "protocol/strict_json.hpp"

#include "protocol/base64.hpp"

#include <iostream>
#include <string>

int main()
{
    mcp::json_limits limits;
    limits.unique_depth = 0;
    mcp::strict_json parser(limits);
    for (std::string line; std::getline(std::cin, line);) {
        auto const document = mcp::from_base64(line);
        if (!document)
            return 1;
        auto const value = parser.parse(*document);
        std::cout << (value ? "yes" : value.error().message) << '\n';
    }
}
