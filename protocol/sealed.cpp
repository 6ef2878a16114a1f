#include "protocol/sealed.hpp"

#include "protocol/base64.hpp"
#include "protocol/json_text.hpp"
#include "protocol/random.hpp"
#include "protocol/sha256.hpp"

#include <cstdint>

namespace mcp {
namespace {

constexpr std::size_t most_used = 10'000;
constexpr std::size_t longest = std::size_t(64) * 1024;  // bytes of a sealed state

// A part of what is signed, so that no two contexts read the same.
void append_part(std::string& out, std::string_view part)
{
    out += std::to_string(part.size());
    out += ':';
    out += part;
}

}  // namespace

sealer::sealer() : sealer(random_bytes(32)) {}
sealer::sealer(std::string key) : key_(std::move(key)) {}

std::string sealer::signature(std::string_view payload, seal_context const& for_what) const
{
    std::string all;
    append_part(all, for_what.principal);
    append_part(all, for_what.method);
    append_part(all, for_what.call);
    append_part(all, payload);
    auto const digest = hmac_sha256(key_, all);
    return {digest.begin(), digest.end()};
}

std::string
sealer::seal(json::value const& state, seal_context const& for_what, clock::time_point expiry)
{
    auto const seconds =
        std::chrono::duration_cast<std::chrono::seconds>(expiry.time_since_epoch()).count();
    json::array const parts{random_hex(12), seconds, state};
    auto const payload = json_text(parts);
    return base64url(payload) + "." + base64url(signature(payload, for_what));
}

boost::system::result<json::value, seal_error>
sealer::open(std::string_view sealed, seal_context const& for_what, clock::time_point now)
{
    auto const dot = sealed.find('.');
    if (sealed.size() > longest || dot == std::string_view::npos)
        return seal_error::not_ours;
    auto const payload = from_base64url(sealed.substr(0, dot));
    auto const mac = from_base64url(sealed.substr(dot + 1));
    if (!payload || !mac || !equal_in_constant_time(*mac, signature(*payload, for_what)))
        return seal_error::not_ours;
    auto parsed = strict_json().parse(*payload);
    auto* parts = parsed ? parsed->if_array() : nullptr;
    if (!parts || parts->size() != 3)
        return seal_error::not_ours;
    clock::time_point const expiry(std::chrono::seconds((*parts)[1].as_int64()));
    if (expiry <= now)
        return seal_error::expired;
    if (!use(std::string((*parts)[0].as_string()), expiry, now))
        return seal_error::used;
    return std::move((*parts)[2]);
}

bool sealer::use(std::string nonce, clock::time_point expiry, clock::time_point now)
{
    // Before the oldest is forgotten: it may be this one.
    if (used_.contains(nonce))
        return false;
    while (!used_by_age_.empty() &&
           (used_by_age_.front().first <= now || used_by_age_.size() >= most_used)) {
        used_.erase(used_by_age_.front().second);
        used_by_age_.pop_front();
    }
    used_.insert(nonce);
    used_by_age_.emplace_back(expiry, std::move(nonce));
    return true;
}

}  // namespace mcp
