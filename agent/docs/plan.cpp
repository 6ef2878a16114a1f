#include "agent/docs/plan.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace agent {
namespace {

constexpr std::string_view caching = "cache|caching|revalidat|isr|stale";
constexpr std::string_view caching_without_components =
    "caching without Cache Components fetch revalidate unstable_cache route segment config";

struct topic {
    std::string_view words;  // any of these, separated by |, in the task
    std::string_view question;
};

// The backend jobs of the expert's prompt, each with the question that finds its page.
constexpr std::array<topic, 13> topics{{
    {"server action|form|mutation|submit",
     "server actions forms validation revalidate after mutation security"},
    {"webhook", "route handler webhook raw body signature verification"},
    {"route handler|endpoint|rest|api|crud",
     "route handlers route.ts HTTP methods request body params response"},
    {"middleware|proxy|redirect|rewrite|protect",
     "proxy.ts request interception matcher redirect authentication"},
    {"auth|login|session|signin|sign in|role|permission",
     "authentication authorization session data access layer"},
    {caching, "use cache cacheLife cacheTag updateTag revalidateTag"},
    {"stream|sse|chunk", "route handler streaming response ReadableStream"},
    {"upload|s3|blob|file", "file upload route handler formData body size limit"},
    {"rate limit|throttl", "rate limiting route handler proxy"},
    {"cron|queue|background|job|after(",
     "after background work following response instrumentation"},
    {"cors|header|csp", "headers CORS content security policy route handler"},
    {"env|config|deploy", "environment variables next.config server runtime self hosting"},
    {"log|error|monitor|trace", "instrumentation onRequestError error handling server"},
}};

struct named_library {
    std::string_view words;
    std::string_view package;
};

// Libraries that the expert's prompt names, as people write them; the npm name itself always
// counts.
constexpr std::array<named_library, 26> libraries{{
    {"prisma", "@prisma/client"},
    {"drizzle", "drizzle-orm"},
    {"knex", "knex"},
    {"better auth|better-auth", "better-auth"},
    {"nextauth|next-auth|auth.js", "next-auth"},
    {"clerk", "@clerk/nextjs"},
    {"stripe", "stripe"},
    {"paypal", "@paypal/paypal-server-sdk"},
    {"resend", "resend"},
    {"sendgrid", "@sendgrid/mail"},
    {"nodemailer", "nodemailer"},
    {"s3|r2", "@aws-sdk/client-s3"},
    {"vercel blob", "@vercel/blob"},
    {"bullmq", "bullmq"},
    {"inngest", "inngest"},
    {"trigger.dev", "@trigger.dev/sdk"},
    {"upstash", "@upstash/redis"},
    {"redis", "redis"},
    {"zod", "zod"},
    {"valibot", "valibot"},
    {"pino", "pino"},
    {"winston", "winston"},
    {"vitest", "vitest"},
    {"jest", "jest"},
    {"kysely", "kysely"},
    {"mongoose", "mongoose"},
}};

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(
        out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Whether `word` stands in `text` at the start of a word; short names must also end one ("s3",
// "r2", "zod").
bool mentions(std::string_view text, std::string_view word)
{
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        auto const end = at + word.size();
        if (at > 0 && is_word(text[at - 1]))
            continue;
        if (word.size() <= 4 && end < text.size() && is_word(text[end]) && text[end] != 's')
            continue;
        return true;
    }
    return false;
}

bool mentions_any(std::string_view text, std::string_view words)
{
    while (!words.empty()) {
        auto const bar = std::min(words.find('|'), words.size());
        if (mentions(text, words.substr(0, bar)))
            return true;
        words.remove_prefix(std::min(bar + 1, words.size()));
    }
    return false;
}

}  // namespace

std::vector<planned_lookup> plan_lookups(
    std::string_view task,
    std::vector<std::string> const& installed,
    std::optional<bool> cache_components,
    std::size_t limit)
{
    auto const text = lower(task);
    std::vector<planned_lookup> out{{"next", std::string(task)}};
    auto const add = [&](std::string_view library, std::string_view question) {
        auto const same = [&](planned_lookup const& p) {
            return p.library == library && p.question == question;
        };
        if (out.size() < limit && std::ranges::none_of(out, same))
            out.push_back({std::string(library), std::string(question)});
    };
    auto const has = [&](std::string_view library) {
        return std::ranges::any_of(out, [&](auto const& p) { return p.library == library; });
    };

    std::size_t found = 0;
    for (auto const& t : topics)
        if (found < 2 && mentions_any(text, t.words)) {
            bool const previous = t.words == caching && cache_components == false;
            add("next", previous ? caching_without_components : t.question);
            ++found;
        }
    for (auto const& l : libraries)
        if (mentions_any(text, l.words) && !has(l.package))
            add(l.package, task);
    for (auto const& name : installed)
        if (name != "next" && name.size() > 2 && mentions(text, lower(name)) && !has(name))
            add(name, task);
    return out;
}

}  // namespace agent
