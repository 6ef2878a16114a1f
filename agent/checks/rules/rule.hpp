#pragma once

// One rule: when it is asked, and the function that looks. Rules are grouped by subject in
// subjects/; a new one is an entry there.

#include "agent/checks/rules/line_index.hpp"
#include "agent/checks/rules/project_files.hpp"
#include "agent/checks/rules/source/source_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent::checks {

struct rule;

// Where a rule says what it found.
struct reporter {
    rule const& of;
    std::string_view path;
    std::string_view text;
    line_index const& lines;
    std::vector<finding>& out;

    void report(node at, std::string message, std::vector<text_edit> fix = {});
    void report(span at, std::string message, std::vector<text_edit> fix = {});
};

// What most rules look at.
struct inspection : reporter {
    source_file const& file;
    project_facts const& facts;
    project_files& files;
};

// What a rule looks at that asks for no syntax.
struct file_inspection : reporter {
    project_facts const& facts;
    project_files& files;
};

struct rule {
    std::string_view id;
    checks::severity severity = severity::error;
    std::string_view reason;
    std::string_view page;  // below https://nextjs.org/docs/
    int since = 0;          // major version of next; 0: any
    std::string_view condition;
    bool (*applies)(project_facts const&) = nullptr;
    std::vector<file_role> roles;  // none: all
    // Every list holds words of which one must be in the file: without them it is not parsed.
    std::vector<std::vector<std::string_view>> words;
    // Of these one must be in it, too, as it is written: what no word alone tells.
    std::vector<std::string_view> phrases;
    void (*check)(inspection&) = nullptr;
    void (*check_file)(file_inspection&) = nullptr;  // instead: the file is not parsed for it
    bool fixable = false;
    bool secret = false;  // what it points at is not to be shown
};

// Those of each subject.
void add_caching_rules(std::vector<rule>& to);
void add_cache_api_rules(std::vector<rule>& to);
void add_request_api_rules(std::vector<rule>& to);
void add_route_rules(std::vector<rule>& to);
void add_webhook_rules(std::vector<rule>& to);
void add_action_rules(std::vector<rule>& to);
void add_authorization_rules(std::vector<rule>& to);
void add_proxy_rules(std::vector<rule>& to);
void add_secret_rules(std::vector<rule>& to);
void add_security_rules(std::vector<rule>& to);
void add_data_rules(std::vector<rule>& to);
void add_boundary_rules(std::vector<rule>& to);
void add_upgrade_rules(std::vector<rule>& to);

// All of them, those that the engine itself holds first.
std::vector<rule> all_rules();

}  // namespace agent::checks
