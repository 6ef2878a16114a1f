// Run by the build: writes what the front matter of the expert's file says as constants, so that no
// YAML is read at every start, and a file that cannot be read ends the build.
//
//   front_matter IN OUT

#include "agent/front_matter.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

std::string literal(std::string_view text)
{
    std::string out = "\"";
    for (unsigned char const c : text)
        out += fmt::format("\\{:03o}", c);
    return out + '"';
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        return 2;
    std::ifstream in(argv[1], std::ios::binary);
    std::string const text((std::istreambuf_iterator<char>(in)), {});
    auto const file = agent::parse_agent_file(text);
    if (!file) {
        std::fprintf(stderr, "%s: %s\n", argv[1], file.error().message.c_str());
        return 1;
    }
    std::ofstream out(argv[2], std::ios::binary);
    out << "#include \"prompts/prompts.hpp\"\n\nnamespace prompts {\n"
        << "expert_file const expert{\n    " << literal(file->name) << ",\n    "
        << literal(file->description) << ",\n    " << literal(file->model) << ",\n    "
        << literal(file->body) << "};\n}  // namespace prompts\n";
    return out.flush() ? 0 : 1;
}
