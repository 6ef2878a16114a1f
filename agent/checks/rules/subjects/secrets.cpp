// Keys and passwords that end up where they can be read.

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace agent::checks {

namespace {

// X of process.env.X and process.env["X"].
std::string_view environment_name(node n)
{
    if (!n.is(kind::member_expression, kind::subscript_expression))
        return {};
    auto const object = n.child(field::object);
    if (!object.is(kind::member_expression) || object.text() != "process.env")
        return {};
    return n.is(kind::member_expression) ? n.child(field::property).text()
                                         : string_value(n.child(field::index));
}

bool names_secret(std::string_view name)
{
    static constexpr std::array<std::string_view, 8> parts{
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "PRIVATE_KEY",
        "SERVICE_ROLE",
        "DATABASE_URL",
        "SERVICE_KEY",
        "ENCRYPTION_KEY"};
    return std::any_of(parts.begin(), parts.end(), [name](std::string_view part) {
        return name.find(part) != std::string_view::npos;
    });
}

void public_secret(inspection& in)
{
    for (auto const n : below(in.file.root())) {
        auto const name = environment_name(n);
        if (name.starts_with("NEXT_PUBLIC_") && names_secret(name))
            in.report(
                n,
                fmt::format(
                    "What is in `{}` is built into the JavaScript that every visitor gets: name it "
                    "without NEXT_PUBLIC_, read it on the server alone, and replace the secret.",
                    name));
    }
}

void private_in_client(inspection& in)
{
    if (in.file.directive() != directive::use_client)
        return;
    for (auto const n : below(in.file.root())) {
        auto const name = environment_name(n);
        if (!name.empty() && !name.starts_with("NEXT_PUBLIC_") && name != "NODE_ENV" &&
            !name.starts_with("NEXT_") && name != "__NEXT_ROUTER_BASEPATH")
            in.report(
                n,
                fmt::format(
                    "`{}` is undefined in the browser, where a Client Component runs: read it on "
                    "the "
                    "server and pass on what may be seen.",
                    name));
    }
}

struct key_shape {
    std::string_view begins;
    std::size_t length;  // of the whole, at least
    std::string_view what;
};

constexpr std::array<key_shape, 13> shapes{
    {{"sk_live_", 20, "a Stripe secret key"},
     {"rk_live_", 20, "a Stripe restricted key"},
     {"whsec_", 30, "a webhook secret"},
     {"AKIA", 20, "an AWS access key"},
     {"ghp_", 36, "a GitHub token"},
     {"github_pat_", 40, "a GitHub token"},
     {"xoxb-", 24, "a Slack token"},
     {"xoxp-", 24, "a Slack token"},
     {"sk-ant-", 30, "an Anthropic key"},
     {"sk-proj-", 30, "an OpenAI key"},
     {"SG.", 50, "a SendGrid key"},
     {"npm_", 36, "an npm token"},
     {"AIzaSy", 39, "a Google key"}}};

// "…", "xxxx", "sk_live_your_key_here" are examples of keys.
bool is_placeholder(std::string_view text)
{
    auto const small = lower(text);
    for (std::string_view const word :
         {"xxx",
          "your",
          "example",
          "placeholder",
          "changeme",
          "change-me",
          "change_me",
          "replace",
          "...",
          "…",
          "<",
          "dummy",
          "todo",
          "secret-here",
          "insert",
          "123456"})
        if (small.find(word) != std::string::npos)
            return true;
    return false;
}

// How many different characters: a key has many.
std::size_t variety(std::string_view text)
{
    std::array<bool, 256> seen{};
    for (char const c : text)
        seen[static_cast<unsigned char>(c)] = true;
    return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), true));
}

// user:password@host, on another machine.
bool has_password(std::string_view text)
{
    static constexpr std::array<std::string_view, 7> schemes{
        "postgres://",
        "postgresql://",
        "mysql://",
        "mongodb://",
        "mongodb+srv://",
        "redis://",
        "rediss://"};
    auto const scheme = std::find_if(
        schemes.begin(), schemes.end(), [text](std::string_view s) { return text.starts_with(s); });
    if (scheme == schemes.end())
        return false;
    auto const rest = text.substr(scheme->size());
    auto const at = rest.rfind('@');
    auto const colon = rest.find(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || colon + 1 >= at)
        return false;
    auto const host = rest.substr(at + 1);
    auto const password = rest.substr(colon + 1, at - colon - 1);
    for (std::string_view const common :
         {"password", "postgres", "user", "root", "pass", "mysecretpassword", "secret"})
        if (password == common)
            return false;
    return !host.starts_with("localhost") && !host.starts_with("127.0.0.1") &&
           !host.starts_with("host") && !host.starts_with("db:") && !host.starts_with("db/");
}

