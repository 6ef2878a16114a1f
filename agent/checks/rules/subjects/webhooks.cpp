// Messages that a service signs.

#include "agent/checks/rules/rule.hpp"
#include "agent/checks/rules/subjects/vocabulary.hpp"

#include <fmt/format.h>

#include <string>

namespace agent::checks {

namespace {

enum class verification { no, of_stripe, of_bytes };

// Stripe's own call verifies nothing else; the others do if what they are given says so.
verification verifies(call const& c)
{
    auto const name = called_name(c.callee);
    if (name == "constructEvent" || name == "constructEventAsync")
        return verification::of_stripe;
    return name == "createHmac" || name == "verifySignature" ? verification::of_bytes
                                                             : verification::no;
}

// request.json() of the handler's own request.
bool parses_body(inspection const& in, call const& c)
{
    if (called_name(c.callee) != "json" || !c.callee.is(kind::member_expression) ||
        c.arguments.size() != 0)
        return false;
    auto const object = bare(c.callee.child(field::object));
    if (!object.is(kind::identifier))
        return false;
    auto const* found = in.file.lookup(object);
    return found && found->parameter && !found->destructured;
}

// Whether the statement that a call is in names what came from a parsed body.
bool from_parsed(inspection const& in, node at)
{
    auto statement = at;
    while (statement.parent() && !statement.parent().is(kind::statement_block) &&
           !is_function(statement.parent()))
        statement = statement.parent();
    for (auto const n : below(statement)) {
        if (!n.is(kind::identifier))
            continue;
        auto const made = awaited(in.file.value_of(n));
        if (made.is(kind::call_expression) && !statement.contains(made) &&
            called_name(made.child(field::function)) == "json")
            return true;
    }
    return false;
}

bool mentions_signature(function const& f)
{
    auto const text = f.body.text();
    return text.find("signature") != std::string_view::npos ||
           text.find("Signature") != std::string_view::npos;
}

void parsed_before_verified(inspection& in)
{
    function const* last = nullptr;
    node parsed;
    for (auto const& c : in.file.calls()) {
        if (in.file.place_of(c.at) != place::handler)
            continue;
        auto const* f = in.file.deciding_function(c.at);
        if (f != last)
            parsed = {};
        last = f;
        if (parses_body(in, c) && !parsed)
            parsed = c.at;
        auto const how = parsed ? verifies(c) : verification::no;
        if (how == verification::no)
            continue;
        if (how == verification::of_bytes && !(from_parsed(in, c.at) && mentions_signature(*f))) {
            parsed = {};
            continue;
        }
        in.report(
            parsed,
            fmt::format(
                "The body is parsed before its signature is verified by {}(): a signature is over "
                "the bytes as sent. Read them with `await request.text()`, verify, then "
                "JSON.parse().",
                called_name(c.callee)));
        parsed = {};
    }
}

void unverified(inspection& in)
{
    auto const path = lower(in.file.path());
    if (path.find("/webhook") == std::string::npos)
        return;
    auto const text = lower(in.file.text());
    for (auto const* word :
         {"signature",
          "verify",
          "hmac",
          "constructevent",
          "secret",
          "token",
          "authorization",
          "timingsafeequal",
          "auth",
          "validate",
          "webhook(",
          "handler("})
        if (text.find(word) != std::string::npos)
            return;
    for (auto const& entry : in.file.exports())
        if (entry.name == "POST" && is_function(entry.value))
            in.report(
                entry.at,
                "Anybody can send this webhook: verify the sender's signature over `await "
                "request.text()` before anything is done.");
}

bool is_digest(inspection const& in, node value)
{
    auto const made = in.file.value_of(value);
    if (!made.is(kind::call_expression))
        return false;
    auto const callee = made.child(field::function);
    if (called_name(callee) != "digest")
        return false;
    for (auto const n : below(callee))
        if (n.is(kind::call_expression) && called_name(n.child(field::function)) == "createHmac")
            return true;
    // const mac = createHmac(…); mac.update(…); mac.digest()
    auto const of = in.file.value_of(root_of(callee));
    return of.is(kind::call_expression) && called_name(root_of(of)) == "createHmac";
}

void compared_slowly(inspection& in)
{
    for (auto const n : below(in.file.root())) {
        if (!n.is(kind::binary_expression))
            continue;
        auto const sign = n.child(field::operator_).text();
        if (sign != "===" && sign != "!==" && sign != "==" && sign != "!=")
            continue;
        if (is_digest(in, n.child(field::left)) || is_digest(in, n.child(field::right)))
            in.report(
                n,
                fmt::format(
                    "A signature compared with {} tells by its time how much of it was right: use "
                    "crypto.timingSafeEqual() on two buffers of the same length.",
                    sign));
    }
}

}  // namespace

void add_webhook_rules(std::vector<rule>& to)
{
    rule one;
    one.id = "webhook-parsed-before-verified";
    one.reason = "A signature is over the bytes of the body, not over what was parsed from them.";
    one.page = "app/api-reference/file-conventions/route";
    one.roles = {file_role::route};
    one.words = {
        {"constructEvent", "constructEventAsync", "createHmac", "verifySignature"}, {"json"}};
    one.check = parsed_before_verified;
    to.push_back(one);

    one = {};
    one.id = "webhook-unverified";
    one.severity = severity::warning;
    one.reason = "A webhook's sender has to prove who it is.";
    one.page = "app/guides/backend-for-frontend";
    one.roles = {file_role::route};
    one.words = {{"POST"}};
    one.check = unverified;
    to.push_back(one);

    one = {};
    one.id = "signature-compared-with-equals";
    one.severity = severity::warning;
    one.reason = "Comparing secrets takes the same time whether they are equal or not.";
    one.page = "app/guides/data-security";
    one.words = {{"createHmac"}, {"digest"}};
    one.check = compared_slowly;
    to.push_back(one);
}

}  // namespace agent::checks
