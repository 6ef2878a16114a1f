#pragma once

// From the names that the tools use in the shadow to those of the user's project, and what may be
// shown of what they say: a declaration in a file that is closed to the model, or outside of the
// project, would bring its contents into the message. Pure but for what `read` does.

#include "agent/checks/types/output/diagnostic.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

struct shadow_place {
    std::string project;  // absolute
    std::string shadow;   // absolute, below it
};

// A file's text by its name: of the project (staged changes included), or of the shadow. Nothing
// where there is none.
using file_reader = std::function<std::optional<std::string>(std::string const&)>;

// `generated` reads what the tools have made in the shadow (.next/types/validator.ts), `source`
// what is the user's. An error in the validator becomes one of the route that it validates.
diagnostic told_of_project(
    diagnostic d,
    shadow_place const& place,
    file_reader const& generated,
    file_reader const& source);

// Text with the shadow's and the project's absolute names taken out.
std::string without_places(std::string_view text, shadow_place const& place);

// tsconfig.json in the shadow: what leads out of the project ("../../tsconfig.base.json") does so
// from three folders further down. `path` is the file's, in the project.
std::string relocated_config(std::string_view text, std::string_view path);

}  // namespace agent