std::string_view credential(std::string_view text)
{
    if (text.find("-----BEGIN ") != std::string_view::npos &&
        text.find("PRIVATE KEY-----") != std::string_view::npos && text.size() > 200)
        return "a private key";
    if (text.find("://") != std::string_view::npos && has_password(text))
        return "a password";
    for (auto const& shape : shapes)
        if (text.starts_with(shape.begins) && text.size() >= shape.length &&
            variety(text.substr(shape.begins.size())) >= 8)
            return shape.what;
    return {};
}

void hardcoded(inspection& in)
{
    for (auto const n : below(in.file.root())) {
        auto const text = string_value(n);
        if (text.size() < 12 || is_placeholder(text))
            continue;
        if (auto const what = credential(text); !what.empty())
            in.report(
                n,
                fmt::format(
                    "There is {} in the source: take it from an environment variable, and replace "
                    "it, as it is in the history now.",
                    what));
    }
}

// jwt.sign(payload, 'literal'), process.env.SECRET ?? 'literal'
void known_secret(inspection& in)
{
    for (auto const& c : in.file.calls()) {
        auto const module = c.callee.is(kind::member_expression) ? in.file.resolve(c.callee).module
                                                                 : c.target.module;
        auto const* of =
            c.callee.is(kind::member_expression) ? in.file.lookup(root_of(c.callee)) : nullptr;
        bool const jwt = module == "jsonwebtoken" || (of && of->from.module == "jsonwebtoken");
        auto const name = called_name(c.callee);
        if (!jwt || (name != "sign" && name != "verify"))
            continue;
        auto const key = in.file.value_of(argument(c, 1));
        if (key.is(kind::string))
            in.report(
                key,
                "Who reads the source can sign tokens: take the key from an environment variable.");
    }
    for (auto const n : below(in.file.root())) {
        if (!n.is(kind::binary_expression))
            continue;
        auto const sign = n.child(field::operator_).text();
        auto const name = environment_name(bare(n.child(field::left)));
        auto const fallback = bare(n.child(field::right));
        if ((sign != "??" && sign != "||") || !names_secret(name) ||
            name.find("DATABASE_URL") != std::string_view::npos || string_value(fallback).empty())
            continue;
        in.report(
            fallback,
            fmt::format(
                "Where {} is not set, the secret is one that everybody can read here: fail at the "
                "start instead.",
                name));
    }
}

}  // namespace

void add_secret_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "public-secret";
    one.reason = "NEXT_PUBLIC_ variables are part of what every visitor downloads.";
    one.page = "app/guides/environment-variables";
    one.words = {{"NEXT_PUBLIC_*"}};
    one.check = public_secret;
    to.push_back(one);

    one = {};
    one.id = "private-env-in-client";
    one.severity = severity::warning;
    one.reason = "Variables without NEXT_PUBLIC_ do not exist in the browser.";
    one.page = "app/guides/environment-variables";
    one.condition = "without `env` in next.config";
    one.applies = [](project_facts const& facts) { return !facts.has_flag("env"); };
    one.words = {{"'use client'"}, {"process"}};
    one.check = private_in_client;
    to.push_back(one);

    one = {};
    one.id = "hardcoded-credential";
    one.reason = "Sources are copied, shared and kept for ever: no place for a key.";
    one.page = "app/guides/environment-variables";
    one.words = {{"sk_live_*",    "rk_live_*", "whsec_*", "AKIA*",   "ghp_*",
                  "github_pat_*", "xoxb",      "xoxp",    "ant",     "proj",
                  "SG",           "npm_*",     "AIzaSy*", "PRIVATE", "postgres",
                  "postgresql",   "mysql",     "mongodb", "redis",   "rediss"}};
    one.check = hardcoded;
    one.secret = true;
    to.push_back(one);

    one = {};
    one.id = "secret-in-source";
    one.severity = severity::warning;
    one.reason = "A secret that stands in the source, or is its fallback, is none.";
    one.page = "app/guides/data-security";
    one.words = {{"jsonwebtoken", "process"}, {"sign", "verify", "env"}};
    one.check = known_secret;
    one.secret = true;
    to.push_back(one);
}

}  // namespace agent::checks
