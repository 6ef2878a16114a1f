#pragma once

// A JSDoc block: what it says as Markdown, and what its tags say about the symbol. TSDoc's and
// JSDoc's tags are known, and those of Typedoc that packages use. Pure, linear, total.

#include <string>
#include <string_view>

namespace agent::typescript {

struct jsdoc {
    std::string text;         // Markdown; what is deprecated says so first
    bool hidden = false;      // @internal, @hidden, @ignore, @private
    bool licence = false;     // it is about the right to copy, not about a symbol
    bool about_file = false;  // @packageDocumentation, @module, @file
    std::string module;       // the name that @module gives
};

// `comment` is what stands between /** and */.
jsdoc read_jsdoc(std::string_view comment);

}  // namespace agent::typescript
