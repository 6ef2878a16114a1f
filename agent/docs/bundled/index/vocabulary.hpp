#pragma once

// What people say and what documentation writes: "customers, each on a subdomain" is "multi
// tenant". General knowledge of the trade, by which a question finds pages that share no word with
// it. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Words and names that pages about the question are likely to hold, in the order of the list.
std::vector<std::string_view> written_for(std::string_view question);

}  // namespace agent
